package mcpgov_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// ending is one way a call can end: how to bring it about, what the client sees, what the log holds.
type ending struct {
	name    string
	handler lookup // nil: returns Ann
	spec    func(*mcpgov.ToolSpec)
	config  func(*mcpgov.Config, *mcptest.Recorder)
	tool    string // "" is get_customer
	user    *mcpgov.User
	args    string // "" asks for cust_42
	hangUp  bool   // the client gives up after a while
	again   bool   // the same call was made once before

	seen  mcpgov.Code // what the client sees
	told  string      // a text the client is told
	kept  string      // a text the client must not be told, and the log must hold
	log   mcpgov.Code // what the log holds, if it is not what the client sees
	rule  string      // the rule in the log
	lists string      // records of the call by kind, such as "intent,outcome"
}

func endings() []ending {
	slow := func(ctx context.Context, _ lookupIn) (customer, error) { <-ctx.Done(); return customer{}, ctx.Err() }
	deaf := func(context.Context, lookupIn) (customer, error) { <-time.After(time.Hour); return ann(), nil }
	ask := func(who mcpgov.Identifier) func(*mcpgov.Config, *mcptest.Recorder) {
		return func(c *mcpgov.Config, _ *mcptest.Recorder) { c.Identify = who }
	}
	decide := func(d stubDecider) func(*mcpgov.Config, *mcptest.Recorder) {
		return func(c *mcpgov.Config, _ *mcptest.Recorder) { c.Policy = d }
	}
	sink := func(kind audit.Kind, fault func() error) func(*mcpgov.Config, *mcptest.Recorder) {
		return func(_ *mcpgov.Config, log *mcptest.Recorder) {
			log.FailWhen(func(r audit.Record) error {
				if r.Kind == kind && r.Target.Kind == "tool" && r.Outcome != string(mcpgov.AuditFailed) {
					log.FailWhen(nil)
					return fault()
				}
				return nil
			})
		}
	}
	writes := func(s *mcpgov.ToolSpec) { s.ReadOnly = false }
	broken := mcpgov.User{ID: "u9", Role: "broken"}
	return []ending{
		{name: "a result", seen: mcpgov.OK, rule: "all", lists: "outcome"},
		{name: "a result of a tool that writes", spec: writes, seen: mcpgov.OK, rule: "all", lists: "intent,outcome"},
		{name: "no such tool", tool: "get_custmer", seen: mcpgov.Unknown},
		{name: "the Identifier fails", user: &mcpgov.User{}, config: ask(func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
			return mcpgov.Caller{}, errors.New("ldap: no route to host")
		}), seen: mcpgov.Unauthenticated, told: "authentication required", kept: "no route to host"},
		{name: "the Identifier names nobody", user: &mcpgov.User{}, config: ask(func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
			return mcpgov.Caller{}, nil
		}), seen: mcpgov.Unauthenticated, kept: "has no ID"},
		{name: "the Identifier panics", user: &mcpgov.User{}, config: ask(func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
			panic("identity crisis")
		}), seen: mcpgov.Unauthenticated, kept: "identity crisis"},
		{name: "the Identifier hangs", user: &mcpgov.User{}, config: ask(func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
			<-time.After(time.Hour)
			return mcpgov.Caller{}, nil
		}), seen: mcpgov.Unauthenticated, kept: "deadline"},
		{
			name: "too many calls", again: true, config: func(c *mcpgov.Config, _ *mcptest.Recorder) { c.Limits.PerMinute = 1 },
			seen: mcpgov.Limited, told: "try again later", kept: "per minute",
		},
		{name: "arguments against the schema", args: `{"customer_id":"42","with_orders":3}`, seen: mcpgov.InvalidInput, told: "/with_orders"},
		{name: "arguments against Validate", args: `{"customer_id":"cust_13","pin":"Secret-0815"}`, seen: mcpgov.InvalidInput, told: "pin [redacted]"},
		{name: "denied by a rule", user: &nobody, seen: mcpgov.Denied, told: "their own data", rule: "own"},
		{name: "denied about the result", handler: func(context.Context, lookupIn) (customer, error) {
			c := ann()
			c.Name = "Nobody"
			return c, nil
		}, seen: mcpgov.Denied, told: "this record is closed", rule: "hush"},
		{name: "a rule that errors", user: &broken, args: `{"customer_id":"cust_42"}`, config: func(c *mcpgov.Config, _ *mcptest.Recorder) {
			c.Policy.(*policy.Set).Blocks[0].Input = c.Policy.(*policy.Set).Blocks[0].Input[1:]
		}, seen: mcpgov.Unknown, log: mcpgov.PolicyFailed, rule: "broken", kept: "division"},
		{
			name: "a Decider that fails", config: decide(stubDecider{admit: func() (policy.Decision, error) { return policy.Decision{}, errors.New("policy server: EOF") }}),
			seen: mcpgov.PolicyFailed, kept: "EOF",
		},
		{
			name: "a Decider that panics", config: decide(stubDecider{admit: func() (policy.Decision, error) { panic("no decision today") }}),
			seen: mcpgov.PolicyFailed, kept: "no decision today",
		},
		{name: "a Decider that hangs", config: decide(stubDecider{admit: func() (policy.Decision, error) {
			<-time.After(time.Hour)
			return policy.Decision{Effect: policy.Allow}, nil
		}}), seen: mcpgov.PolicyFailed, kept: "deadline"},
		{
			name: "a Decider whose zero decision refuses", config: decide(stubDecider{admit: func() (policy.Decision, error) { return policy.Decision{}, nil }}),
			seen: mcpgov.Denied,
		},
		{name: "an approval is asked for", user: &admin, args: `{"customer_id":"cust_99"}`, seen: mcpgov.ApprovalRequired, rule: "sign"},
		{
			name: "the approval is refused", user: &admin, args: `{"customer_id":"cust_99"}`, seen: mcpgov.ApprovalRefused, rule: "sign", kept: "the boss is away",
			config: func(c *mcpgov.Config, _ *mcptest.Recorder) {
				c.Approver = func(context.Context, mcpgov.Approval) error { return errors.New("the boss is away") }
			},
		},
		{
			name: "a tool that writes on a read-only server", spec: writes, seen: mcpgov.ReadOnlyMode, lists: "outcome",
			config: func(c *mcpgov.Config, _ *mcptest.Recorder) { c.ReadOnly = true },
		},
		{
			name: "the intent cannot be written", spec: writes, config: sink(audit.KindIntent, func() error { return errors.New("disk full") }),
			seen: mcpgov.AuditFailed, kept: "disk full", lists: "outcome",
		},
		{
			name: "the sink panics", spec: writes, config: sink(audit.KindIntent, func() error { panic("sink sank") }),
			seen: mcpgov.AuditFailed, kept: "sink sank", lists: "outcome",
		},
		{name: "the handler is too slow", handler: slow, seen: mcpgov.Timeout},
		{name: "the handler is deaf", handler: deaf, seen: mcpgov.Timeout},
		{name: "the caller hangs up", handler: slow, hangUp: true, seen: mcpgov.Cancelled, config: func(c *mcpgov.Config, _ *mcptest.Recorder) { c.Limits.Tool = time.Hour }},
		{
			name: "the handler panics", handler: func(_ context.Context, in lookupIn) (customer, error) { panic("boom " + in.CustomerID) },
			seen: mcpgov.Panicked, told: "internal error", kept: "boom cust_42",
		},
		{
			name: "the handler panics with a sensitive value", handler: func(_ context.Context, in lookupIn) (customer, error) { panic("boom " + in.Pin) },
			args: `{"customer_id":"cust_42","pin":"Secret-0815"}`, seen: mcpgov.Panicked, kept: "boom [redacted]",
		},
		{name: "the handler ends its goroutine", handler: func(context.Context, lookupIn) (customer, error) { goexit(); return customer{}, nil }, seen: mcpgov.Panicked, kept: "Goexit"},
		{
			name: "the handler fails", handler: func(context.Context, lookupIn) (customer, error) {
				return customer{}, errors.New("pq: relation does not exist")
			},
			seen: mcpgov.Failed, told: "the tool failed", kept: "relation does not exist",
		},
		{name: "the handler fails beside a result", handler: func(context.Context, lookupIn) (customer, error) {
			return ann(), mcpgov.Userf("could not mail ann.example@example.com")
		}, seen: mcpgov.Failed, told: "could not mail [redacted]"},
		{name: "the handler speaks to the user", handler: func(_ context.Context, in lookupIn) (customer, error) {
			return customer{}, mcpgov.Userf("no orders for pin %s: %w", in.Pin, errors.New("inner"))
		}, args: `{"customer_id":"cust_42","pin":"Secret-0815"}`, seen: mcpgov.Failed, told: "no orders for pin [redacted]"},
		{name: "a declared business error", handler: func(context.Context, lookupIn) (customer, error) {
			return customer{}, fmt.Errorf("wrapped: %w", mcpgov.Fail("customer_archived", "archived since 2019"))
		}, seen: "customer_archived", told: "archived since 2019"},
		{name: "a business error nobody declared", handler: func(context.Context, lookupIn) (customer, error) {
			return customer{}, mcpgov.Fail("customer_eaten", "by a bear")
		}, seen: mcpgov.Failed, told: "the tool failed", kept: "by a bear"},
		{name: "a handler that claims a code of the path", handler: func(context.Context, lookupIn) (customer, error) {
			return customer{}, &mcpgov.Error{Code: mcpgov.Denied, Message: "by my own authority"}
		}, seen: mcpgov.Failed, kept: "my own authority"},
		{name: "a result against its schema", handler: func(context.Context, lookupIn) (customer, error) {
			c := ann()
			c.Name = ""
			return c, nil
		}, seen: mcpgov.OutputInvalid, kept: "/name"},
		{name: "a result that is too large", handler: func(context.Context, lookupIn) (customer, error) {
			c := ann()
			c.Name = strings.Repeat("x", 5<<20)
			return c, nil
		}, seen: mcpgov.OutputTooLarge},
		{name: "an edit nobody announced", config: decide(stubDecider{shape: func() policy.Obligations {
			return policy.Obligations{Edits: []policy.Edit{{Path: "email", Remove: true}}}
		}}), seen: mcpgov.MaskFailed, kept: "does not announce"},
		{
			name: "the outcome cannot be written", config: sink(audit.KindOutcome, func() error { return errors.New("disk full") }),
			seen: mcpgov.AuditFailed, lists: "-",
		},
	}
}

