package mcpgov_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

const asksWithPin = `{"with_orders":true,"customer_id":"cust_42","pin":"Secret-0815"}`

// TestLevels: how much of a call its record holds, by server and by tool; labelled fields are hidden at every level,
// whoever calls.
func TestLevels(t *testing.T) {
	t.Parallel()
	const arguments = `{"with_orders":true,"customer_id":"cust_42","pin":"[redacted]"}`
	const response = `{"name":"Ann","email":"a***@example.com","credit_score":null,"internal_notes":"pays late: Zebra-4711",` +
		`"orders":[{"id":"o1","card":"****1234"},{"id":"o2","card":"****6876"}]}`
	for name, test := range map[string]struct {
		server, tool audit.Level
		want         audit.Level
	}{
		"unsaid":                {"", "", audit.LevelDetailed},
		"basic":                 {audit.LevelBasic, "", audit.LevelBasic},
		"detailed":              {audit.LevelDetailed, "", audit.LevelDetailed},
		"complete":              {audit.LevelComplete, "", audit.LevelComplete},
		"the tool says less":    {audit.LevelComplete, audit.LevelBasic, audit.LevelBasic},
		"the tool says more":    {audit.LevelBasic, audit.LevelComplete, audit.LevelComplete},
		"only the tool says so": {"", audit.LevelComplete, audit.LevelComplete},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			config, spec := crmConfig(t, log), writes()
			config.AuditLevel, spec.AuditLevel = test.server, test.tool
			mcptest.New(t, newServer(t, config, mcpgov.Tool(spec, found))).As(admin).Call("get_customer", asksWithPin).OK()
			log.NoLeak(t, "Secret-0815", "ann.example", "4000123412341234")
			records := log.Calls()
			require.Len(t, records, 2)
			for _, r := range records {
				require.Equal(t, test.want, r.Level)
				require.NotEmpty(t, r.ArgumentsDigest)
				if test.want == audit.LevelBasic {
					require.Nil(t, r.Arguments)
					continue
				}
				require.JSONEq(t, arguments, string(r.Arguments))
			}
			require.Nil(t, records[0].Response)
			require.Positive(t, records[1].Bytes)
			if test.want != audit.LevelComplete {
				require.Nil(t, records[1].Response)
				require.Empty(t, records[1].ResponseDigest)
				return
			}
			require.JSONEq(t, response, strings.ReplaceAll(string(records[1].Response), "****9876", "****6876"))
			require.NotEmpty(t, records[1].ResponseDigest)
		})
	}
}

// TestRecordSaysWho: an outcome holds who called what under which rules from where, and how it was decided.
func TestRecordSaysWho(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Env = mcpgov.Env{Name: "test", Region: "eu-1"}
	srv := newServer(t, config, mcpgov.Tool(writes(), found))
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		log.Reset()
		user := owner
		user.Name, user.Tenant, user.Provider = "Olga", "acme", "https://id.example"
		h.As(user).Call("get_customer", asksForAnn).OK()
		intent, outcome := log.Calls()[0], log.Calls()[1]
		require.Equal(t, audit.Server{Name: "crm", Version: "1.0.0", Policy: srv.Manifest().PolicyRevision, Environment: "test", Region: "eu-1"}, outcome.Server)
		require.Equal(t, audit.User{
			ID: "u42", Name: "Olga", Role: "customer", Tenant: "acme", Provider: "https://id.example", Attributes: json.RawMessage(`{"customer_id":"cust_42"}`),
		}, outcome.User)
		require.Equal(t, audit.Client{Name: "mcptest", Version: "1", Transport: "memory", Protocol: outcome.Client.Protocol}, outcome.Client)
		require.Equal(t, audit.Target{Kind: "tool", Name: "get_customer"}, outcome.Target)
		require.Equal(t, "allow", outcome.Decision)
		require.Equal(t, "all", outcome.Rule)
		require.Equal(t, string(mcpgov.OK), outcome.Outcome)
		require.Empty(t, outcome.Category)
		require.Equal(t, []string{"credit_score", "email", "internal_notes", "orders.card"}, outcome.Masked)
		require.Equal(t, audit.KindIntent, intent.Kind)
		require.Equal(t, outcome.CallID, intent.CallID)
		require.Equal(t, outcome.User, intent.User)
		require.Equal(t, outcome.Rule, intent.Rule)
		require.Empty(t, intent.Outcome)

		h.As(nobody).Call("get_customer", asksForAnn).Denied()
		denied := log.Calls()[2]
		require.Equal(t, "deny", denied.Decision)
		require.Equal(t, "own", denied.Rule)
		require.Equal(t, "Customers can only view their own data", denied.Reason)
		require.Equal(t, string(mcpgov.ClientError), denied.Category)
		require.NotEqual(t, denied.CallID, outcome.CallID)
	})
}

