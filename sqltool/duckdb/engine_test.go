package duckdb_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// on runs f with a connection.
func on(t testing.TB, db *duckdb.Database, f func(ctx context.Context, c *sql.Conn) error) error {
	t.Helper()
	return db.Do(t.Context(), f)
}

func TestEngineDescribe(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{})
	_, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE t (a BIGINT, b DECIMAL(38,10), c VARCHAR[], d ENUM('x', 'y'))")
	require.NoError(t, err)
	describe := func(query string) (d sqltool.Description, err error) {
		err = on(t, db, func(ctx context.Context, c *sql.Conn) error {
			d, err = duckdb.Engine().Describe(ctx, c, query)
			return err
		})
		return d, err
	}
	d, err := describe("SELECT * FROM t WHERE b > $2 AND a = $1")
	require.NoError(t, err)
	require.Equal(t, []sqltool.Column{{Type: "BIGINT"}, {Type: "DECIMAL(38,10)"}}, d.Parameters)
	require.Equal(t, []sqltool.Column{{Name: "a", Type: "BIGINT"}, {Name: "b", Type: "DECIMAL(38,10)"}, {Name: "c", Type: "VARCHAR[]"}, {Name: "d", Type: "ENUM"}}, d.Columns)

	d, err = describe("INSERT INTO t (a) VALUES ($1)")
	require.NoError(t, err)
	require.Empty(t, d.Columns)
	require.Len(t, d.Parameters, 1)
	require.Equal(t, int64(0), value(t, db, "SELECT count(*) FROM t"))

	_, err = describe("SELECT $1")
	require.ErrorContains(t, err, "$since::DATE")
	_, err = describe("INSERT INTO t (a) VALUES (1); SELECT 1")
	require.Error(t, err)
	require.Equal(t, int64(0), value(t, db, "SELECT count(*) FROM t"))
	_, err = describe("SELECT nothing FROM t")
	require.Error(t, err)
}

func TestEngineReadOnly(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{})
	for _, statement := range []string{"CREATE TABLE t (a BIGINT)", "CREATE SEQUENCE s"} {
		_, err := db.SQL().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	check := func(query string) error {
		return on(t, db, func(ctx context.Context, c *sql.Conn) error { return duckdb.Engine().ReadOnly(ctx, c, query) })
	}
	for _, query := range []string{
		"SELECT 1", "FROM t", "VALUES (1)", "WITH x AS (SELECT 1) SELECT * FROM x", "SELECT a FROM t WHERE a = $1 -- comment", "TABLE t",
		"SELECT * FROM t UNION ALL SELECT 2", "SELECT * FROM (PIVOT t ON a IN (1) USING count(*))",
	} {
		require.NoError(t, check(query), query)
	}
	for _, query := range []string{
		"INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "DELETE FROM t", "CREATE TABLE u (a INT)", "DROP TABLE t", "SELECT nextval('s')",
		"SELECT 1; DELETE FROM t", "SELECT (SELECT NEXTVAL('s'))", "CHECKPOINT", "FROM checkpoint()", "FROM query('SELECT nextval(''s'')')", "SET VARIABLE x = 1",
		"BEGIN", "EXPLAIN ANALYZE INSERT INTO t VALUES (1)", "COPY t TO 'x'", "ATTACH ':memory:' AS m", "PREPARE p AS DELETE FROM t", "CALL enable_logging()",
		"PRAGMA table_info('t')", "TRUNCATE t", "MERGE INTO t USING t u ON t.a = u.a WHEN MATCHED THEN DELETE", "INSERT INTO t VALUES (1) RETURNING a",
		"SELECT \"nextval\"('s')", "SELECT main.nextval('s')", "SELECT a.nextval() FROM (SELECT 's' AS a)", "SELECT list_transform(['s'], lambda x: nextval(x))",
	} {
		require.Error(t, check(query), query)
	}
	require.Equal(t, int64(0), value(t, db, "SELECT count(*) FROM t"))
}

