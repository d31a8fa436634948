package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// TestBenchList holds a list of 1,000 tools, filtered for its caller by three rules a tool and written to the last byte, to 5 ms of
// the server's time. One in ten is hidden from the caller.
func TestBenchList(t *testing.T) {
	wanted(t)
	const tools, goal = 1000, 5 * time.Millisecond
	set, err := policy.Parse([]byte(`
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {condition: "user.role == 'blocked'", action: deny}
      - {condition: "tool_name.endsWith('5') && !('five' in user.permissions)", action: deny}
      - {condition: "tool_name.endsWith('0') || tool_name.endsWith('2') || id == user.id || user.role == 'admin'", action: allow}
`))
	require.NoError(t, err)
	type in struct {
		ID string `json:"id" jsonschema:"description=What is looked for"`
	}
	type out struct {
		Name string `json:"name"`
	}
	var features []mcpgov.Feature
	for i := range tools {
		features = append(features, mcpgov.Tool(mcpgov.ToolSpec{Name: fmt.Sprintf("tool_%04d", i), Description: "Looks something up, and says so at some length.", ReadOnly: true}, func(context.Context, in) (out, error) { return out{}, nil }))
	}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "bench", Version: "1.0.0", Policy: set, Audit: audit.Discard(),
		Identify: func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
			return mcpgov.Caller{User: user()}, nil
		},
		Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited}, Logger: slog.New(slog.DiscardHandler),
	}, features...)
	require.NoError(t, err)
	h := governedHandler(t, srv)
	body := []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
		`"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"}}}}`)
	var times []float64
	size := 0
	for range 40 {
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		for name, value := range map[string]string{
			"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list",
		} {
			req.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		begun := time.Now()
		h.ServeHTTP(w, req)
		times = append(times, float64(time.Since(begun))/float64(goal))
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		require.Equal(t, tools*9/10, bytes.Count(w.Body.Bytes(), []byte(`"name":"tool_`)), w.Body.String()[:min(600, w.Body.Len())])
		size = w.Body.Len()
	}
	report(t, "1,000 tools listed, share of 5 ms", median(times), 1, fmt.Sprintf("median of 40 for %d bytes, spread %.2f to %.2f", size, slices.Min(times), slices.Max(times)))
}
