package freesql_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// TestMain lets this program be a worker.
func TestMain(m *testing.M) {
	if freesql.ServeWorker() {
		return
	}
	os.Exit(m.Run())
}

// canary stands in tables that no test may read.
const canary = "CANARY-7f3a91"

// warehouse makes a database of two schemas that may be read and two that may not.
func warehouse(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "warehouse.duckdb")
	db, err := sql.Open("duckdb", path)
	require.NoError(t, err)
	for _, statement := range []string{
		"CREATE SCHEMA sales", "CREATE SCHEMA reporting", "CREATE SCHEMA private",
		"CREATE TABLE sales.orders AS SELECT i AS id, 'c' || i % 7 AS customer, ['emea', 'amer', 'apac'][i % 3 + 1] AS region, (i * 1.25)::DECIMAL(18, 2) AS amount FROM range(25000) t(i)",
		"CREATE TABLE sales.customers AS SELECT 'c' || i AS id, 'user' || i || '@example.com' AS email, 600 + i AS credit FROM range(7) t(i)",
		"COMMENT ON TABLE sales.orders IS 'One row per order'", "COMMENT ON COLUMN sales.orders.amount IS 'In EUR'",
		"CREATE TABLE private.secrets AS SELECT '" + canary + "' AS token",
		"CREATE TABLE main.internal_notes AS SELECT '" + canary + "' AS note",
		"CREATE VIEW reporting.by_region AS SELECT region, count(*) AS orders, sum(amount) AS amount FROM sales.orders GROUP BY region",
		`CREATE VIEW reporting."odd, name" (a, "b c") AS SELECT id, region FROM sales.orders WHERE id < 3`,
		"CREATE VIEW reporting.leak AS SELECT token FROM private.secrets",
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	require.NoError(t, db.Close())
	return path
}

// opener opens a server over a warehouse, with options that the function it is given has changed; nil changes none.
type opener func(change func(*freesql.Options)) *explored

// modes runs a test for statements in this process and in workers.
func modes(t *testing.T, test func(t *testing.T, open opener)) {
	t.Helper()
	for name, worker := range map[string]bool{"in process": false, "workers": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, func(change func(*freesql.Options)) *explored { return explore(t, worker, change) })
		})
	}
}

// explored is a governed server over a warehouse.
type explored struct {
	*mcptest.Client
	log      *mcptest.Recorder
	explorer *freesql.Explorer
	harness  *mcptest.Harness
	path     string
}

func explore(t testing.TB, worker bool, change func(*freesql.Options)) *explored {
	t.Helper()
	return exploreFile(t, warehouse(t), worker, change)
}

func exploreFile(t testing.TB, path string, worker bool, change func(*freesql.Options)) *explored {
	t.Helper()
	opts := freesql.Options{
		System: "warehouse", AllowedSchemas: []string{"sales", "reporting"}, Timeout: 20 * time.Second, Concurrent: 2, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if worker {
		opts.Worker = &freesql.Worker{Path: path, MemoryBytes: 512 << 20, Threads: 1}
	}
	if change != nil {
		change(&opts)
	}
	if !worker {
		db, err := duckdb.Open(t.Context(), duckdb.Options{Path: path, Schemas: opts.AllowedSchemas, MemoryBytes: 256 << 20, Threads: 1})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		opts.Database = db
	}
	explorer, err := freesql.Open(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		require.NoError(t, explorer.Close(ctx))
	})
	log := &mcptest.Recorder{}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "explorer", Version: "1", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous(), Logger: slog.New(slog.DiscardHandler),
		Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited},
	}, explorer.Features()...)
	require.NoError(t, err)
	h := mcptest.New(t, srv)
	return &explored{Client: h.As(mcpgov.User{ID: "uma", Role: "analyst"}), log: log, explorer: explorer, harness: h, path: path}
}

// query asks for a statement.
func (x *explored) query(statement string) *mcptest.Result {
	return x.Call("query", map[string]any{"sql": statement})
}

// until waits for what must come true.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			require.FailNow(t, "never came true", what)
		}
	}
}