func TestEngineBind(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{})
	type level string
	name, huge := "Ada", new(big.Int).Lsh(big.NewInt(1), 100)
	at := time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC)
	for _, c := range []struct {
		in    any
		query string
		want  string
	}{
		{nil, "$1::INTEGER", `null`},
		{level("high"), "$1", `"high"`},
		{&name, "$1", `"Ada"`},
		{(*string)(nil), "$1::VARCHAR", `null`},
		{uint64(1<<64 - 1), "$1", `"18446744073709551615"`},
		{uint8(7), "$1", `7`},
		{huge, "$1::HUGEINT", `"1267650600228229401496703205376"`},
		{sqltool.Decimal("-1234567890123456789012345678.0123456789"), "$1::DECIMAL(38,10)", `"-1234567890123456789012345678.0123456789"`},
		{sqltool.Decimal("12.50"), "$1 = 12.5::DECIMAL(4,1)", `true`},
		{sqltool.Decimal("-0.05"), "$1::DECIMAL(9,2)", `"-0.05"`},
		{json.Number("12345678901234567890.5"), "$1::DECIMAL(38,1)", `"12345678901234567890.5"`},
		{json.Number("1e3"), "$1", `1000`},
		{sqltool.Interval{Months: 14, Days: 3, Micros: -4_500_000}, "$1", `"P1Y2M3DT-4.5S"`},
		{90 * time.Minute, "$1", `"PT1H30M"`},
		{at, "$1", `"2024-01-02T03:04:05.000006Z"`},
		{at, "$1::TIMESTAMP", `"2024-01-02T03:04:05.000006"`},
		{at, "$1::DATE", `"2024-01-02"`},
		{[]byte{0, 255}, "$1", `"AP8="`},
		{json.RawMessage(`{"a": 1}`), "$1::JSON", `{"a": 1}`},
		{[]string{"a", "b"}, "$1", `["a","b"]`},
		{[]int{1, 2}, "2 = ANY($1)", `true`},
		{[]int{1, 2}, "3 <> ALL($1)", `true`},
		{[]*int{nil}, "$1::INTEGER[]", `[null]`},
		{[]level{"a"}, "'a' = ANY($1)", `true`},
		{[]sqltool.Decimal{"1.50"}, "1.5::DECIMAL(9,2) = ANY($1::DECIMAL(9,2)[])", `true`},
		{[]time.Time{at}, "$1", `["2024-01-02T03:04:05.000006Z"]`},
		{[]string{}, "'a' = ANY($1::VARCHAR[])", `false`},
		{map[string]any{"a": int32(1)}, "$1::STRUCT(a INTEGER)", `{"a":1}`},
	} {
		bound, err := duckdb.Engine().Bind(c.in)
		require.NoError(t, err, c.in)
		result, err := db.AppendJSON(t.Context(), nil, "SELECT "+c.query, []any{bound}, duckdb.Limit{})
		require.NoError(t, err, "%v %s", c.in, c.query)
		require.Equal(t, "[["+c.want+"]]", string(result.JSON), "%v %s", c.in, c.query)
		// And through database/sql.
		rows, err := db.SQL().QueryContext(t.Context(), "SELECT "+c.query, bound)
		require.NoError(t, err, c.in)
		require.True(t, rows.Next())
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close()) //nolint:sqlclosecheck // in a loop
	}
	for _, in := range []any{sqltool.Decimal("NaN"), sqltool.Decimal("1e5"), sqltool.Decimal("123456789012345678901234567890123456789"), struct{ A int }{1}, make(chan int)} {
		_, err := duckdb.Engine().Bind(in)
		require.Error(t, err, in)
	}
}

// TestEngineTools: tools of package sqltool run on a database opened here, with their values exact.
func TestEngineTools(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{})
	for _, statement := range []string{
		"CREATE TABLE t (id BIGINT, total DECIMAL(38,10), tags VARCHAR[], seen TIMESTAMPTZ, span INTERVAL, doc JSON)",
		"INSERT INTO t VALUES (9223372036854775807, 1234567890123456789012345678.0123456789, ['a', NULL], '2024-01-02 03:04:05Z', INTERVAL '14 months', '{\"a\": 12345678901234567890.10}')",
	} {
		_, err := db.SQL().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	got := map[string]any{}
	e, ok := duckdb.Engine().(sqltool.Decoder)
	require.True(t, ok)
	require.NoError(t, on(t, db, func(ctx context.Context, c *sql.Conn) error {
		d, err := duckdb.Engine().Describe(ctx, c, "SELECT * FROM t")
		require.NoError(t, err)
		rows, err := c.QueryContext(ctx, "SELECT * FROM t")
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		require.True(t, rows.Next())
		values, targets := make([]any, len(d.Columns)), make([]any, len(d.Columns))
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(t, rows.Scan(targets...))
		for i, column := range d.Columns {
			got[column.Name], err = e.Decode(column, values[i])
			require.NoError(t, err)
		}
		return rows.Err()
	}))
	require.Equal(t, map[string]any{
		"id": int64(9223372036854775807), "total": sqltool.Decimal("1234567890123456789012345678.0123456789"), "tags": []any{"a", nil},
		"seen": time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), "span": sqltool.Interval{Months: 14}, "doc": json.RawMessage(`{"a": 12345678901234567890.10}`),
	}, got)
}
