package mcpgov_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

const before = `
mcpgov: 1
user: {customer_id: "string?"}
policies:
  - tools: ["*"]
    input:
      - {id: own, condition: "user.role != 'admin' && customer_id != user.customer_id", action: deny}
      - {id: orders, condition: "with_orders && !('orders' in user.permissions)", action: deny}
      - {id: all, condition: "true", action: allow}
    output:
      - {id: notes, condition: "user.role != 'admin'", action: filter_fields, fields: [internal_notes]}
      - {id: pii, condition: "user.role != 'admin'", action: mask_sensitive_fields}
`

// after lets clerks see everything, nobody see orders without the permission as before, and masks the name.
const after = `
mcpgov: 1
user: {customer_id: "string?"}
policies:
  - tools: ["*"]
    input:
      - {id: own, condition: "user.role == 'customer' && customer_id != user.customer_id", action: deny}
      - {id: pinned, condition: "customer_id == 'cust_2' && pin == '1234'", action: deny}
      - {id: blocked, condition: "user.role == 'admin' && customer_id == 'cust_1'", action: deny}
      - {id: orders, condition: "with_orders && !('orders' in user.permissions)", action: deny}
      - {id: all, condition: "true", action: allow}
    output:
      - {id: names, condition: "user.role == 'customer'", action: mask_fields, fields: [name]}
      - {id: notes, condition: "user.role != 'admin'", action: filter_fields, fields: [internal_notes]}
      - {id: pii, condition: "user.role != 'admin'", action: mask_sensitive_fields}
`

// TestReplayOfALog: a real log, replayed against the policy it was made under, shows no change; against another it shows those that really
// happen when the calls are made again under that, and calls unknown what depends on a field that the log masks.
func TestReplayOfALog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	config := crmConfig(t, &mcptest.Recorder{})
	config.Audit, config.AuditLevel, config.Policy, config.Limits.PerMinute = log, audit.LevelComplete, rules(t, before), mcpgov.Unlimited
	srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
	h := mcptest.New(t, srv)
	again := config
	again.Audit, again.Policy = &mcptest.Recorder{}, rules(t, after)
	other := mcptest.New(t, newServer(t, again, mcpgov.Tool(lookupSpec(), found)))

	random := rand.New(rand.NewPCG(5, 5))
	users := []mcpgov.User{
		admin,
		{ID: "c1", Role: "customer", Attributes: map[string]any{"customer_id": "cust_1"}, Permissions: []string{"orders", "idle"}},
		{ID: "k", Role: "clerk"},
		{ID: "n"},
	}
	type made struct{ was, now string }
	var calls []made
	for range 300 {
		u := users[random.IntN(len(users))]
		pin := []string{"1234", "9999"}[random.IntN(2)]
		arguments := json.RawMessage(fmt.Sprintf(`{"customer_id":"cust_%d","with_orders":%t,"pin":%q}`, 1+random.IntN(2), random.IntN(3) == 0, pin))
		calls = append(calls, made{reached(t, h.As(u).Session(), arguments), reached(t, other.As(u).Session(), arguments)})
	}
	h.As(admin).Call("get_customer", map[string]any{"customer_id": "bad"}) // never came to a policy
	require.NoError(t, log.Close())

	replay := func(text string) *policy.Report {
		candidate, err := srv.BindPolicy(rules(t, text))
		require.NoError(t, err)
		report, err := policy.Replay(t.Context(), candidate, mcpgov.Recorded(audit.Records(os.DirFS(dir))))
		require.NoError(t, err)
		require.Equal(t, 300, report.Calls)
		return report
	}
	same := replay(before)
	require.Zero(t, same.Gained+same.Lost+same.Remasked, same.String())
	require.Greater(t, same.Same, 250)

	report := replay(after)
	require.Positive(t, min(report.Gained, report.Lost, report.Remasked, report.Unknown), report.String())
	said := map[string]string{}
	for word, changes := range map[string][]policy.Change{"gain": report.Gains, "lose": report.Loses, "mask": report.Masks, "unknown": report.Unknowns} {
		for _, c := range changes {
			said[c.CallID] = word
			if word == "unknown" {
				require.Equal(t, []string{"args.pin"}, c.Missing, c)
			}
			if word == "mask" {
				require.Equal(t, []string{"+name"}, c.Fields)
			}
		}
	}
	var ids []string
	for r, err := range mcpgov.Recorded(audit.Records(os.DirFS(dir))) {
		require.NoError(t, err)
		ids = append(ids, r.CallID)
	}
	require.Len(t, ids, len(calls))
	for i, call := range calls {
		id := ids[i]
		want := map[bool]string{true: "gain", false: "lose"}[call.now == "ok"]
		switch said[id] {
		case "unknown":
			continue // whether it is denied is the pin's to say
		case "", "mask":
			require.Equal(t, call.was, call.now, id)
		default:
			require.Equal(t, want, said[id], id)
			require.NotEqual(t, call.was, call.now)
		}
	}
	require.Equal(t, []string{"permission idle (1 caller)"}, report.Grants)
	require.Contains(t, report.Rules, "names")
	_, err = srv.BindPolicy(rules(t, `{mcpgov: 1, policies: [{tools: [x], input: [{condition: "true", action: allow}]}]}`))
	require.ErrorContains(t, err, `tools: "x" selects nothing`)
}

// reached makes a call and returns how it ended.
func reached(t *testing.T, session *mcp.ClientSession, arguments json.RawMessage) string {
	t.Helper()
	res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_customer", Arguments: arguments})
	require.NoError(t, err)
	if !res.IsError {
		return "ok"
	}
	var refusal struct{ Code string }
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSpace(res.Content[0].(*mcp.TextContent).Text)), &refusal))
	return refusal.Code
}
