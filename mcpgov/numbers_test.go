package mcpgov_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// Some numbers mean something to the SDK's own clients: -32003 that the connection was closed.
func TestNumberOfUnauthenticated(t *testing.T) {
	config := crmConfig(t, &mcptest.Recorder{})
	config.Identify = mcpgov.Token(nil)
	client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found))).Client()
	_, err := client.Session().ListTools(t.Context(), nil)
	require.ErrorContains(t, err, "authentication required")
	require.NotErrorIs(t, err, mcp.ErrConnectionClosed)
}

// W3C Trace Context calls these invalid: ids of zeros, version ff, capital letters.
func TestInvalidTraceContext(t *testing.T) {
	const trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for _, parent := range []string{
		"00-" + strings.Repeat("0", 32) + "-" + span + "-01",
		"00-" + trace + "-" + strings.Repeat("0", 16) + "-01",
		"ff-" + trace + "-" + span + "-01",
		"00-" + strings.ToUpper(trace) + "-" + span + "-01",
	} {
		t.Run(parent, func(t *testing.T) {
			log := &mcptest.Recorder{}
			client := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))).As(owner)
			_, err := client.Session().CallTool(t.Context(), &mcp.CallToolParams{
				Meta: mcp.Meta{"traceparent": parent}, Name: "get_customer", Arguments: json.RawMessage(asksForAnn),
			})
			require.NoError(t, err)
			require.Empty(t, log.Outcomes()[0].TraceID)
			require.Empty(t, log.Outcomes()[0].SpanID)
		})
	}
}
