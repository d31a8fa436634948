package freesql_test

import (
	"database/sql"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// TestGuard: what is read of a table whose contract is broken is withheld, through views and subqueries too; other tables are served.
func TestGuard(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		checked, err := sql.Open("duckdb", "")
		require.NoError(t, err)
		defer func() { require.NoError(t, checked.Close()) }()
		for _, statement := range []string{"CREATE SCHEMA sales", "CREATE TABLE sales.orders (id INTEGER)"} {
			_, err = checked.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		guard, err := contract.NewGuard(checked, contract.Set{Contracts: []contract.Contract{{
			Schema: "sales", Table: "orders", Columns: []contract.Column{{Name: "id", NotNull: true}},
			Checks: []contract.Check{{Kind: contract.Rows, Range: &contract.Range{Min: 1}}},
		}}}, contract.GuardOptions{Options: contract.Options{Dialect: contract.DuckDB}, Audit: audit.Discard(), Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		x := open(func(o *freesql.Options) { o.Guard = guard })
		orders := []string{
			"SELECT count(*) FROM sales.orders", "SELECT * FROM reporting.by_region",
			"SELECT id FROM sales.customers WHERE id IN (SELECT customer FROM sales.orders)",
		}
		const customers = "SELECT count(*) FROM sales.customers"

		for _, statement := range orders { // nothing has been checked yet
			x.query(statement).Ended(contract.Broken)
		}
		x.query(customers).OK()
		_, err = guard.Check(t.Context())
		require.NoError(t, err)
		for _, statement := range orders {
			x.query(statement).Ended(contract.Broken)
		}
		_, err = checked.ExecContext(t.Context(), "INSERT INTO sales.orders VALUES (1)")
		require.NoError(t, err)
		_, err = guard.Check(t.Context())
		require.NoError(t, err)
		for _, statement := range append(orders, customers) {
			x.query(statement).OK()
		}
	})
}
