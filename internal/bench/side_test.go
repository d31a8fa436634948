package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	invopop "github.com/invopop/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// schemaOf gives the SDK's validator the same keywords the governed side enforces.
func schemaOf[T any](name string) *jsonschema.Schema {
	r := &invopop.Reflector{Anonymous: true, DoNotReference: true}
	encoded, err := json.Marshal(r.Reflect(new(T)))
	if err != nil {
		panic(name + ": " + err.Error())
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(encoded, &s); err != nil {
		panic(name + ": " + err.Error())
	}
	s.Schema = ""
	return &s
}

// call makes one call of a side and fails the test if it did not succeed.
type call func(tb testing.TB)

// connector is what both kinds of server have in common.
type connector func(ctx context.Context, t mcp.Transport) (*mcp.ServerSession, error)

func connectRaw(s *mcp.Server) connector {
	return func(ctx context.Context, t mcp.Transport) (*mcp.ServerSession, error) { return s.Connect(ctx, t, nil) }
}

// inMemory calls through the SDK's client over an in-memory transport.
func inMemory(tb testing.TB, connect connector, tool string) call {
	tb.Helper()
	serverEnd, clientEnd := mcp.NewInMemoryTransports()
	ctx := context.Background()
	_, err := connect(mcpgov.WithUser(ctx, user()), serverEnd) // a connection's identity is fixed when it is made
	require.NoError(tb, err)
	session, err := mcp.NewClient(&mcp.Implementation{Name: "bench", Version: "1"}, nil).Connect(ctx, clientEnd, nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = session.Close() })
	params := &mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)}
	return func(tb testing.TB) {
		tb.Helper()
		res, err := session.CallTool(ctx, params)
		if err != nil || res.IsError {
			tb.Fatalf("%s: %v %v", tool, err, res)
		}
	}
}

// overHTTP calls through a bare HTTP client in the stateless protocol.
func overHTTP(tb testing.TB, h http.Handler, tool string) call {
	tb.Helper()
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	body := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s,"_meta":{`+
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},`+
		`"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"}}}}`, tool, arguments)
	return func(tb testing.TB) {
		tb.Helper()
		req, err := http.NewRequest(http.MethodPost, server.URL, bytes.NewReader(body))
		if err != nil {
			tb.Fatal(err)
		}
		for name, value := range map[string]string{
			"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
			"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool,
		} {
			req.Header.Set(name, value)
		}
		res, err := client.Do(req)
		if err != nil {
			tb.Fatal(err)
		}
		answer, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || bytes.Contains(answer, []byte(`"isError":true`)) || !bytes.Contains(answer, []byte("structuredContent")) {
			tb.Fatalf("%s: %v %s %s", tool, err, res.Status, answer)
		}
	}
}

func rawHandler(s *mcp.Server) http.Handler {
	return mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s },
		&mcp.StreamableHTTPOptions{Stateless: true, JSONResponse: true})
}

func governedHandler(tb testing.TB, s *mcpgov.Server) http.Handler {
	tb.Helper()
	h, err := s.Handler(&mcpgov.HTTPOptions{JSONResponse: true})
	require.NoError(tb, err)
	return h
}
