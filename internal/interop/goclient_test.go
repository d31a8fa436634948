package interop_test

import (
	"encoding/json"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestGoClients walks the whole plan with the SDK's own client in both eras, and holds every structured result to the schema that was
// listed to the person who got it, formats included.
func TestGoClients(t *testing.T) {
	t.Parallel()
	srv, err := governedServer(audit.Discard())
	require.NoError(t, err)
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		t.Helper()
		for i, one := range plan(t) {
			t.Run(one.Role, func(t *testing.T) {
				client := h.As(people()[i].user())
				schemas := outputSchemas(t, client)
				require.Equal(t, one.Tools, client.Tools())
				for _, call := range one.Calls {
					follow(t, client, call, schemas[call.Tool])
				}
			})
		}
	})
}

// follow makes one call and compares its end with the plan.
func follow(t *testing.T, client *mcptest.Client, call plannedCall, schema *jsonschema.Schema) {
	t.Helper()
	r := client.Call(call.Tool, call.Arguments)
	switch {
	case call.Unknown:
		_, err := r.Raw()
		require.ErrorContains(t, err, `unknown tool "`+call.Tool+`"`)
	case call.Refusal != nil:
		r.Ended(call.Refusal.Code)
		require.Contains(t, r.Message(), call.Refusal.Message)
		require.NotEmpty(t, r.CallID())
		require.NotContains(t, string(r.Wire()), "a secret cause")
	default:
		r.OK()
		raw, _ := r.Raw()
		blocks := raw.Content
		if call.Structured != nil {
			r.JSON(call.Structured)
			text, ok := blocks[0].(*mcp.TextContent)
			require.True(t, ok)
			require.JSONEq(t, string(call.Structured), text.Text)
			require.NoError(t, schema.Validate(raw.StructuredContent))
			blocks = blocks[1:]
		} else {
			require.Nil(t, raw.StructuredContent)
		}
		require.Equal(t, string(encode(t, append([]mcp.Content{}, call.Content...))), string(encode(t, blocks)))
	}
}

// outputSchemas compiles what the person was listed, with formats asserted: stricter than most clients are.
func outputSchemas(t *testing.T, client *mcptest.Client) map[string]*jsonschema.Schema {
	t.Helper()
	list, err := client.Session().ListTools(t.Context(), nil)
	require.NoError(t, err)
	schemas := map[string]*jsonschema.Schema{}
	for _, tool := range list.Tools {
		if tool.OutputSchema == nil {
			continue
		}
		var doc any
		require.NoError(t, json.Unmarshal(encode(t, tool.OutputSchema), &doc))
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		require.NoError(t, c.AddResource("output.json", doc))
		schemas[tool.Name], err = c.Compile("output.json")
		require.NoError(t, err)
	}
	return schemas
}
