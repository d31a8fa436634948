package contract_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// guarded is a server with one tool over one table, and its guard.
type guarded struct {
	database
	guard *contract.Guard
	log   *mcptest.Recorder
	tool  *mcptest.Client
}

type nothing struct{}

type count struct {
	Orders int64 `json:"orders"`
}

func guard(t *testing.T, action contract.Action, interval time.Duration) guarded {
	t.Helper()
	g := guarded{database: inMemory(t, contract.SQLite), log: &mcptest.Recorder{}}
	g.run("CREATE TABLE orders (id INTEGER, amount INTEGER)", "INSERT INTO orders VALUES (1, 10)")
	set := contract.Set{OnBreach: action, Contracts: []contract.Contract{{
		Schema: "main", Table: "orders", Model: "fct_orders", DependsOn: []string{"raw_orders"},
		Columns: []contract.Column{{Name: "id", NotNull: true, Unique: true}},
	}}}
	var err error
	g.guard, err = contract.NewGuard(g.DB, set, contract.GuardOptions{
		Options: contract.Options{Dialect: contract.SQLite}, Interval: interval, Audit: g.log, System: "shop", Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	spec := g.guard.Tool(mcpgov.ToolSpec{Name: "count_orders", Description: "Counts orders.", ReadOnly: true}, "orders")
	server, err := mcpgov.New(mcpgov.Config{
		Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: g.log, Identify: mcpgov.Anonymous(),
		Interceptors: []mcpgov.Interceptor{g.guard.Interceptor()}, Logger: slog.New(slog.DiscardHandler),
	}, mcpgov.Tool(spec, func(ctx context.Context, _ nothing) (count, error) {
		var n count
		return n, g.QueryRowContext(ctx, "SELECT COUNT(*) FROM orders").Scan(&n.Orders)
	}))
	require.NoError(t, err)
	g.tool = mcptest.New(t, server).As(mcpgov.User{ID: "u"})
	return g
}

// events are the records of what became of contracts.
func (g guarded) events() []string {
	var names []string
	for _, r := range g.log.All() {
		if r.Kind == audit.KindEvent && r.Target.Name != "start" && r.Target.Name != "stop" {
			names = append(names, r.Target.Name)
		}
	}
	return names
}

func (g guarded) check() {
	g.t.Helper()
	_, err := g.guard.Check(g.t.Context())
	require.NoError(g.t, err)
}

// TestGuardRefuses: nothing is served before a check, and nothing while the contract is broken; each change is recorded once.
func TestGuardRefuses(t *testing.T) {
	t.Parallel()
	g := guard(t, "", contract.Once)
	g.tool.Call("count_orders", nil).Ended(contract.Broken)
	require.ErrorContains(t, g.guard.Health(t.Context()), "not been checked yet")

	g.check()
	g.check()
	g.tool.Call("count_orders", nil).OK().Has("orders", 1)
	require.NoError(t, g.guard.Health(t.Context()))
	require.Equal(t, []string{"contract_met"}, g.events())

	g.run("INSERT INTO orders VALUES (1, 20)")
	g.tool.Call("count_orders", nil).OK() // nobody has looked yet
	g.check()
	g.check()
	g.tool.Call("count_orders", nil).Ended(contract.Broken)
	require.ErrorContains(t, g.guard.Health(t.Context()), "unique(id) failed: 1 rows repeat a value")
	require.Contains(t, g.log.Outcomes()[len(g.log.Outcomes())-1].Cause, "unique(id) failed")
	g.run("INSERT INTO orders VALUES (NULL, 20)")
	g.check() // it is another breach now
	require.Equal(t, []string{"contract_met", "contract_broken", "contract_broken"}, g.events())

	g.run("DELETE FROM orders WHERE amount = 20")
	g.log.FailWhen(func(r audit.Record) error {
		if r.Target.Name == "contract_met" {
			return errors.New("disk full")
		}
		return nil
	})
	g.check() // what cannot be recorded is no recovery
	g.tool.Call("count_orders", nil).Ended(contract.Broken)
	g.log.FailWhen(nil)
	g.check()
	g.tool.Call("count_orders", nil).OK()
	require.Equal(t, []string{"contract_met", "contract_broken", "contract_broken", "contract_met"}, g.events())
	g.log.NoLeak(t, "raw_orders")
}

// TestGuardDegrades: the result is served, its provenance says what is wrong, and so does health.
func TestGuardDegrades(t *testing.T) {
	t.Parallel()
	g := guard(t, contract.Degrade, contract.Once)
	g.run("INSERT INTO orders VALUES (1, 20)")
	require.NoError(t, g.guard.Start(t.Context()))
	g.tool.Call("count_orders", nil).OK().Has("orders", 2)
	outcome := g.log.Outcomes()[len(g.log.Outcomes())-1]
	require.Len(t, outcome.Sources, 1)
	require.Contains(t, outcome.Sources[0].Ref, "degraded: data contract main.orders: 1 of 3 checks did not pass: unique(id) failed")
	require.Error(t, g.guard.Health(t.Context()))
	require.NoError(t, g.guard.Stop(t.Context()))
}

// TestGuardWarns: nothing but the log says so.
func TestGuardWarns(t *testing.T) {
	t.Parallel()
	g := guard(t, contract.Warn, contract.Once)
	g.run("INSERT INTO orders VALUES (1, 20)")
	g.check()
	g.tool.Call("count_orders", nil).OK()
	require.Empty(t, g.log.Outcomes()[len(g.log.Outcomes())-1].Sources)
	require.NoError(t, g.guard.Health(t.Context()))
	require.Equal(t, []string{"contract_broken"}, g.events())
}

// TestGuardStarts: it refuses to start on a breach that refuses, on tables nobody has a contract for, and twice.
func TestGuardStarts(t *testing.T) {
	t.Parallel()
	g := guard(t, contract.Refuse, time.Hour)
	g.run("INSERT INTO orders VALUES (1, 20)")
	require.ErrorContains(t, g.guard.Start(t.Context()), "unique(id) failed")
	require.NoError(t, g.guard.Stop(t.Context()))
	g.run("DELETE FROM orders WHERE amount = 20")
	g.log.FailWhen(func(audit.Record) error { return errors.New("disk full") })
	require.ErrorContains(t, g.guard.Start(t.Context()), "could not be recorded: the audit sink: disk full")
	g.log.FailWhen(nil)
	require.NoError(t, g.guard.Start(t.Context()))
	require.ErrorContains(t, g.guard.Start(t.Context()), "started already")
	require.NoError(t, g.guard.Stop(t.Context()))
	require.NoError(t, g.guard.Stop(t.Context()))
	g.guard.Reads("crm://orders/{id}", "ordres", "main.orders")
	require.ErrorContains(t, g.guard.Start(t.Context()), `no contract is about table "ordres"`)
}
