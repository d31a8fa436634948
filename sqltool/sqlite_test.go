package sqltool_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
)

const crm = `CREATE TABLE customers (customer_id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT, segment TEXT NOT NULL, visits INTEGER, seen TIMESTAMP, photo BLOB);
	INSERT INTO customers VALUES ('cust_1', 'Ann', 'ann@example.com', 'gold', 9007199254740993, '2026-01-02 03:04:05', x'00ff'), ('cust_2', 'Bob', NULL, 'silver', 2, NULL, NULL),
		('cust_3', 'Cid', 'cid@example.com', 'gold', NULL, NULL, NULL);`

// open makes a database in memory, filled with setup.
func open(tb testing.TB, setup string) *sql.DB {
	tb.Helper()
	pool, err := sql.Open("sqlite", ":memory:")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, pool.Close()) })
	pool.SetMaxOpenConns(1) // each connection has a memory of its own
	_, err = pool.ExecContext(tb.Context(), setup)
	require.NoError(tb, err)
	return pool
}

func openDB(tb testing.TB, opts sqltool.Options) *sqltool.DB {
	tb.Helper()
	db, err := sqltool.New("crm", open(tb, crm), opts)
	require.NoError(tb, err)
	return db
}

func config(log audit.Sink) mcpgov.Config {
	return mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous()}
}

func caller(tb testing.TB, log audit.Sink, features ...mcpgov.Feature) *mcptest.Client {
	tb.Helper()
	srv, err := mcpgov.New(config(log), features...)
	require.NoError(tb, err)
	return mcptest.New(tb, srv).As(mcpgov.User{Anonymous: true})
}

func spec(name string, declared ...mcpgov.ErrorSpec) mcpgov.ToolSpec {
	return mcpgov.ToolSpec{Name: name, Description: "A tool of a test.", Errors: declared}
}

type nothing struct{}