// TestOutcomes is the table of every way a call can end, what the client sees and what the log holds. A code
// without a row fails it.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	reached := map[mcpgov.Code]bool{}
	for _, e := range endings() {
		reached[e.seen], reached[e.log] = true, true
		for _, era := range []mcptest.Era{mcptest.Stateless, mcptest.Sessions} {
			t.Run(e.name+"/"+string(era), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { e.check(t, era) })
			})
		}
	}
	for _, code := range mcpgov.Codes() {
		require.True(t, reached[code], "no row of the table ends in %q", code)
	}
}

func (e ending) check(t *testing.T, era mcptest.Era) {
	log := &mcptest.Recorder{}
	config, spec, handler := crmConfig(t, log), lookupSpec(), e.handler
	config.RecordErrorTexts = true // TestTextsOfSensitiveTools is about the default
	if handler == nil {
		handler = found
	}
	if e.spec != nil {
		e.spec(&spec)
	}
	if e.config != nil {
		e.config(&config, log)
	}
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(spec, handler))).In(era)
	client := h.As(owner)
	switch {
	case e.user != nil && e.user.ID == "":
		client = h.Client()
	case e.user != nil:
		client = h.As(*e.user)
	}
	tool, args := "get_customer", `{"customer_id":"cust_42"}`
	if e.tool != "" {
		tool = e.tool
	}
	if e.args != "" {
		args = e.args
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if e.hangUp {
		time.AfterFunc(time.Minute, cancel)
	}
	if e.again {
		client.CallContext(ctx, tool, args)
		log.Reset()
	}
	result := client.CallContext(ctx, tool, args)
	synctest.Wait()
	defer func() { <-time.After(2 * time.Hour) }() // let what ignored its deadline come to its end
	if !e.hangUp {
		result.Ended(e.seen)
		e.checkText(t, result)
	}
	e.checkLog(t, result, log)
}

