package postgres_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/postgres"
)

const customers = `CREATE TABLE customers (customer_id text PRIMARY KEY, name text NOT NULL, email text, segment text NOT NULL, spent numeric(12,2) NOT NULL);
	INSERT INTO customers VALUES ('cust_1', 'Ann', 'ann@example.com', 'gold', 1234.50), ('cust_2', 'Bob', NULL, 'silver', 0.10), ('cust_3', 'Cid', 'cid@example.com', 'gold', 7)`

type customer struct {
	ID    string          `json:"customer_id"`
	Name  string          `json:"name"`
	Email *string         `json:"email"`
	Spent sqltool.Decimal `json:"spent"`
}

type segments struct {
	Segments []string `json:"segments"`
}

func spec(name string, declared ...mcpgov.ErrorSpec) mcpgov.ToolSpec {
	return mcpgov.ToolSpec{Name: name, Description: "A tool of a test.", Errors: declared}
}

const bySegment = "SELECT customer_id, name, email, spent FROM customers WHERE segment IN $segments ORDER BY customer_id"

func TestLists(t *testing.T) {
	t.Parallel()
	db := newServer(t, customers).db(t, sqltool.Options{MaxList: 2})
	c := caller(t, audit.Discard(),
		sqltool.Query[segments, customer](db, spec("in"), sqltool.Statement{SQL: bySegment}),
		sqltool.Query[segments, customer](db, spec("not_in"), sqltool.Statement{SQL: strings.Replace(bySegment, "IN $segments", "NOT IN ( $segments )", 1)}))
	names := func(tool string, in ...string) (names []string) {
		var out sqltool.Rows[customer]
		c.Call(tool, segments{append([]string{}, in...)}).OK().Into(&out)
		for _, r := range out.Rows {
			names = append(names, r.Name)
		}
		return names
	}
	require.Equal(t, []string{"Ann", "Cid"}, names("in", "gold"))
	require.Equal(t, []string{"Ann", "Bob", "Cid"}, names("in", "gold", "silver"))
	require.Empty(t, names("in"))
	require.Equal(t, []string{"Bob"}, names("not_in", "gold"))
	require.Equal(t, []string{"Ann", "Bob", "Cid"}, names("not_in"))
	require.Contains(t, c.Call("in", segments{[]string{"a", "b", "c"}}).Ended(mcpgov.Failed).Message(), "3 values, at most 2")
}

// TestTruncated shows that the flag is exact: as many rows as allowed are not cut, one more is.
func TestTruncated(t *testing.T) {
	t.Parallel()
	db := newServer(t).db(t, sqltool.Options{})
	type in struct {
		N int `json:"n"`
	}
	type row struct {
		N int64  `json:"n"`
		S string `json:"s"`
	}
	c := caller(t, audit.Discard(),
		sqltool.Query[in, row](db, spec("many"), sqltool.Statement{SQL: "SELECT n::int8, 'x' AS s FROM generate_series(1, $n::int4) AS n ORDER BY n; -- the end"}),
		sqltool.Query[in, row](db, spec("wide"), sqltool.Statement{SQL: "SELECT n::int8, repeat('x', 1000) AS s FROM generate_series(1, $n::int4) AS n", MaxBytes: 10_300}))
	for n, want := range map[int]sqltool.Rows[row]{9_999: {Rows: make([]row, 9_999)}, 10_000: {Rows: make([]row, 10_000)}, 10_001: {Rows: make([]row, 10_000), Truncated: true}, 20_001: {Rows: make([]row, 10_000), Truncated: true}} {
		var out sqltool.Rows[row]
		c.Call("many", in{n}).OK().Into(&out)
		require.Len(t, out.Rows, len(want.Rows))
		require.Equal(t, want.Truncated, out.Truncated, n)
		require.EqualValues(t, len(out.Rows), out.Rows[len(out.Rows)-1].N)
	}
	for n, truncated := range map[int]bool{10: false, 11: true} {
		var out sqltool.Rows[row]
		c.Call("wide", in{n}).OK().Into(&out)
		require.Len(t, out.Rows, 10)
		require.Equal(t, truncated, out.Truncated, n)
	}
}

type lookup struct {
	ID string `json:"customer_id"`
}

