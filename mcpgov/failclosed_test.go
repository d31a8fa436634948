package mcpgov_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

var errDisk = errors.New("no space left on device")

// counted is a handler that counts how often it runs.
func counted(runs *atomic.Int64) lookup {
	return func(context.Context, lookupIn) (customer, error) {
		runs.Add(1)
		return ann(), nil
	}
}

func writes() mcpgov.ToolSpec {
	spec := lookupSpec()
	spec.ReadOnly = false
	return spec
}

const asksForAnn = `{"customer_id":"cust_42"}`

// refuseKind makes a recorder fail for records of tools of one kind.
func refuseKind(log *mcptest.Recorder, kind audit.Kind) {
	log.FailWhen(func(r audit.Record) error {
		if r.Kind == kind && r.Target.Kind == "tool" {
			return errDisk
		}
		return nil
	})
}

// TestSinkFailsAtTheIntent: no record, no effect.
func TestSinkFailsAtTheIntent(t *testing.T) {
	t.Parallel()
	log, runs := &mcptest.Recorder{}, &atomic.Int64{}
	srv := newServer(t, crmConfig(t, log), mcpgov.Tool(writes(), counted(runs)))
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		runs.Store(0)
		client := h.As(owner)
		refuseKind(log, audit.KindIntent)
		for range 10 {
			client.Call("get_customer", asksForAnn).Ended(mcpgov.AuditFailed).NoLeak("space left", "ann.example")
		}
		require.Zero(t, runs.Load(), "the handler ran without an intent on disk")
		log.FailWhen(nil)
		client.Call("get_customer", asksForAnn).OK() // the sink works again, and so does the service
		require.EqualValues(t, 1, runs.Load())
	})
}

// TestSinkFailsAtTheOutcome: what cannot be recorded does not leave.
func TestSinkFailsAtTheOutcome(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]mcpgov.ToolSpec{"reads": lookupSpec(), "writes": writes()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, runs := &mcptest.Recorder{}, &atomic.Int64{}
			h := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(spec, counted(runs))))
			client := h.As(admin)
			refuseKind(log, audit.KindOutcome)
			client.Call("get_customer", asksForAnn).Ended(mcpgov.AuditFailed).NoLeak("Ann", "612", "Zebra-4711", "space left")
			require.EqualValues(t, 1, runs.Load())
			log.FailWhen(nil)
			client.Call("get_customer", asksForAnn).OK()
		})
	}
}

// TestSinkFailsForRefusals: a refusal that cannot be recorded is not explained either.
func TestSinkFailsForRefusals(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found)))
	client := h.As(nobody)
	refuseKind(log, audit.KindOutcome)
	for tool, args := range map[string]string{"get_customer": asksForAnn, "no_such_tool": "{}"} {
		client.Call(tool, args).Ended(mcpgov.AuditFailed).NoLeak("their own data")
	}
	log.FailWhen(func(audit.Record) error { return errDisk })
	_, err := client.Session().ListTools(t.Context(), nil)
	require.ErrorContains(t, err, "could not be recorded")
}

// TestSlowSink: the caller waits for Limits.Audit, not for the sink.
func TestSlowSink(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]audit.Sink{
		"deaf":     slowSink{deaf: true},
		"obedient": slowSink{},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				config, runs := crmConfig(t, nil), &atomic.Int64{}
				config.Audit = slow
				config.Limits.Audit = 3 * time.Second
				h := mcptest.New(t, newServer(t, config, mcpgov.Tool(writes(), counted(runs))))
				client := h.As(owner)
				begun := time.Now()
				client.Call("get_customer", asksForAnn).Ended(mcpgov.AuditFailed)
				require.Zero(t, runs.Load())
				// The intent is waited for, and the record of its failure gets a last moment.
				require.Equal(t, config.Limits.Audit+100*time.Millisecond, time.Since(begun))
				<-time.After(2 * time.Hour) // what ignored its deadline comes to its end
			})
		})
	}
}

// slowSink takes an hour for every record of a tool.
type slowSink struct{ deaf bool }

func (s slowSink) Append(ctx context.Context, r audit.Record) error {
	if r.Target.Kind != "tool" {
		return nil
	}
	if s.deaf {
		<-time.After(time.Hour)
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// TestRuleThatErrors: a rule that cannot be evaluated refuses, in whichever list it stands, and never just does not hold.
func TestRuleThatErrors(t *testing.T) {
	t.Parallel()
	absent := "user.email == 'ann@example.com'" // the caller has none: reading it is an error
	for name, test := range map[string]struct {
		input, output []policy.Rule
		ran           int64
	}{
		"a deny before an allow": {
			input: []policy.Rule{{ID: "bad", Condition: absent, Action: policy.ActionDeny}, {Condition: "customer_id != ''", Action: policy.ActionAllow}},
		},
		"an allow": {input: []policy.Rule{{ID: "bad", Condition: absent, Action: policy.ActionAllow}}},
		"a division by zero": {
			input: []policy.Rule{{ID: "bad", Condition: "1 / size(pin) == 1", Action: policy.ActionDeny}, {Condition: "customer_id != ''", Action: policy.ActionAllow}},
		},
		"a mask": {
			input:  []policy.Rule{{Condition: "true", Action: policy.ActionAllow}},
			output: []policy.Rule{{ID: "bad", Condition: absent, Action: policy.ActionMaskSensitive}},
			ran:    1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, runs := &mcptest.Recorder{}, &atomic.Int64{}
			config := crmConfig(t, log)
			config.Policy = &policy.Set{Blocks: []policy.Block{{
				Tools: []string{"*"}, Input: test.input,
				Output: append(test.output, policy.Rule{Condition: "false", Action: policy.ActionMaskSensitive}),
			}}}
			h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), counted(runs))))
			result := h.As(nobody).Call("get_customer", asksForAnn).NoLeak("Ann")
			require.Contains(t, []mcpgov.Code{mcpgov.PolicyFailed, mcpgov.Unknown}, result.Code())
			require.Equal(t, test.ran, runs.Load())
			outcome := log.Outcomes()[0]
			require.Equal(t, string(mcpgov.PolicyFailed), outcome.Outcome)
			require.Equal(t, "bad", outcome.Rule)
			require.NotEmpty(t, outcome.Cause)
		})
	}
}

// TestBestEffortAudit: the named mode lets calls go on, counts what it lost, and says so in the log once it can.
func TestBestEffortAudit(t *testing.T) {
	t.Parallel()
	log, runs := &mcptest.Recorder{}, &atomic.Int64{}
	config := crmConfig(t, log)
	config.BestEffortAudit = true
	client := mcptest.New(t, newServer(t, config, mcpgov.Tool(writes(), counted(runs)))).As(owner)
	log.Reset()
	log.FailWhen(func(audit.Record) error { return errDisk })
	const calls = 5
	for range calls {
		client.Call("get_customer", asksForAnn).OK().NoLeak("ann.example")
	}
	require.EqualValues(t, calls, runs.Load())
	require.Empty(t, log.All())
	log.FailWhen(nil)
	client.Call("get_customer", asksForAnn).OK()
	records := log.All()
	require.Len(t, records, 3)
	require.Equal(t, audit.KindEvent, records[0].Kind)
	require.Equal(t, "records not confirmed in time before this one, and perhaps lost: 10", records[0].Note) // intent and outcome of five calls
	require.Equal(t, audit.KindIntent, records[1].Kind)
	require.Equal(t, audit.KindOutcome, records[2].Kind)
	client.Call("get_customer", asksForAnn).OK()
	require.Len(t, log.All(), 5, "the gap is recorded once")
}
