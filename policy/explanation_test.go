package policy_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

var update = flag.Bool("update", false, "write golden files")

func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./policy -update")
	require.Equal(t, string(want), text)
}

type claimIn struct {
	Patient string            `json:"patient"`
	SSN     string            `json:"ssn" gov:"pii"`
	Minor   bool              `json:"minor" gov:"sensitive"`
	Codes   []string          `json:"codes"`
	Lines   []claimLine       `json:"lines"`
	Extra   map[string]any    `json:"extra"`
	Kind    string            `json:"content-type"`
	Owner   *claimLine        `json:"owner"`
	Names   map[string]string `json:"names"`
}

type claimLine struct {
	Amount int    `json:"amount"`
	IBAN   string `json:"iban" gov:"pii"`
}

type claimOut struct {
	Total int         `json:"total"`
	Email string      `json:"email" gov:"pii,mask=email"`
	Lines []claimLine `json:"lines"`
}

const claimRules = `
mcpgov: 1
user: {department: "string?"}
policies:
  - tools: [claim]
    input:
      - id: who
        condition: |
          user.role == 'auditor' ||
          user.department == 'claims' && patient != ""
        action: allow
      - {id: not-you, condition: "ssn.startsWith('756') && size(codes) > 1", action: deny, reason: "Not yours."}
      - {id: try, condition: "'claims.write' in user.permissions", action: allow, mode: shadow}
      - {id: rest, condition: "lines.exists(l, l.amount > 100) && ` + "args.`content-type`" + ` == 'a'", action: deny}
      - {id: late, condition: "timestamp.now().getHours() < 24", action: allow}
    output:
      - {id: hide, condition: "response.email.endsWith('.ch') || response.total in [1, 2]", action: mask_sensitive_fields}
      - {id: rows, condition: "true", action: filter_rows, path: lines, where: "item.amount < 50"}
`

func claims(t testing.TB) (policy.Decider, *policy.Target) {
	t.Helper()
	rules, err := policy.Parse([]byte(claimRules))
	require.NoError(t, err)
	target := &policy.Target{Kind: "tool", Name: "claim", In: reflect.TypeFor[claimIn](), Out: reflect.TypeFor[claimOut]()}
	return mustBind(t, rules, nil, target), target
}

func TestExplanationReads(t *testing.T) {
	d, target := claims(t)
	r := &policy.Request{
		Target: target, User: &policy.User{ID: "u", Role: "clerk", Permissions: []string{"claims.write"}}, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Args: &claimIn{Patient: "p1", SSN: "756.1234.5678.97", Codes: []string{"x"}, Lines: []claimLine{{Amount: 7, IBAN: "CH12"}}, Kind: "b"},
	}
	out := &claimOut{Total: 3, Email: "ann@example.ch", Lines: []claimLine{{Amount: 10, IBAN: "CH34"}, {Amount: 70, IBAN: "CH56"}}}
	e, err := policy.Explain(t.Context(), d, r, out)
	require.NoError(t, err)
	golden(t, "explain/allowed.txt", e.String())
	for _, secret := range []string{"1234", "ann@example", "CH12", "CH34", "CH56"} {
		require.NotContains(t, e.String(), secret)
	}

	r.User.Role = ""
	e, err = policy.Explain(t.Context(), d, r, out)
	require.NoError(t, err, "a rule that fails is explained")
	golden(t, "explain/failed.txt", e.String())
}

