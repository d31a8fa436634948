package mcpgov_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestServerSettings: a client that a rule lets reads what is served, and who no rule lets does not see that there is anything to read.
func TestServerSettings(t *testing.T) {
	t.Parallel()
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = rules(t, `
mcpgov: 1
policies:
  - resources: ["config://server-settings"]
    input: [{condition: "user.role == 'customer'", action: allow}]
  - tools: ["*"]
    output: [{condition: "true", action: mask_sensitive_fields}]
`)
	config.Limits.PerMinute = mcpgov.Unlimited
	srv := newServer(t, config, mcpgov.ServerSettings(), mcpgov.Tool(lookupSpec(), found))
	h := mcptest.New(t, srv)
	got, err := read(t, h.As(owner).Session(), "config://server-settings")
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"crm","version":"1.0.0","contract":"`+srv.Manifest().Contract+`","read_only":false,"audit":"strict","capabilities":["tools","resources"],
		"limits":{"tool_seconds":1,"calls_per_minute":null,"concurrent_calls":100,"argument_bytes":1048576,"argument_depth":64,"result_bytes":4194304,"entries_per_page":1000}}`, got.Text)
	_, err = read(t, h.As(admin).Session(), "config://server-settings")
	require.ErrorContains(t, err, "Resource not found")
}
