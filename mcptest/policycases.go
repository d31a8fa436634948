package mcptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpgov/go-sdk/internal/canon"
	"github.com/mcpgov/go-sdk/internal/policycases"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// PolicyCases runs the tests of a policy that are written as data: YAML files beside the rules, each a list of cases, each case a subtest.
// It judges them by the server's own policy, checked against its own tools; no handler runs. A case that fails shows how the decision
// came about. Patterns are those of [fs.Glob]; one that matches no file fails the test. At the end it logs which rules no case came to.
//
//	# policies/crm.cases.yaml
//	cases:
//	  - name: customers see their own record, without its notes
//	    user: {id: u42, role: customer, attributes: {customer_id: cust_42}}
//	    tool: get_customer                  # or prompt: its name, or resource: a URI
//	    args: {customer_id: cust_42}
//	    response: {name: Ann, email: ann@example.com, internal_notes: x}
//	    expect:
//	      decision: allow                   # deny, require_approval, or error where a rule fails
//	      rule: own-record                  # the id of the rule that decides
//	      removed: [internal_notes]
//	      masked: [email]
//	      response: {name: Ann, email: a***@example.com}
//
// A case may also give agent, purpose, remote_ip, now and history (calls, denials, rows, masked), and expect reason, listed, rules,
// warnings and shadow. What is not expected is not looked at, and a case that expects nothing is a fault.
func PolicyCases(tb testing.TB, srv *mcpgov.Server, fsys fs.FS, patterns ...string) {
	tb.Helper()
	reached := map[string]bool{}
	known := map[string]bool{}
	for _, pattern := range patterns {
		files, err := fs.Glob(fsys, pattern)
		if err != nil || len(files) == 0 {
			tb.Fatalf("the pattern %q matches no file of policy cases: %v", pattern, err)
		}
		for _, file := range files {
			data, err := fs.ReadFile(fsys, file)
			if err != nil {
				tb.Fatalf("policy cases: %v", err)
			}
			cases, err := policycases.Parse(file, data)
			if err != nil {
				tb.Fatalf("policy cases:\n%v", err)
			}
			for _, c := range cases {
				run(tb, c.Name, func(tb testing.TB) {
					tb.Helper()
					verdict, err := judge(tb, srv, c)
					for _, rule := range verdict.Rules {
						known[rule.Rule] = true
						reached[rule.Rule] = reached[rule.Rule] || rule.Outcome == "true"
					}
					if err != nil {
						tb.Fatalf("%s: %s:\n%v\n\n%s", c.Place, c.Name, err, verdict)
					}
				})
			}
		}
	}
	var idle []string
	for rule := range known {
		if !reached[rule] {
			idle = append(idle, rule)
		}
	}
	if slices.Sort(idle); len(idle) > 0 {
		tb.Logf("rules whose condition holds in no case: %s", strings.Join(idle, ", "))
	}
}

// run makes a subtest, where there can be one.
func run(tb testing.TB, name string, test func(testing.TB)) {
	tb.Helper()
	if t, ok := tb.(*testing.T); ok {
		t.Run(name, func(t *testing.T) { test(t) })
		return
	}
	test(tb)
}

// judge asks the server about a case and compares.
func judge(tb testing.TB, srv *mcpgov.Server, c policycases.Case) (mcpgov.Verdict, error) {
	tb.Helper()
	q := mcpgov.Question{
		Caller: mcpgov.Caller{User: mcpgov.User(c.User), Agent: mcpgov.Agent(c.Agent)},
		Tool:   c.Tool, Prompt: c.Prompt, Resource: c.Resource, Arguments: json.RawMessage(c.Args), Response: json.RawMessage(c.Response),
		Purpose: c.Purpose, RemoteIP: c.RemoteIP, Now: c.Now,
	}
	if c.History != nil {
		q.History = always(*c.History)
	}
	v, err := srv.Explain(tb.Context(), q)
	if err != nil {
		return v, err //nolint:wrapcheck // the caller says of which case
	}
	var faults []error
	want := func(what string, expected, got any) {
		if fmt.Sprint(expected) != fmt.Sprint(got) {
			faults = append(faults, fmt.Errorf("expect.%s: want %v, got %v", what, expected, got))
		}
	}
	decision := outcome(v)
	e := c.Expect
	if e.Decision != "" {
		want("decision", e.Decision, decision.Effect)
	}
	if e.Rule != nil {
		want("rule", *e.Rule, decision.Rule)
	}
	if e.Reason != nil {
		want("reason", *e.Reason, decision.Reason)
	}
	if e.Listed != nil {
		want("listed", *e.Listed, v.Listed)
	}
	masked, removed := edits(v.Obligations)
	for _, list := range []struct {
		what     string
		expected *[]string
		got      []string
	}{
		{"masked", e.Masked, masked},
		{"removed", e.Removed, removed},
		{"rules", e.Rules, v.Obligations.Rules},
		{"warnings", e.Warnings, v.Decision.Warnings},
		{"shadow", e.Shadow, shadows(v)},
	} {
		if list.expected != nil {
			want(list.what, slices.Sorted(slices.Values(*list.expected)), slices.Sorted(slices.Values(list.got)))
		}
	}
	if e.Response != nil {
		if err := sameJSON(e.Response, v.Response); err != nil {
			faults = append(faults, err)
		}
	}
	return v, errors.Join(faults...)
}

// decided is what becomes of a call, in the words of cases.
type decided struct{ Effect, Rule, Reason string }

func outcome(v mcpgov.Verdict) decided {
	switch deny := v.Obligations.Deny; {
	case v.Failed():
		for _, rule := range v.Rules {
			if rule.Outcome == "failed" && !rule.Shadow {
				return decided{Effect: "error", Rule: rule.Rule}
			}
		}
		return decided{Effect: "error"}
	case deny != nil:
		return decided{deny.Effect.String(), deny.Rule, deny.Reason}
	}
	return decided{v.Decision.Effect.String(), v.Decision.Rule, v.Decision.Reason}
}

func edits(o policy.Obligations) (masked, removed []string) {
	for _, e := range o.Edits {
		if e.Remove {
			removed = append(removed, e.Path)
		} else {
			masked = append(masked, e.Path)
		}
	}
	return masked, removed
}

func shadows(v mcpgov.Verdict) (rules []string) {
	for _, divergences := range [][]policy.Divergence{v.Decision.Shadow, v.Obligations.Shadow} {
		for _, d := range divergences {
			rules = append(rules, d.Rule)
		}
	}
	return rules
}

func sameJSON(expected policycases.Document, got json.RawMessage) error {
	if got == nil {
		return errors.New("expect.response: the response is withheld")
	}
	wanted, err := canon.JSON(expected)
	if err != nil {
		return fmt.Errorf("expect.response: %w", err)
	}
	is, err := canon.JSON(got)
	if err != nil {
		return fmt.Errorf("the response: %w", err)
	}
	if !bytes.Equal(wanted, is) {
		return fmt.Errorf("expect.response:\nwant %s\ngot  %s", wanted, is)
	}
	return nil
}

// always is a history that is the same in every window.
type always policycases.Counts

// Within implements [policy.History].
func (a always) Within(time.Duration) (policy.Counts, error) { return policy.Counts(a), nil }