func TestExplanationHidesLabelledFields(t *testing.T) {
	for _, c := range []struct {
		condition string
		shown     map[string]string
		fails     string
	}{
		{condition: "ssn == user.id", shown: map[string]string{"ssn": "[redacted]", "user.id": `"u"`, "ssn == user.id": "false"}},
		{condition: "args.ssn + 'x' == 'y'", shown: map[string]string{"args.ssn": "[redacted]", `args.ssn + "x"`: "[redacted]"}},
		{condition: "size(ssn) > 3", shown: map[string]string{"size(ssn)": "[redacted]", "size(ssn) > 3": "true"}},
		{condition: "minor", shown: map[string]string{"minor": "[redacted]"}},
		{condition: "minor ? patient == 'a' : patient == 'b'", shown: map[string]string{"minor": "[redacted]", "patient": `"p"`}},
		{condition: "(minor ? 'a' : 'b') == 'a'", shown: map[string]string{`minor ? "a" : "b"`: "[redacted]"}},
		{condition: "has(args.ssn)", shown: map[string]string{"has(args.ssn)": "true"}},
		{condition: "size(lines) == 2", shown: map[string]string{"size(lines)": "2"}},
		{condition: "lines.map(l, l.iban) == codes", shown: map[string]string{"lines.map(l, l.iban)": "[redacted]", "codes": `["x", "y"]`}},
		{condition: "lines.map(l, l.amount) == [1]", shown: map[string]string{"lines.map(l, l.amount)": "[1, 2]"}},
		{condition: "lines.filter(l, l.amount > 1) == []", shown: map[string]string{"lines.filter(l, l.amount > 1)": "[redacted]"}},
		{condition: "lines[0].iban == 'x'", shown: map[string]string{"lines[0].iban": "[redacted]"}},
		{condition: "lines[0].amount == 1", shown: map[string]string{"lines[0].amount": "1"}},
		{condition: "lines[size(ssn) - 10].amount == 1", shown: map[string]string{"lines[size(ssn) - 10].amount": "[redacted]"}},
		{condition: "owner.iban == 'x'", shown: map[string]string{"owner.iban": "[redacted]"}},
		{condition: "[args][0].ssn == 'x'", shown: map[string]string{"[args][0].ssn": "[redacted]"}},
		{condition: "{'a': ssn}.a == 'x'", shown: map[string]string{`{"a": ssn}.a`: "[redacted]"}},
		{condition: "int(ssn) == 1", fails: "[redacted]: it may quote a labelled field", shown: map[string]string{"int(ssn)": "[redacted]"}},
		{condition: "int(patient) == 1 || ssn == 'x'", fails: "type conversion error", shown: map[string]string{"patient": `"p"`}},
		{condition: "ssn == 'x' || user.email == 'x'", fails: "user.email is absent", shown: map[string]string{"ssn": "[redacted]"}},
		{condition: "codes[5] == ssn", fails: "index out of bounds", shown: map[string]string{}},
		{condition: "extra[ssn] == 'x'", fails: "[redacted]: it may quote a labelled field", shown: map[string]string{}},
		{condition: "extra.a.b == 'x' && names.k == 'v'", shown: map[string]string{"extra.a.b": `"x"`, "names.k": `"v"`}},
		{condition: "extra == {}", shown: map[string]string{"extra": `{"a": {"b": "x"}}`}},
	} {
		t.Run(c.condition, func(t *testing.T) {
			target := tool("claim", claimIn{}, claimOut{})
			d := mustBind(t, one(policy.Allow, []policy.Rule{{ID: "r", Condition: c.condition, Action: policy.ActionDeny}}), nil, target)
			args := &claimIn{
				Patient: "p", SSN: "SECRET-SSN", Minor: true, Codes: []string{"x", "y"}, Lines: []claimLine{{1, "SECRET-I"}, {2, "SECRET-J"}},
				Owner: &claimLine{3, "SECRET-K"}, Extra: map[string]any{"a": map[string]any{"b": "x"}}, Names: map[string]string{"k": "v"},
			}
			e, err := policy.Explain(t.Context(), d, &policy.Request{Target: target, User: &policy.User{ID: "u"}, Args: args}, nil)
			require.NoError(t, err)
			require.NotContains(t, e.String(), "SECRET")
			got := map[string]string{}
			for _, s := range e.Rules[0].Steps {
				got[s.Expr] = s.Value
				require.Positive(t, s.Line)
				require.Positive(t, s.Column)
			}
			for expr, value := range c.shown {
				require.Equal(t, value, got[expr], "%s in %v", expr, got)
			}
			if c.fails != "" {
				require.Equal(t, "failed", e.Rules[0].Outcome)
				require.Contains(t, e.Rules[0].Error, c.fails)
			} else {
				require.NotEqual(t, "failed", e.Rules[0].Outcome, e.Rules[0].Error)
			}
		})
	}
}