func (e ending) checkText(t *testing.T, result *mcptest.Result) {
	if e.told != "" {
		require.Contains(t, result.Message(), e.told)
	}
	result.NoLeak("Secret-0815")
	if e.kept != "" {
		require.NotContains(t, string(result.Wire()), e.kept)
	}
	if raw, err := result.Raw(); err == nil && raw.IsError {
		var refusal map[string]any
		require.NoError(t, json.Unmarshal([]byte(result.Text()), &refusal))
		require.Equal(t, string(e.seen.Category()), refusal["category"])
		require.NotEmpty(t, refusal["call_id"])
	}
}

func (e ending) checkLog(t *testing.T, result *mcptest.Result, log *mcptest.Recorder) {
	want := e.lists
	if want == "" {
		want = "outcome"
	}
	var kinds []string
	for _, r := range log.Calls() {
		kinds = append(kinds, string(r.Kind))
	}
	if want == "-" {
		require.Empty(t, kinds)
		return
	}
	require.Equal(t, want, strings.Join(kinds, ","))
	outcomes := log.Outcomes()
	require.Len(t, outcomes, 1)
	outcome := outcomes[0]
	code := e.log
	if code == "" {
		code = e.seen
	}
	require.Equal(t, string(code), outcome.Outcome)
	require.Equal(t, string(code.Category()), outcome.Category)
	if e.rule != "" {
		require.Equal(t, e.rule, outcome.Rule)
	}
	if result.CallID() != "" {
		require.Equal(t, result.CallID(), outcome.CallID)
	}
	if e.kept != "" {
		require.Contains(t, outcome.Cause, e.kept)
	}
	log.NoLeak(t, "Secret-0815")
}
