package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/postgres"
)

// server is a schema of its own on the PostgreSQL of MCPGOV_TEST_POSTGRES. It skips the test without one.
type server struct {
	dsn    string
	schema string
	admin  *sql.DB
}

func newServer(tb testing.TB, setup ...string) *server {
	tb.Helper()
	dsn := os.Getenv("MCPGOV_TEST_POSTGRES")
	if dsn == "" {
		tb.Skip("MCPGOV_TEST_POSTGRES is not set")
	}
	s := &server{dsn: dsn, schema: strings.ToLower(fmt.Sprintf("sqltool_%d", time.Now().UnixNano()))}
	s.admin = s.open(tb, "", postgres.Options{})
	s.exec(tb, "CREATE SCHEMA "+s.schema)
	tb.Cleanup(func() { s.exec(tb, "DROP SCHEMA "+s.schema+" CASCADE") })
	for _, statement := range setup {
		s.exec(tb, statement)
	}
	return s
}

// open opens a pool whose tables are those of the schema.
func (s *server) open(tb testing.TB, more string, opts postgres.Options) *sql.DB {
	tb.Helper()
	pool, err := postgres.Open(s.dsn+" options='-c search_path="+s.schema+"' "+more, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, pool.Close()) })
	return pool
}

func (s *server) exec(tb testing.TB, statement string) {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context()) // it cleans up, too
	conn, err := s.admin.Conn(ctx)
	require.NoError(tb, err)
	defer func() { require.NoError(tb, conn.Close()) }()
	_, err = conn.ExecContext(ctx, "SET default_transaction_read_only = off")
	require.NoError(tb, err)
	_, err = conn.ExecContext(ctx, statement)
	require.NoError(tb, err, statement)
}

// db opens the schema for tools.
func (s *server) db(tb testing.TB, opts sqltool.Options) *sqltool.DB {
	tb.Helper()
	opts.Engine = postgres.Engine()
	db, err := sqltool.New("crm", s.open(tb, "", postgres.Options{}), opts)
	require.NoError(tb, err)
	return db
}

// caller serves features under a policy that allows everything, and returns somebody who calls them.
func caller(tb testing.TB, log audit.Sink, features ...mcpgov.Feature) *mcptest.Client {
	tb.Helper()
	srv, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous()}, features...)
	require.NoError(tb, err)
	return mcptest.New(tb, srv).As(mcpgov.User{Anonymous: true})
}

type nothing struct{}

// on makes a DB of a pool.
func (s *server) on(tb testing.TB, pool *sql.DB) *sqltool.DB {
	tb.Helper()
	db, err := sqltool.New("crm", pool, sqltool.Options{Engine: postgres.Engine()})
	require.NoError(tb, err)
	return db
}
