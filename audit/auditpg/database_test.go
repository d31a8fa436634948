package auditpg_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// database returns the connection string of the PostgreSQL to test with.
func database(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("MCPGOV_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("needs a PostgreSQL: set MCPGOV_TEST_POSTGRES to the connection string of a superuser, or run bash .ci/run test")
	}
	return dsn
}

// ownSchema names a schema that is the test's own and goes with it.
func ownSchema(t testing.TB) string {
	t.Helper()
	database(t)
	name := "test_" + strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() { execute(t, "DROP SCHEMA IF EXISTS "+name+" CASCADE") })
	return name
}

// connected is a connection of the superuser.
func connected(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// until waits for a query to say true.
func until(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for there := false; !there; {
		require.NoError(t, conn.QueryRow(ctx, sql, args...).Scan(&there), sql)
		_, err := conn.Exec(ctx, "SELECT pg_sleep(0.01)")
		require.NoError(t, err, "it never came true that %s", sql)
	}
}

// count is how many rows the table has.
func count(t testing.TB, opts *auditpg.Options) (n int) {
	t.Helper()
	err := connected(t, database(t)).QueryRow(t.Context(), "SELECT count(*) FROM "+opts.Schema+".mcpgov_audit").Scan(&n)
	require.NoError(t, err)
	return n
}

// execute runs statements as the superuser.
func execute(t testing.TB, sql string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), database(t))
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(context.Background(), sql)
	require.NoError(t, err, sql)
}

// opened is a sink that is closed with the test.
func opened(t testing.TB, dsn string, opts *auditpg.Options) *auditpg.Sink {
	t.Helper()
	sink, err := auditpg.Open(t.Context(), dsn, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sink.Close()) })
	return sink
}

// all reads back what a table holds.
func everything(t testing.TB, dsn string, opts *auditpg.Options) []audit.Record {
	t.Helper()
	var records []audit.Record
	for r, err := range opened(t, dsn, opts).Records(t.Context(), nil) {
		require.NoError(t, err)
		records = append(records, r)
	}
	return records
}