func TestExplainRefuses(t *testing.T) {
	_, target := claims(t)
	_, err := policy.Explain(t.Context(), foreign{}, &policy.Request{Target: target}, nil)
	require.ErrorContains(t, err, "cannot be explained")
	d, target := claims(t)
	_, err = policy.Explain(t.Context(), d, &policy.Request{Target: target, User: &policy.User{}, Args: 5}, nil)
	require.ErrorContains(t, err, "the arguments are a Go int")
	_, err = policy.Explain(t.Context(), d, &policy.Request{}, nil)
	require.ErrorContains(t, err, "no target")
	joined := mustBind(t, policy.All(policy.AllowAll(), foreign{err: errors.New("down")}), nil, target)
	_, err = policy.Explain(t.Context(), joined, &policy.Request{Target: target, User: &policy.User{}, Args: &claimIn{}}, nil)
	require.ErrorContains(t, err, "down")
}

func TestExplanationOfAWhereThatFails(t *testing.T) {
	for where, says := range map[string]string{
		"10 / item.amount > 1":        "division by zero",
		"int(item.iban) == 1":         "[redacted]",
		"item.iban == response.email": "",
	} {
		target := tool("claim", claimIn{}, claimOut{})
		d := mustBind(t, one(policy.Allow, nil, policy.Rule{ID: "cut", Condition: "true", Action: policy.ActionFilterRows, Path: "lines", Where: where}), nil, target)
		r := &policy.Request{Target: target, User: &policy.User{}, Args: &claimIn{}}
		e, err := policy.Explain(t.Context(), d, r, &claimOut{Lines: []claimLine{{0, "SECRET"}}})
		require.NoError(t, err)
		require.Contains(t, e.Rules[0].Error, says)
		require.NotContains(t, e.String(), "SECRET")
		require.Equal(t, says == "", e.Rules[0].Outcome == "true", where)
	}
}

// An explanation agrees with the decision, and its rules with both.
func TestExplanationAgrees(t *testing.T) {
	c := newChance(5)
	target := deal()
	failed, denied, admitted := 0, 0, 0
	for range 150 {
		d := c.set(target)
		for range 8 {
			r, out := c.request(target), c.result()
			decision, err := d.Admit(t.Context(), r)
			var obligations policy.Obligations
			shapeErr := err
			if err == nil && decision.Effect != policy.Deny {
				obligations, shapeErr = d.Shape(t.Context(), r, out)
			}
			e, explainErr := policy.Explain(t.Context(), d, r, out)
			require.NoError(t, explainErr)
			require.Equal(t, decision, e.Decision)
			require.Equal(t, obligations, e.Obligations)

			outcomes := map[string]policy.RuleTrace{}
			for _, rule := range e.Rules {
				outcomes[rule.Rule] = rule
				if rule.Outcome == "not reached" {
					require.Empty(t, rule.Steps)
				} else if rule.Condition != "true" {
					require.NotEmpty(t, rule.Steps)
				}
			}
			var failure *policy.RuleError
			switch {
			case errors.As(shapeErr, &failure):
				failed++
				require.Equal(t, "failed", outcomes[failure.Rule].Outcome, "%s\n%s", failure, e)
			case decision.Effect == policy.Deny:
				denied++
			default:
				admitted++
			}
			if rule, ok := outcomes[decision.Rule]; ok { // not a default
				require.Equal(t, "true", rule.Outcome, e.String())
			}
			for _, id := range append(append([]string{}, decision.Warnings...), obligations.Rules...) {
				require.Equal(t, "true", outcomes[id].Outcome, e.String())
			}
			for _, rule := range e.Rules {
				if rule.Outcome == "failed" && !rule.Shadow {
					require.Equal(t, failure.Rule, rule.Rule, e.String())
				}
			}
			for _, note := range append(append([]policy.Divergence{}, decision.Shadow...), obligations.Shadow...) {
				if rule, ok := outcomes[note.Rule]; ok && rule.Shadow && note.Would == "fail" {
					require.Equal(t, "failed", rule.Outcome, e.String())
				}
			}
		}
	}
	require.Greater(t, failed, 50)
	require.Greater(t, denied, 100)
	require.Greater(t, admitted, 100)
}
