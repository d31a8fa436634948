package matview_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// TestBenchRefresh prints what refreshes cost: everything from this database, from another, and a little that is new.
func TestBenchRefresh(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	const many = `SELECT range AS id, 'cust_' || range % 1000 AS customer, CAST(range AS DECIMAL(18,2)) AS total, TIMESTAMP '2026-01-01' + to_seconds(range) AS changed FROM range(1000000)`
	source := open(t, with{})
	execute(t, source.SQL(), "CREATE TABLE orders AS "+many)
	incremental := &matview.Incremental{Column: "changed", Key: []string{"id"}}
	store := open(t, with{Definitions: []matview.Definition{
		{Name: "own", SQL: many, Indexes: []matview.Index{{Columns: []string{"id"}}}},
		{Name: "other", SQL: "SELECT * FROM orders", Source: &matview.Source{System: "erp", DB: source.SQL()}, Incremental: incremental},
	}})
	if os.Getenv("MCPGOV_TEST_POSTGRES") != "" {
		db := postgres(t, "matview_bench")
		execute(t, db, "CREATE TABLE orders AS SELECT i::int8 AS id, 'cust_' || i % 1000 AS customer, i::numeric(18,2) AS total, '2026-01-01'::timestamp + i * interval '1 s' AS changed FROM generate_series(1, 1000000) i")
		pg := open(t, with{Definitions: []matview.Definition{{Name: "pg", SQL: "SELECT * FROM orders", Source: &matview.Source{System: "erp", DB: db}}}})
		t.Logf("1,000,000 rows of 4 columns from Postgres: %s", pg.View("pg").Status().Took)
	}
	t.Logf("1,000,000 rows of 4 columns, one index, from this database: %s", store.View("own").Status().Took)
	t.Logf("1,000,000 rows of 4 columns from another DuckDB: %s", store.View("other").Status().Took)
	execute(t, source.SQL(), "INSERT INTO orders SELECT range, 'new', 1, now() FROM range(900000, 901000)")
	execute(t, source.SQL(), "DELETE FROM orders WHERE id BETWEEN 900000 AND 900999 AND customer <> 'new'")
	require.NoError(t, store.View("other").Refresh(t.Context()))
	t.Logf("1,000 new rows of 1,000,000, by their key: %s", store.View("other").Status().Took)
	require.NoError(t, store.View("other").Refresh(t.Context()))
	t.Logf("nothing new: %s", store.View("other").Status().Took)
}

// TestBenchReading prints what choosing between kept and live adds to a call, over the same statement as a plain tool.
func TestBenchReading(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	store := open(t, with{Definitions: []matview.Definition{spent()}, Setup: orders})
	db, err := sqltool.New("kept", store.SQL(), sqltool.Options{Engine: duckdb.Engine()})
	require.NoError(t, err)
	type plainIn struct {
		Customer string `json:"customer"`
	}
	statement := sqltool.Statement{SQL: "SELECT CAST(total AS BIGINT) AS total FROM spent WHERE customer = $customer"}
	srv, err := mcpgov.New(mcpgov.Config{Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous(), Limits: mcpgov.Limits{PerMinute: mcpgov.Unlimited}},
		sqltool.Query[plainIn, spentRow](db, mcpgov.ToolSpec{Name: "plain", Description: "Plain."}, statement),
		matview.Query[spentIn, spentRow](store.View("spent"), mcpgov.ToolSpec{Name: "aged", Description: "Aged."},
			matview.Reading{Cached: statement, MaxAge: time.Hour, TooOld: matview.RefreshFirst}))
	require.NoError(t, err)
	client := mcptest.New(t, srv).As(mcpgov.User{Anonymous: true})
	for _, tool := range []string{"plain", "aged", "plain", "aged"} {
		const calls = 2000
		began := time.Now()
		for range calls {
			client.Call(tool, map[string]any{"customer": "cust_1"}).OK()
		}
		t.Logf("%s: %s per call, over MCP", tool, time.Since(began)/calls)
	}
}
