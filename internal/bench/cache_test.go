//go:build unix

package bench_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// TestBenchCache holds a cached call to less than the same call whose handler works for 100 µs, and prints what it costs beside a handler that
// does nothing.
func TestBenchCache(t *testing.T) {
	wanted(t)
	log, err := audit.Open(t.TempDir(), &audit.Options{Sync: audit.AsyncUnsafe, Key: []byte("0123456789abcdef0123456789abcdef")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	set, err := policy.Parse([]byte(rules))
	require.NoError(t, err)
	one, _ := handlers()
	work := func(ctx context.Context, q query) (row, error) {
		for begun := time.Now(); time.Since(begun) < 100*time.Microsecond; {
		}
		return one(ctx, q)
	}
	sourced := func(ctx context.Context, q query) (row, error) {
		mcpgov.AddSource(ctx, mcpgov.Source{System: "crm", Ref: "customer_by_id", Statement: "sha256:9f86d081", Parameters: q, Rows: 1})
		return one(ctx, q)
	}
	spec := func(name string, cache *mcpgov.Cache) mcpgov.ToolSpec {
		return mcpgov.ToolSpec{Name: name, Description: "Looks customers up.", ReadOnly: true, Cache: cache}
	}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "crm", Version: "1", Policy: set, Audit: log, Logger: slog.New(slog.DiscardHandler), Identify: mcpgov.Anonymous(),
		Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited},
	}, mcpgov.Tool(spec("idle", nil), one), mcpgov.Tool(spec("work", nil), work), mcpgov.Tool(spec("sourced", nil), sourced),
		mcpgov.Tool(spec("cached", &mcpgov.Cache{Tags: []string{"customers"}}), work))
	require.NoError(t, err)
	side := func(tool string) call { return inMemory(t, srv.Connect, tool) }
	for _, c := range []comparison{
		{name: "cached call, of 100 µs of work", n: 600, callers: 1, wallGoal: 0.85, cpuGoal: 0.85, raw: side("work"), governed: side("cached")},
		{name: "cached call, of a handler that does nothing", n: 600, callers: 1, raw: side("idle"), governed: side("cached")},
		{name: "call with one source", n: 600, callers: 1, raw: side("idle"), governed: side("sourced")},
	} {
		c.run(t)
	}
	require.Positive(t, srv.CacheStats().Hits)
}
