package contract_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// TestBenchMillionRows prints how long a contract of a dozen checks takes over a million rows.
func TestBenchMillionRows(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("takes its time: set MCPGOV_BENCH")
	}
	c := contract.Contract{
		Table: "orders",
		Columns: []contract.Column{
			{Name: "id", NotNull: true, Unique: true, Range: &contract.Range{Min: 0}},
			{Name: "customer", NotNull: true, Length: &contract.Range{Max: 20}, References: &contract.Reference{Table: "customers", Columns: []string{"id"}}},
			{Name: "amount", Range: &contract.Range{Min: 0, Max: 1000000}},
			{Name: "state", Accepted: []any{"open", "paid", "sent"}},
			{Name: "placed", NotNull: true},
		},
		Checks: []contract.Check{
			{Kind: contract.Fresh, Columns: []string{"placed"}, MaxAge: 24 * time.Hour},
			{Kind: contract.Rows, Range: &contract.Range{Min: 1000000}},
			{Kind: contract.Unique, Columns: []string{"customer", "id"}},
			{Kind: contract.Condition, SQL: "amount >= 0 OR state = 'open'"},
		},
	}
	fill := map[contract.Dialect]string{
		contract.DuckDB:   "FROM range(1000000) AS r(i)",
		contract.Postgres: "FROM generate_series(0, 999999) AS r(i)",
		contract.SQLite:   "FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999) SELECT i FROM n) AS r",
	}
	for _, dialect := range []contract.Dialect{contract.DuckDB, contract.Postgres, contract.SQLite} {
		t.Run(string(dialect), func(t *testing.T) {
			var db database
			if dialect == contract.Postgres {
				db = postgres(t)
			} else {
				db = inMemory(t, dialect)
			}
			db.run(`CREATE TABLE customers (id VARCHAR(20) PRIMARY KEY)`, `CREATE TABLE orders (id BIGINT, customer VARCHAR(20), amount DOUBLE PRECISION, state VARCHAR(10), placed TIMESTAMP)`,
				`INSERT INTO customers SELECT 'c' || i `+fill[dialect]+` WHERE i < 50000`,
				`INSERT INTO orders SELECT i, 'c' || (i % 50000), i % 1000, CASE WHEN i % 2 = 0 THEN 'open' ELSE 'paid' END, CURRENT_TIMESTAMP `+fill[dialect])
			for range 3 {
				report, err := contract.Verify(t.Context(), db.DB, contract.Set{Contracts: []contract.Contract{c}}, contract.Options{Dialect: dialect})
				require.NoError(t, err)
				require.Empty(t, report.Broken(), "%v", report)
				t.Logf("%d checks of %d rows: %s", len(report.Contracts[0].Results), report.Contracts[0].Rows, report.Duration.Round(time.Millisecond))
			}
		})
	}
}