// TestRow shows the one-row form: found, not found as the business error that was declared, and too many.
func TestRow(t *testing.T) {
	t.Parallel()
	db := newServer(t, customers).db(t, sqltool.Options{})
	log := &mcptest.Recorder{}
	const text = "SELECT customer_id, name, email, spent FROM customers WHERE customer_id LIKE $customer_id"
	c := caller(t, log, sqltool.QueryRow[lookup, customer](db, spec("get", mcpgov.ErrorSpec{Code: "no_customer", Meaning: "There is no such customer."}),
		sqltool.Statement{SQL: text, NotFound: "no_customer", Tables: []string{"customers"}, Model: "crm.customers", Revision: "abc123"}))
	var got customer
	c.Call("get", lookup{"cust_1"}).OK().Into(&got)
	require.Equal(t, sqltool.Decimal("1234.50"), got.Spent)
	require.Equal(t, "There is no such customer.", c.Call("get", lookup{"cust_9"}).Ended("no_customer").Message())
	c.Call("get", lookup{"cust_%"}).Ended(mcpgov.Failed)
}

// TestWrites shows that a statement writes only where it says so, and that what fails leaves nothing behind.
func TestWrites(t *testing.T) {
	t.Parallel()
	s := newServer(t, customers, "CREATE FUNCTION sneak() RETURNS bigint LANGUAGE sql AS 'UPDATE customers SET spent = 0; SELECT 1::bigint'")
	for name, pool := range map[string]*sql.DB{"guarded": s.open(t, "", postgres.Options{}), "plain": s.plain(t)} {
		t.Run(name, func(t *testing.T) {
			db, err := sqltool.New("crm", pool, sqltool.Options{Engine: postgres.Engine()})
			require.NoError(t, err)
			type raise struct {
				ID string          `json:"customer_id"`
				By sqltool.Decimal `json:"by"`
			}
			type add struct {
				ID   string  `json:"customer_id"`
				Name *string `json:"name,omitempty"`
			}
			type one struct {
				N int64 `json:"n"`
			}
			c := caller(t, audit.Discard(),
				sqltool.Exec[raise](db, spec("raise"), sqltool.Statement{SQL: "UPDATE customers SET spent = spent + $by::numeric WHERE customer_id = $customer_id", Writes: true}),
				sqltool.QueryRow[raise, customer](db, spec("raised"), sqltool.Statement{SQL: "UPDATE customers SET spent = spent + $by::numeric WHERE customer_id = $customer_id RETURNING customer_id, name, email, spent", Writes: true}),
				sqltool.Exec[add](db, spec("add", mcpgov.ErrorSpec{Code: "exists", Meaning: "There is such a customer."}),
					sqltool.Statement{SQL: "INSERT INTO customers VALUES ($customer_id, $name, NULL, 'new', 0)", Writes: true, Conflict: "exists"}),
				sqltool.QueryRow[nothing, one](db, spec("sneak"), sqltool.Statement{SQL: "SELECT sneak() AS n"}))
			c.Call("raise", raise{"cust_2", "0.01"}).OK().JSON(map[string]any{"rows_affected": 1})
			c.Call("raise", raise{"cust_9", "1"}).OK().JSON(map[string]any{"rows_affected": 0})
			c.Call("sneak", nothing{}).Ended(mcpgov.Failed)
			var got customer
			c.Call("raised", raise{"cust_2", "-0.01"}).OK().Into(&got)
			require.Equal(t, sqltool.Decimal("0.10"), got.Spent)
			name := "Ann"
			refused := c.Call("add", add{"cust_1", &name}).Ended("exists")
			require.Equal(t, "There is such a customer.", refused.Message())
			c.Call("add", add{"cust_8", nil}).Ended("exists") // a NULL where there must be none
			require.NotContains(t, string(refused.Wire()), "customers_pkey")
		})
	}
}

// plain is a pool that was not made by postgres.Open.
func (s *server) plain(tb testing.TB) *sql.DB {
	tb.Helper()
	pool, err := sql.Open("pgx", s.dsn+" options='-c search_path="+s.schema+"'")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, pool.Close()) })
	return pool
}

