package matview_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// TestContract: a contract of package contract is a check, run on the version that nobody sees yet.
func TestContract(t *testing.T) {
	t.Parallel()
	d := spent()
	d.Check = func(ctx context.Context, db *sql.DB, table string) error {
		schema, name, _ := strings.Cut(table, ".")
		report, err := contract.Verify(ctx, db, contract.Set{Contracts: []contract.Contract{{
			Name: d.Name, Schema: schema, Table: name,
			Columns: []contract.Column{{Name: "customer", NotNull: true, Unique: true}},
			Checks:  []contract.Check{{Kind: contract.Condition, SQL: "total < 100"}},
		}}}, contract.Options{Dialect: contract.DuckDB})
		if err != nil {
			return err
		}
		if broken := report.Broken(); len(broken) > 0 {
			return errors.New(broken[0].Summary())
		}
		return nil
	}
	store := open(t, with{Definitions: []matview.Definition{d}, Setup: orders})
	execute(t, store.SQL(), "INSERT INTO orders VALUES (11, 'canary', 1000, now())")
	err := store.Refresh(t.Context())
	require.ErrorContains(t, err, "check refused the new version")
	require.NotContains(t, err.Error(), "canary")
	t.Log(err)
	require.EqualValues(t, 3, number(t, store.SQL(), "SELECT count(*) FROM spent"))
}
