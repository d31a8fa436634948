package contract_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// database is a database for one test.
type database struct {
	*sql.DB
	dialect contract.Dialect
	t       *testing.T
}

// run executes statements of the test's own.
func (d database) run(statements ...string) {
	d.t.Helper()
	for _, statement := range statements {
		_, err := d.ExecContext(d.t.Context(), statement)
		require.NoError(d.t, err, statement)
	}
}

// verify checks contracts and returns their results by "contract/check".
func (d database) verify(contracts ...contract.Contract) map[string]contract.Result {
	d.t.Helper()
	report, err := contract.Verify(d.t.Context(), d.DB, contract.Set{Contracts: contracts}, contract.Options{Dialect: d.dialect, Samples: 3})
	require.NoError(d.t, err)
	results := map[string]contract.Result{}
	for _, outcome := range report.Contracts {
		for _, result := range outcome.Results {
			results[outcome.Contract+"/"+result.Check] = result
		}
	}
	return results
}

// inMemory opens a database that lives as long as the test.
func inMemory(t *testing.T, dialect contract.Dialect) database {
	t.Helper()
	names := map[contract.Dialect]string{contract.DuckDB: "duckdb", contract.SQLite: "sqlite", contract.Generic: "sqlite"}
	source := ""
	if names[dialect] == "sqlite" {
		source = "file:" + t.TempDir() + "/test.db?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(names[dialect], source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return database{db, dialect, t}
}

// postgres opens a schema of the test's own, which is the connection's.
func postgres(t *testing.T) database {
	t.Helper()
	dsn := os.Getenv("MCPGOV_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("needs a PostgreSQL: set MCPGOV_TEST_POSTGRES to the connection string of a superuser, or run bash .ci/run test")
	}
	schema := fmt.Sprintf("contract_%x", rand.Uint64())
	admin, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	_, err = admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	separator := " "
	if strings.Contains(dsn, "://") {
		t.Skip("the connection string is a URL: write it as key=value words")
	}
	db, err := sql.Open("pgx", dsn+separator+"search_path="+schema)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return database{db, contract.Postgres, t}
}

// everywhere runs a test on every kind of database.
func everywhere(t *testing.T, test func(*testing.T, database)) {
	t.Helper()
	for _, dialect := range []contract.Dialect{contract.DuckDB, contract.SQLite, contract.Generic} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			test(t, inMemory(t, dialect))
		})
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t))
	})
}

// text is a value as a test may insert it into any column.
func text(v any) string {
	return fmt.Sprint(v)
}
