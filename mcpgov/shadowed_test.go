package mcpgov_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestShadowed: what a rule in shadow mode would have done is recorded and counted, and not done.
func TestShadowed(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Policy = rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {id: trial, condition: "customer_id == 'cust_42'", action: deny, mode: shadow}
      - {condition: "true", action: allow}
    output:
      - {condition: "true", action: mask_sensitive_fields}
`)
	srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
	require.Empty(t, srv.Shadowed())
	h := mcptest.New(t, srv)
	for _, id := range []string{"cust_42", "cust_42", "cust_43"} {
		h.As(owner).Call("get_customer", map[string]any{"customer_id": id}).OK()
	}
	require.Equal(t, map[string]int{"trial: would deny": 2}, srv.Shadowed())
	require.Equal(t, []string{"trial: would deny"}, log.Outcomes()[1].Shadow)
	require.Empty(t, log.Outcomes()[2].Shadow)
}
