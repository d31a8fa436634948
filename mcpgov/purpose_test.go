package mcpgov_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

const purposeRules = `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {id: why, condition: "user.role != 'admin' && !request.purpose.matches('^support')", action: deny, reason: "only for support"}
      - {condition: "true", action: allow}
    output: [{condition: "true", action: mask_sensitive_fields}]
`

func purposeServer(t *testing.T, log *mcptest.Recorder, purpose mcpgov.Purpose) *mcpgov.Server {
	t.Helper()
	config := crmConfig(t, log)
	config.Policy = rules(t, purposeRules)
	spec := lookupSpec()
	spec.Purpose = purpose
	return newServer(t, config, mcpgov.Tool(spec, found))
}

// TestPurpose: asked for, advertised, taken out before the handler's struct is read, judged by rules and recorded; and listed all the same,
// because some purpose could be admitted.
func TestPurpose(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := purposeServer(t, log, mcpgov.PurposeRequired)
	schema, err := json.Marshal(srv.Manifest().Tools[0].InputSchema)
	require.NoError(t, err)
	require.Contains(t, string(schema), `"purpose":{"type":"string","minLength":1`)
	require.Contains(t, string(schema), `"required":["customer_id","purpose"]`)
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		with := func(purpose any) map[string]any {
			return map[string]any{"customer_id": "cust_42", "purpose": purpose, "pin": "Secret-0815"}
		}
		require.Equal(t, []string{"get_customer"}, h.As(owner).Tools())
		h.As(owner).Call("get_customer", with("support case 17, pin Secret-0815")).OK()
		require.Equal(t, "support case 17, pin [redacted]", last(log).Purpose)
		require.NotContains(t, string(last(log).Arguments), "purpose")
		h.As(owner).Call("get_customer", with("curiosity")).Denied("only for support")
		require.Equal(t, "curiosity", last(log).Purpose)
		h.As(owner).Call("get_customer", asksForAnn).Invalid("/purpose")
		for _, bad := range []any{"", nil, 7, strings.Repeat("x", 501)} {
			h.As(admin).Call("get_customer", with(bad)).Invalid("/purpose")
		}
		h.As(admin).Call("get_customer", json.RawMessage(`{"customer_id":"cust_42","purpose":"a","Purpose":"b"}`)).Ended(mcpgov.InvalidInput)
	})
}

// TestPurposeOptional: who does not say why is judged by rules that see nothing, and an error refuses.
func TestPurposeOptional(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := mcptest.New(t, purposeServer(t, log, mcpgov.PurposeOptional))
	h.As(admin).Call("get_customer", asksForAnn).OK()
	require.Empty(t, last(log).Purpose)
	h.As(owner).Call("get_customer", asksForAnn).Ended(mcpgov.PolicyFailed)
	require.Equal(t, "why", last(log).Rule)
}

// TestPurposeNotAsked: nobody can slip a purpose in where none is asked for, and a rule that needs one hides the tool.
func TestPurposeNotAsked(t *testing.T) {
	t.Parallel()
	h := mcptest.New(t, purposeServer(t, &mcptest.Recorder{}, mcpgov.PurposeNotAsked))
	h.As(admin).Call("get_customer", map[string]any{"customer_id": "cust_42", "purpose": "support"}).Invalid("purpose")
	require.Empty(t, h.As(owner).Tools())
}

func TestPurposeFaults(t *testing.T) {
	t.Parallel()
	type in struct {
		Purpose string `json:"purpose"`
	}
	spec := lookupSpec()
	spec.Purpose = mcpgov.PurposeOptional
	_, err := mcpgov.New(crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(spec, func(context.Context, in) (customer, error) { return ann(), nil }))
	require.ErrorContains(t, err, `has a field "purpose"`)
	spec.Purpose = 7
	_, err = mcpgov.New(crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(spec, found))
	require.ErrorContains(t, err, "Purpose is 7")
}
