package mcpgov_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// TestHistory: rules judge a call by what its caller did before, and nobody by what others did.
func TestHistory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		config.Policy = rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {id: closed, condition: "customer_id == 'cust_666'", action: deny}
      - {id: nosy, condition: "history.within(duration('1h')).denials >= 2", action: deny}
      - {id: busy, condition: "history.within(duration('1h')).calls >= 6", action: deny}
      - {id: much, condition: "history.within(duration('10m')).rows >= 8 && history.within(duration('10m')).masked >= 12", action: deny}
      - {condition: "true", action: allow}
    output:
      - {condition: "true", action: mask_sensitive_fields}
`)
		h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
		call := func(u mcpgov.User, id string) string {
			h.As(u).Call("get_customer", map[string]any{"customer_id": id})
			return last(log).Outcome + " " + last(log).Rule
		}
		first := func(u mcpgov.User, id string) string { return strings.TrimSpace(call(u, id)) }
		for range 4 {
			require.True(t, strings.HasPrefix(first(owner, "cust_42"), "ok"))
			require.Equal(t, 2, last(log).Rows)
			require.Len(t, last(log).Masked, 3)
		}
		require.Equal(t, "denied much", first(owner, "cust_42"))
		later(12 * time.Minute)
		require.True(t, strings.HasPrefix(first(owner, "cust_42"), "ok"))
		require.Equal(t, "denied busy", first(owner, "cust_42"))
		require.True(t, strings.HasPrefix(first(admin, "cust_42"), "ok"), "another caller")
		require.Equal(t, "denied closed", first(admin, "cust_666"))
		require.Equal(t, "denied closed", first(admin, "cust_666"))
		require.Equal(t, "denied nosy", first(admin, "cust_42"))
		later(25 * time.Hour)
		require.True(t, strings.HasPrefix(first(owner, "cust_42"), "ok"))
		require.True(t, strings.HasPrefix(first(admin, "cust_42"), "ok"))
	})
}

// later lets time pass in a bubble.
func later(d time.Duration) { <-time.After(d) }

// TestGoFunctions: conditions call what the embedder registered, and what panics there refuses.
func TestGoFunctions(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Functions = []policy.Function{{Name: "crm.vip", Func: func(id string) bool {
		if id == "cust_13000" {
			panic("bad luck")
		}
		return strings.HasSuffix(id, "42")
	}}}
	config.Policy = rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input: [{id: vips, condition: "crm.vip(customer_id)", action: allow}]
    output: [{condition: "true", action: mask_sensitive_fields}]
`)
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
	for id, want := range map[string]string{"cust_42": "ok", "cust_43": "denied", "cust_13000": "policy_failed"} {
		res := h.As(owner).Call("get_customer", json.RawMessage(`{"customer_id":"`+id+`"}`))
		require.Equal(t, want, last(log).Outcome, id)
		require.NotContains(t, res.Text(), "bad luck")
	}
	config.Functions[0].Name = "vip"
	_, err := mcpgov.New(config, mcpgov.Tool(lookupSpec(), found))
	require.ErrorContains(t, err, `function "vip": write a name of two or more parts`)
}
