package postgres_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/postgres"
)

// TestNoCode shows that an error without a code, as a proxy may send it, is one like any other.
func TestNoCode(t *testing.T) {
	t.Parallel()
	engine, ok := postgres.Engine().(sqltool.Explainer)
	require.True(t, ok)
	reason, _ := engine.Explain(&pgconn.PgError{})
	require.Equal(t, sqltool.Unknown, reason)
}

// TestSecretsInErrors shows that what the database says of a value reaches neither caller nor record nor log.
func TestSecretsInErrors(t *testing.T) {
	t.Parallel()
	s := newServer(t, customers, "CREATE FUNCTION sayit(x text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret % in table customers', x USING DETAIL = x, HINT = x; END $$")
	var slow bytes.Buffer
	db := s.db(t, sqltool.Options{SlowQuery: time.Nanosecond, Logger: slog.New(slog.NewTextHandler(&slow, nil))})
	type in struct {
		X string `json:"x" gov:"secret"`
	}
	type n struct {
		N int32 `json:"n"`
	}
	type row struct {
		V string `json:"v"`
	}
	type rn struct {
		V int32 `json:"v"`
	}
	log := &mcptest.Recorder{}
	c := caller(t, log, sqltool.QueryRow[in, row](db, spec("say"), sqltool.Statement{SQL: "SELECT sayit($x) AS v"}),
		sqltool.QueryRow[in, rn](db, spec("cast"), sqltool.Statement{SQL: "SELECT ($x::text)::int4 AS v"}),
		sqltool.QueryRow[in, row](db, spec("json"), sqltool.Statement{SQL: "SELECT ($x::text)::json->>'a' AS v"}),
		sqltool.QueryRow[n, rn](db, spec("div"), sqltool.Statement{SQL: "SELECT 1 / $n::int4 AS v"}))
	for _, tool := range []string{"say", "cast", "json"} {
		for _, x := range []string{"hunter2-canary", "hunter2\x00canary"} {
			r := c.Call(tool, in{x}).Ended(mcpgov.Failed)
			require.NotContains(t, string(r.Wire()), "hunter2")
			require.NotContains(t, string(r.Wire()), "customers")
		}
	}
	c.Call("div", n{0}).Ended(mcpgov.Failed)
	log.NoLeak(t, "hunter2", "sayit", "SELECT", "secret ")
	require.NotContains(t, slow.String(), "hunter2")
}

// TestSneaks shows that functions of a statement that only reads cannot write, whatever they set, in it or in the next one on the connection.
func TestSneaks(t *testing.T) {
	t.Parallel()
	s := newServer(t, customers, "CREATE SEQUENCE q",
		"CREATE FUNCTION unlock() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('transaction_read_only','off',false); UPDATE customers SET spent = 0; RETURN 'x'; END $$",
		"CREATE FUNCTION unlock2() RETURNS text LANGUAGE sql AS $$ SELECT set_config('default_transaction_read_only','off',false) $$",
		"CREATE FUNCTION sneak() RETURNS text LANGUAGE sql AS 'UPDATE customers SET spent = 0; SELECT ''x''::text'",
		"CREATE FUNCTION ro() RETURNS text LANGUAGE plpgsql AS $$ BEGIN SET LOCAL transaction_read_only = off; UPDATE customers SET spent = 0; RETURN 'x'; END $$")
	pool := s.open(t, "", postgres.Options{MaxOpen: 1})
	db := s.on(t, pool)
	type row struct {
		V string `json:"v"`
	}
	var got row
	for _, call := range []string{"unlock()", "sneak()", "ro()", "nextval('q')::text", "unlock2() || sneak()"} {
		require.Error(t, db.QueryRow(t.Context(), sqltool.Statement{Name: call, SQL: "SELECT " + call + " AS v"}, nil, &got), call)
	}
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "unlock2", SQL: "SELECT unlock2() AS v"}, nil, &got))
	failed, ok := errors.AsType[*sqltool.Error](db.QueryRow(t.Context(), sqltool.Statement{Name: "after", SQL: "SELECT sneak() AS v"}, nil, &got))
	require.True(t, ok)
	require.Equal(t, sqltool.Unasked, failed.Reason)
	var spent string
	require.NoError(t, s.admin.QueryRowContext(t.Context(), "SELECT spent::text FROM customers WHERE customer_id = 'cust_1'").Scan(&spent))
	require.Equal(t, "1234.50", spent)
}
