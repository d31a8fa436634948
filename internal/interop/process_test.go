package interop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// servesAs is the variable that turns the test binary into a server on standard input and output, for the role it names. So
// clients that start their server by themselves need nothing but this binary.
const servesAs = "MCPGOV_INTEROP_SERVES_AS"

// liar is the role whose server is not governed and breaks its own output schema: the control of every client.
const liar = "liar"

func TestMain(m *testing.M) {
	role := os.Getenv(servesAs)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := serveStdio(context.Background(), role); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func serveStdio(ctx context.Context, role string) error {
	if role == liar {
		return lyingServer().Run(ctx, &mcp.StdioTransport{})
	}
	p, err := personCalled(role)
	if err != nil {
		return err
	}
	srv, err := governedServer(audit.Discard())
	if err != nil {
		return err
	}
	return srv.Run(mcpgov.WithUser(ctx, p.user()), &mcp.StdioTransport{})
}

// lyingServer promises a number and sends a text.
func lyingServer() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "liar", Version: "1.0.0"}, &mcp.ServerOptions{Logger: slog.New(slog.DiscardHandler)})
	s.AddTool(&mcp.Tool{
		Name: "lie", InputSchema: json.RawMessage(`{"type":"object"}`),
		OutputSchema: json.RawMessage(`{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]}`),
	}, func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		lie := `{"n":"none"}`
		return &mcp.CallToolResult{StructuredContent: json.RawMessage(lie), Content: []mcp.Content{&mcp.TextContent{Text: lie}}}, nil
	})
	return s
}

// serveHTTP serves the governed server on loopback, and the liar to those who ask with its token. The address ends with the test.
func serveHTTP(t *testing.T, srv *mcpgov.Server, opts mcpgov.HTTPOptions) string {
	t.Helper()
	governed, err := srv.Handler(&opts)
	require.NoError(t, err)
	one := func(*http.Request) *mcp.Server { return lyingServer() }
	lying := mcp.NewStreamableHTTPHandler(one, &mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: opts.JSONResponse})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+liar {
			lying.ServeHTTP(w, r)
			return
		}
		governed.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		web.CloseClientConnections() // clients hold event streams open
		web.Close()
	})
	return web.URL + "/mcp" // the Inspector knows an MCP address by this ending; the server answers everywhere
}