// TestDigests: equal documents have equal digests whatever their layout, and nobody without the key can compute one.
func TestDigests(t *testing.T) {
	t.Parallel()
	digests := func(key []byte, arguments ...string) []string {
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		config.Key = key
		client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found))).As(owner)
		var all []string
		for i, a := range arguments {
			client.Call("get_customer", a).OK()
			all = append(all, log.Outcomes()[i].ArgumentsDigest)
		}
		return all
	}
	const otherLayout = `{ "pin" : "Secret-0815", "customer_id":"cust_42", "with_orders":true}`
	first, second := []byte(strings.Repeat("k", 32)), []byte(strings.Repeat("l", 32))
	same := digests(first, asksWithPin, otherLayout, asksForAnn)
	require.Equal(t, same[0], same[1])
	require.NotEqual(t, same[0], same[2])
	require.Len(t, same[0], 64)
	require.Equal(t, same[:1], digests(first, asksWithPin), "the same on all replicas")
	require.NotEqual(t, same[:1], digests(second, asksWithPin))
	madeUp := digests(nil, asksWithPin)
	require.NotEqual(t, madeUp, digests(nil, asksWithPin), "a key made up at start is another each time")
}

// TestTraceIDs: a W3C trace context in _meta joins the record to a trace; anything else is no trace.
func TestTraceIDs(t *testing.T) {
	t.Parallel()
	const trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for parent, want := range map[string][2]string{
		"00-" + trace + "-" + span + "-01":       {trace, span},
		"":                                       {},
		"00-" + trace[:31] + "z-" + span + "-01": {},
		"00-" + trace + "-" + span:               {},
		large(1 << 10):                           {},
	} {
		t.Run(parent, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			client := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))).As(owner)
			_, err := client.Session().CallTool(t.Context(), &mcp.CallToolParams{
				Meta: mcp.Meta{"traceparent": parent}, Name: "get_customer", Arguments: json.RawMessage(asksForAnn),
			})
			require.NoError(t, err)
			require.Equal(t, want, [2]string{log.Outcomes()[0].TraceID, log.Outcomes()[0].SpanID})
		})
	}
}

type bulky struct {
	Text string `json:"text"`
}

// TestLargeValues: past a size a record says how large a value was and holds its digest, so that no caller can fill
// the log.
func TestLargeValues(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Policy, config.AuditLevel = policy.AllowAll(), audit.LevelComplete
	srv := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "echo", Description: "Echoes.", ReadOnly: true},
		func(_ context.Context, in bulky) (bulky, error) { return bulky{in.Text + in.Text}, nil }))
	client := mcptest.New(t, srv).As(owner)
	client.Call("echo", bulky{large(200 << 10)}).OK()
	client.Call("echo", bulky{large(1 << 10)}).OK()
	big, small := log.Outcomes()[0], log.Outcomes()[1]
	require.JSONEq(t, `{"mcpgov_omitted_bytes":204811}`, string(big.Arguments))
	require.Nil(t, big.Response)
	require.True(t, big.ResponseTruncated)
	require.NotEmpty(t, big.ResponseDigest)
	require.NotEmpty(t, big.ArgumentsDigest)
	require.Greater(t, big.Bytes, 400<<10)
	require.False(t, small.ResponseTruncated)
	require.NotNil(t, small.Response)
}

// TestCauseIsCut: a handler cannot fill the log with an error, and ordinary texts stand in it whole.
func TestCauseIsCut(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.RecordErrorTexts = true
	client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), func(context.Context, lookupIn) (customer, error) {
		panic(large(1 << 20))
	}))).As(owner)
	client.Call("get_customer", asksForAnn).Ended(mcpgov.Panicked)
	require.Less(t, len(log.Outcomes()[0].Cause), 10<<10)
}

// TestNamesFromOutside: what a client says of itself, and the name of a tool that does not exist, are cut to size
// and stay one line of the log.
func TestNamesFromOutside(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	client := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))).As(owner)
	client.Call(large(10<<10), "{}").Ended(mcpgov.Unknown)
	client.Call("\x1b[2J\n{\"forged\":true}", "{}").Ended(mcpgov.Unknown)
	require.Less(t, len(log.Outcomes()[0].Target.Name), 200)
	line, err := log.Outcomes()[1].AppendJSON(nil)
	require.NoError(t, err)
	require.NotContains(t, string(line), "\n")
	require.NotContains(t, string(line), "\x1b")
}
