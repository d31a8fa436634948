package bench_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// Both sides serve the same two tools with the same types: one row, and fifty.

type query struct {
	CustomerID string   `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$"`
	Region     string   `json:"region" jsonschema:"enum=emea,enum=amer,enum=apac"`
	Limit      int      `json:"limit" jsonschema:"minimum=1,maximum=500"`
	Ratio      float64  `json:"ratio,omitempty"`
	Open       bool     `json:"open,omitempty"`
	Tags       []string `json:"tags,omitempty"`
}

type row struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Email   string  `json:"email" gov:"pii,mask=email"`
	Phone   string  `json:"phone" gov:"pii,mask=last4"`
	City    string  `json:"city"`
	Country string  `json:"country"`
	Credit  int     `json:"credit_score" gov:"sensitive"`
	Value   float64 `json:"lifetime_value"`
	Since   string  `json:"since" jsonschema:"format=date-time"`
	Notes   string  `json:"internal_notes" gov:"sensitive"`
}

type rows struct {
	Rows []row `json:"rows"`
}

const (
	arguments = `{"customer_id":"cust_42","region":"emea","limit":50,"ratio":0.5,"open":true,"tags":["gold","vip"]}`
	rules     = `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {condition: "user.role != 'admin' && user.tenant != 'acme'", action: deny}
      - {condition: "!('customer.read' in user.permissions)", action: deny}
      - {condition: "customer_id.startsWith('cust_') && region != 'none' && user.email.endsWith('@acme.example')", action: allow}
    output:
      - {condition: "user.role != 'admin'", action: mask_sensitive_fields}
`
)

func user() mcpgov.User {
	return mcpgov.User{
		ID: "u1", Name: "Uma", Email: "uma@acme.example", Role: "agent", Tenant: "acme",
		Permissions: []string{"a.read", "b.read", "c.read", "d.read", "e.read", "f.read", "g.read", "customer.read"},
	}
}

func makeRow(i int) row {
	return row{
		ID: fmt.Sprintf("cust_%d", i), Name: "Ann Example of Long Street", Email: "ann.example@example.com", Phone: "+49 30 1234567",
		City: "Berlin", Country: "DE", Credit: 612 + i, Value: 1234.5, Since: "2024-05-06T07:08:09Z", Notes: "prefers to be called in the afternoon",
	}
}

// handlers return the same rows each time: what they would cost is no part of the comparison.
func handlers() (one func(context.Context, query) (row, error), fifty func(context.Context, query) (rows, error)) {
	all := rows{Rows: make([]row, 50)}
	for i := range all.Rows {
		all.Rows[i] = makeRow(i)
	}
	return func(context.Context, query) (row, error) { return all.Rows[42], nil },
		func(context.Context, query) (rows, error) { return all, nil }
}

// raw is the ungoverned server: the SDK's typed tools.
func raw() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "crm", Version: "1"}, &mcp.ServerOptions{Logger: slog.New(slog.DiscardHandler)})
	one, fifty := handlers()
	addRaw(s, "one", one)
	addRaw(s, "fifty", fifty)
	return s
}

func addRaw[Out any](s *mcp.Server, name string, h func(context.Context, query) (Out, error)) {
	in, out := schemaOf[query](name), schemaOf[Out](name)
	mcp.AddTool(s, &mcp.Tool{Name: name, Description: "Looks customers up.", InputSchema: in, OutputSchema: out},
		func(ctx context.Context, _ *mcp.CallToolRequest, q query) (*mcp.CallToolResult, Out, error) {
			v, err := h(ctx, q)
			return nil, v, err
		})
}

// governed is the same with identity, three conditions, four masked fields, deadlines and a chained log on disk.
func governed(tb testing.TB, sync audit.SyncMode) *mcpgov.Server {
	tb.Helper()
	log, err := audit.Open(tb.TempDir(), &audit.Options{Sync: sync, Key: []byte("0123456789abcdef0123456789abcdef")})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, log.Close()) })
	set, err := policy.Parse([]byte(rules))
	require.NoError(tb, err)
	caller := mcpgov.Caller{User: user()}
	one, fifty := handlers()
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "crm", Version: "1", Policy: set, Audit: log, Logger: slog.New(slog.DiscardHandler),
		Identify: func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) { return caller, nil },
		Limits:   mcpgov.Limits{PerMinute: mcpgov.Unlimited, Tool: 5 * time.Second},
	},
		mcpgov.Tool(mcpgov.ToolSpec{Name: "one", Description: "Looks customers up.", ReadOnly: true}, one),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "fifty", Description: "Looks customers up.", ReadOnly: true}, fifty))
	require.NoError(tb, err)
	return srv
}
