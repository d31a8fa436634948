package mcpgov_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// TestExplain: the explanation decides as the call does, names the rule, shows what it read and hides what is labelled.
func TestExplain(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
	arguments := json.RawMessage(`{"customer_id":"cust_7","pin":"Secret-0815"}`)
	e, err := srv.Explain(t.Context(), mcpgov.Question{Caller: mcpgov.Caller{User: owner}, Tool: "get_customer", Arguments: arguments})
	require.NoError(t, err)
	require.Equal(t, policy.Deny, e.Decision.Effect)
	require.Equal(t, "own", e.Decision.Rule)
	require.Contains(t, e.String(), `cust_7`)
	require.NotContains(t, e.String(), "Secret-0815")
	require.Empty(t, log.All())
	mcptest.New(t, srv).As(owner).Call("get_customer", arguments).Denied("their own data")

	_, err = srv.Explain(t.Context(), mcpgov.Question{Tool: "get_custmer"})
	require.ErrorContains(t, err, `no tool "get_custmer"`)
	_, err = srv.Explain(t.Context(), mcpgov.Question{Tool: "get_customer", Arguments: json.RawMessage(`{"customer_id":"7"}`)})
	require.ErrorContains(t, err, "customer_id")
}