// TestRole shows the same tools, unchanged, under a role that may only read: those that write are refused by the database.
func TestRole(t *testing.T) {
	t.Parallel()
	s := newServer(t, customers)
	role := s.schema + "_reader"
	s.exec(t, "CREATE ROLE "+role+" LOGIN; GRANT USAGE ON SCHEMA "+s.schema+" TO "+role+"; GRANT SELECT ON ALL TABLES IN SCHEMA "+s.schema+" TO "+role)
	t.Cleanup(func() { s.exec(t, "DROP OWNED BY "+role+"; DROP ROLE "+role) })
	db, err := sqltool.New("crm", s.open(t, "user="+role, postgres.Options{StatementTimeout: 50 * time.Millisecond}), sqltool.Options{Engine: postgres.Engine()})
	require.NoError(t, err)
	type in struct {
		Seconds float64 `json:"seconds"`
	}
	type slept struct {
		Done bool `json:"done"`
	}
	log := &mcptest.Recorder{}
	c := caller(t, log, sqltool.Query[segments, customer](db, spec("find"), sqltool.Statement{SQL: bySegment}),
		sqltool.Exec[lookup](db, spec("drop"), sqltool.Statement{SQL: "DELETE FROM customers WHERE customer_id = $customer_id", Writes: true}),
		sqltool.QueryRow[in, slept](db, spec("sleep"), sqltool.Statement{SQL: "SELECT pg_sleep($seconds) IS NOT NULL AS done"}))
	c.Call("find", segments{[]string{"gold"}}).OK()
	refused := c.Call("drop", lookup{"cust_1"}).Ended(mcpgov.Failed)
	require.NotContains(t, string(refused.Wire()), "permission")
	require.Equal(t, "the database did not answer in time", c.Call("sleep", in{30}).Ended(mcpgov.Failed).Message())
	log.NoLeak(t, "DELETE FROM", "permission denied")
}

// TestHandler shows the helper for hand-written handlers: maps as arguments, the driver's error behind ours, and what is noted of it.
func TestHandler(t *testing.T) {
	t.Parallel()
	var slow bytes.Buffer
	asOf := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	db := newServer(t, customers).db(t, sqltool.Options{
		SlowQuery: time.Nanosecond, Logger: slog.New(slog.NewTextHandler(&slow, nil)),
		AsOf: func(context.Context) (time.Time, error) { return asOf, nil },
	})
	var all []customer
	truncated, err := db.Query(t.Context(), sqltool.Statement{Name: "all", SQL: bySegment, MaxRows: 1}, map[string]any{"segments": []string{"gold"}}, &all)
	require.NoError(t, err)
	require.True(t, truncated)
	require.Len(t, all, 1)
	require.Contains(t, slow.String(), "statement=all")
	require.NotContains(t, slow.String(), "gold")

	var got customer
	require.ErrorIs(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "one", SQL: "SELECT customer_id, name, email, spent FROM customers WHERE customer_id = $id"}, map[string]any{"id": "x"}, &got), sql.ErrNoRows)
	_, err = db.Exec(t.Context(), sqltool.Statement{Name: "again", SQL: "INSERT INTO customers SELECT * FROM customers", Writes: true}, nil)
	failed, ok := errors.AsType[*sqltool.Error](err)
	require.True(t, ok)
	require.Equal(t, sqltool.Conflict, failed.Reason)
	require.Equal(t, `statement "again": conflict (23505)`, err.Error())
	_, ok = errors.AsType[*pgconn.PgError](err)
	require.True(t, ok)
	_, err = db.Query(t.Context(), sqltool.Statement{Name: "bad", SQL: "SELECT customer_id FROM customers"}, nil, &all)
	require.ErrorContains(t, err, `field "name" of postgres_test.customer has no column`)
}

// TestBusy shows that a call waits for a connection no longer than it should.
func TestBusy(t *testing.T) {
	t.Parallel()
	s := newServer(t, customers)
	pool := s.open(t, "", postgres.Options{MaxOpen: 1})
	db, err := sqltool.New("crm", pool, sqltool.Options{Engine: postgres.Engine(), AcquireWait: 10 * time.Millisecond})
	require.NoError(t, err)
	c := caller(t, audit.Discard(), sqltool.Query[segments, customer](db, spec("find"), sqltool.Statement{SQL: bySegment}))
	held, err := pool.Conn(t.Context())
	require.NoError(t, err)
	require.Equal(t, "the database is busy: try again later", c.Call("find", segments{[]string{}}).Ended(mcpgov.Failed).Message())
	require.NoError(t, held.Close())
	c.Call("find", segments{[]string{}}).OK()
}
