package dbt_test

import (
	"database/sql"
	"log/slog"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/contract/dbt"
)

// TestJaffle: what was read of a project holds of a database as dbt builds it, and finds what is broken in it.
func TestJaffle(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	run := func(statements string) {
		_, err := db.ExecContext(t.Context(), statements)
		require.NoError(t, err)
	}
	run(`CREATE SCHEMA raw; CREATE SCHEMA staging; CREATE SCHEMA seeds; CREATE SCHEMA marts;
		CREATE TABLE raw.customers AS SELECT 1 AS id, CAST(now() AT TIME ZONE 'UTC' AS VARCHAR) AS loaded_at;
		CREATE TABLE seeds.tiers (name VARCHAR);
		INSERT INTO seeds.tiers VALUES ('gold'), ('silver'), ('bronze');
		CREATE TABLE raw.orders (order_id INTEGER, customer_id VARCHAR, amount INTEGER);
		INSERT INTO raw.orders VALUES (1, 'c1', 10), (2, 'c1', 20), (3, 'c2', 4);
		CREATE VIEW staging.stg_orders AS SELECT * FROM raw.orders;
		CREATE TABLE marts.customer_360 AS SELECT customer_id, CAST(SUM(amount) AS DECIMAL(10,2)) AS lifetime_value,
			'gold' AS tier, COUNT(*) AS order_count, current_date AS last_order_date FROM staging.stg_orders GROUP BY customer_id`)
	p, err := dbt.ReadManifest(manifest(t), dbt.Options{})
	require.NoError(t, err)
	guard, err := contract.NewGuard(db, p.Set(), contract.GuardOptions{
		Options: contract.Options{Dialect: contract.Dialect(p.Adapter)}, Audit: audit.Discard(), Interval: contract.Once, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	require.NoError(t, guard.Start(t.Context()), "%s", guard.Report())
	require.NoError(t, guard.Admit(t.Context(), "customer_360"))
	require.NoError(t, guard.Stop(t.Context()))

	run(`INSERT INTO raw.orders VALUES (4, 'c9', 5), (4, 'c2', 7); UPDATE marts.customer_360 SET tier = 'tin', order_count = -1;
		INSERT INTO marts.customer_360 SELECT * FROM marts.customer_360 LIMIT 1; UPDATE raw.customers SET loaded_at = '2020-01-01 00:00:00'`)
	report, err := guard.Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, `marts.customer_360 is broken (13 checks, 3 rows)
  unique(customer_id) failed: 1 rows repeat a value
  condition failed: 3 rows fail
  relationships_customer_360_tier failed: 3 rows refer to nothing
  no_orphan_orders failed: 1 rows were found
staging.stg_orders is broken (3 checks, 5 rows)
  is_even_stg_orders_amount warned: 2 rows were found
  no_orphan_orders failed: 1 rows were found
raw.customers is broken (1 checks, 1 rows)
`, cut(report.String(), "  freshness"))
	require.Error(t, guard.Admit(t.Context(), "memory.marts.customer_360"))
	require.NoError(t, guard.Admit(t.Context(), "seeds.tiers"))
}

// cut leaves out the lines from one that begins with prefix: they tell an age.
func cut(text, prefix string) string {
	var kept string
	for i := range text {
		if (i == 0 || text[i-1] == '\n') && len(text) >= i+len(prefix) && text[i:i+len(prefix)] == prefix {
			return kept
		}
		kept = text[:i+1]
	}
	return kept
}
