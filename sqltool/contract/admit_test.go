package contract_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// TestReads: targets that do not declare the code are refused with the same text, those of unknown tables always, and others pass.
func TestReads(t *testing.T) {
	t.Parallel()
	f := &fake{}
	g, log := onFake(t, f, contract.Once)
	g.Reads("undeclared", "main.t")
	g.Reads("stray", "somewhere.else")
	g.Reads("none")
	tool := func(name string) mcpgov.Feature {
		return mcpgov.Tool(mcpgov.ToolSpec{Name: name, Description: "Counts.", ReadOnly: true}, func(ctx context.Context, _ nothing) (count, error) {
			return count{}, g.Admit(ctx, "no.contract")
		})
	}
	server, err := mcpgov.New(mcpgov.Config{
		Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous(),
		Interceptors: []mcpgov.Interceptor{g.Interceptor()}, Logger: slog.New(slog.DiscardHandler),
	}, tool("undeclared"), tool("stray"), tool("none"), tool("free"))
	require.NoError(t, err)
	client := mcptest.New(t, server).As(mcpgov.User{ID: "u"})
	f.set(1)
	_, err = g.Check(t.Context())
	require.NoError(t, err)
	refused := client.Call("undeclared", nil).Ended(mcpgov.Failed)
	require.Equal(t, "the data behind this did not pass its quality checks (t) and is not served until it does: try again later", refused.Message())
	f.set(0)
	_, err = g.Check(t.Context())
	require.NoError(t, err)
	client.Call("undeclared", nil).OK()
	client.Call("stray", nil).Ended(mcpgov.Failed)
	client.Call("none", nil).Ended(mcpgov.Failed)
	client.Call("free", nil).OK()
	err = g.Start(t.Context())
	require.ErrorContains(t, err, `stray: no contract is about table "somewhere.else"`)
	require.ErrorContains(t, err, "none: it reads no tables")
}

// TestGuardConcurrently: everything may be asked while everything else goes on.
func TestGuardConcurrently(t *testing.T) {
	t.Parallel()
	f := &fake{}
	g, _ := onFake(t, f, time.Millisecond)
	require.NoError(t, g.Start(t.Context()))
	admitted := g.Interceptor()
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 50 {
				g.Reads("tool", "t")
				_, _ = admitted(t.Context(), mcpgov.Call{Target: "tool"}, func(context.Context) (any, error) { return struct{}{}, nil })
				_ = g.Health(t.Context())
				_ = g.Report().String()
				_, _ = g.AsOf("t")(t.Context())
				if i == 0 {
					_, _ = g.Check(t.Context())
				}
			}
		})
	}
	group.Wait()
	require.NoError(t, g.Stop(t.Context()))
}

// TestAsOf: how things stood is the oldest of what the checks of freshness saw.
func TestAsOf(t *testing.T) {
	t.Parallel()
	db := inMemory(t, contract.DuckDB)
	db.run("CREATE TABLE a AS SELECT TIMESTAMP '2024-05-01 12:00:00' AS seen", "CREATE TABLE b AS SELECT DATE '2024-04-30' AS seen", "CREATE TABLE c AS SELECT 1 AS id")
	fresh := []contract.Check{at(contract.Fresh, "seen", aged(100*366*24*time.Hour))}
	g, err := contract.NewGuard(db.DB, contract.Set{Contracts: []contract.Contract{
		{Table: "a", Checks: fresh}, {Table: "b", Checks: fresh}, {Table: "c", Columns: []contract.Column{{Name: "id"}}},
	}}, contract.GuardOptions{Options: contract.Options{Dialect: contract.DuckDB}, Audit: &mcptest.Recorder{}, Interval: contract.Once, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.NoError(t, g.Start(t.Context()))
	for want, tables := range map[string][]string{
		"2024-05-01T12:00:00Z": {"a"}, "2024-04-30T00:00:00Z": {"a", "main.b", "c"}, "0001-01-01T00:00:00Z": {"c"},
	} {
		got, err := g.AsOf(tables...)(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got.UTC().Format(time.RFC3339))
	}
	require.NoError(t, g.Stop(t.Context()))
}

// TestGuardAndCache: a tool whose answers are kept would be served past the guard, so it is not served at all.
func TestGuardAndCache(t *testing.T) {
	t.Parallel()
	f := &fake{}
	g, log := onFake(t, f, contract.Once)
	_, err := g.Check(t.Context())
	require.NoError(t, err)
	spec := g.Tool(mcpgov.ToolSpec{Name: "count", Description: "Counts.", ReadOnly: true, Cache: &mcpgov.Cache{TTL: time.Hour}}, "main.t")
	server, err := mcpgov.New(mcpgov.Config{
		Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous(),
		Interceptors: []mcpgov.Interceptor{g.Interceptor()}, Logger: slog.New(slog.DiscardHandler),
	}, mcpgov.Tool(spec, func(context.Context, nothing) (count, error) { return count{}, nil }))
	require.NoError(t, err)
	client := mcptest.New(t, server).As(mcpgov.User{ID: "u"})
	client.Call("count", nil).Ended(contract.Broken)
	f.set(1)
	_, err = g.Check(t.Context())
	require.NoError(t, err)
	client.Call("count", nil).Ended(contract.Broken)
	require.ErrorContains(t, g.Start(t.Context()), "count: ToolSpec.Cache answers without asking the guard")
}
