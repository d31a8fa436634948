package duckdb_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	engine "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

const canary = "CANARY-6f1d2c"

// warehouse writes a database file with a table that callers may read and one that they must not.
func warehouse(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "warehouse.duckdb")
	native, err := engine.NewConnector(path, nil)
	require.NoError(t, err)
	db := sql.OpenDB(native)
	for _, statement := range []string{
		"CREATE SCHEMA analytics", "CREATE SCHEMA private",
		"CREATE TABLE analytics.orders AS SELECT i AS id, 'customer ' || i AS customer, i * 1.5 AS amount FROM range(1000) t(i)",
		"CREATE TABLE private.secrets AS SELECT '" + canary + "' AS token",
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	return path
}

// open opens a database for a test.
func open(t testing.TB, opts duckdb.Options) *duckdb.Database {
	t.Helper()
	db, err := duckdb.Open(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		settle(t, db)
		require.NoError(t, db.Close())
	})
	return db
}

// value is the one value that a query returns.
func value(t testing.TB, db *duckdb.Database, query string, args ...any) any {
	t.Helper()
	var v any
	require.NoError(t, db.SQL().QueryRowContext(t.Context(), query, args...).Scan(&v), query)
	return v
}

func TestOpenFile(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Path: warehouse(t), Schemas: []string{"analytics"}})
	require.True(t, db.Sealed())
	require.Equal(t, int64(1000), value(t, db, "SELECT count(*) FROM analytics.orders"))
	_, err := db.SQL().ExecContext(t.Context(), "INSERT INTO analytics.orders VALUES (1, 'a', 2)")
	require.Error(t, err)
}

func TestOpenWritable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new.duckdb")
	db, err := duckdb.Open(t.Context(), duckdb.Options{Path: path, Writable: true})
	require.NoError(t, err)
	require.False(t, db.Sealed())
	for _, statement := range []string{"CREATE TABLE t AS SELECT 1 AS a", "INSERT INTO t VALUES (2)", "CHECKPOINT", "UPDATE t SET a = 3 WHERE a = 2"} {
		_, err := db.SQL().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	require.Equal(t, int32(3), value(t, open(t, duckdb.Options{Path: path}), "SELECT max(a) FROM t"))
}

func TestOpenFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("customers.csv", "id,name\n1,Ada\n2,Grace\n")
	write("events.jsonl", `{"id":1,"kind":"login"}`+"\n"+`{"id":2,"kind":"logout"}`+"\n")
	write("sales/2024.csv", "day,amount\n2024-01-01,10\n")
	write("sales/2025.csv", "day,amount\n2025-01-01,20\n")
	write("README.md", "no table")
	native, err := engine.NewConnector("", nil)
	require.NoError(t, err)
	maker := sql.OpenDB(native)
	_, err = maker.ExecContext(t.Context(), "COPY (SELECT i FROM range(10) t(i)) TO '"+filepath.Join(dir, "numbers.parquet")+"'")
	require.NoError(t, err)
	require.NoError(t, maker.Close())

	db := open(t, duckdb.Options{Folders: []duckdb.Folder{{Path: dir, Schema: "lake"}}})
	require.True(t, db.Sealed())
	require.Equal(t, "Grace", value(t, db, "SELECT name FROM lake.customers WHERE id = 2"))
	require.Equal(t, "logout", value(t, db, "SELECT kind FROM lake.events WHERE id = 2"))
	require.Equal(t, int64(2), value(t, db, "SELECT count(*) FROM lake.sales"))
	require.Equal(t, int64(45), value(t, db, "SELECT sum(i)::BIGINT FROM lake.numbers"))

	// The files themselves are out of reach.
	for _, query := range []string{"FROM read_csv('" + dir + "/customers.csv')", "FROM '" + dir + "/numbers.parquet'", "COPY (SELECT 1) TO '" + dir + "/x.csv'"} {
		_, err := db.SQL().ExecContext(t.Context(), query)
		require.Error(t, err, query)
	}

	write("sales/2026.json", `[{"day":"2026-01-01"}]`)
	_, err = duckdb.Open(t.Context(), duckdb.Options{Folders: []duckdb.Folder{{Path: dir}}})
	require.ErrorContains(t, err, "two kinds")
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	path := warehouse(t)
	for want, opts := range map[string]duckdb.Options{
		"no such file":         {Path: path + "x"},
		"Path, or leave":       {Writable: true},
		"name of a catalog":    {Path: path, Schemas: []string{"Warehouse"}},
		"leave Path empty":     {Path: path, Folders: []duckdb.Folder{{Path: t.TempDir()}}},
		"no regular file":      {Path: filepath.Dir(path)},
		"options behind":       {Path: path + "?access_mode=READ_WRITE"},
		"leave Path empty for": {Path: ":memory:"},
		"holds no .parquet":    {Folders: []duckdb.Folder{{Path: t.TempDir()}}},
		"cannot be negative":   {Threads: -1},
	} {
		_, err := duckdb.Open(t.Context(), opts)
		if want == "Path, or leave" {
			want = "leave it out, or set Path"
		}
		require.ErrorContains(t, err, want)
		require.True(t, strings.HasPrefix(err.Error(), "duckdb: open: "))
	}
}
