package matview_test

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib" // and the driver "pgx"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// postgres is a schema of a real server, for this test alone.
func postgres(t *testing.T, schema string) *sql.DB {
	t.Helper()
	dsn := os.Getenv("MCPGOV_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("MCPGOV_TEST_POSTGRES is not set")
	}
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	config.RuntimeParams["search_path"] = schema
	db := stdlib.OpenDB(*config)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	execute(t, db, "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
	execute(t, db, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+schema+" CASCADE")
		require.NoError(t, err)
	})
	return db
}

func textOf(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	var text string
	require.NoError(t, db.QueryRowContext(t.Context(), query, args...).Scan(&text), query)
	return text
}

// everyType is every type that has a counterpart, with the ends of its range.
const everyType = `SELECT * FROM (VALUES
	(1, true, (-32768)::int2, (-2147483648)::int4, (-9223372036854775808)::int8, 1.5::float4, 0.1::float8, 12345678901234567890123456789.0123456789::numeric(39,10)::numeric(38,9), -0.01::numeric(4,2),
	 'ä'::text, 'v'::varchar(5), 'c'::bpchar, 'n'::name, '\xdeadbeef'::bytea, '0001-01-01'::date, '2026-03-01 12:00:00.123456'::timestamp, '2026-03-01 12:00:00.123456+02'::timestamptz,
	 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '{"a": 9007199254740993}'::json, '{"b": 1.10}'::jsonb, '23:59:59.999999'::time, '1 year 2 mons -3 days 04:05:06.789'::interval, '{1,2}'::int[]),
	(2, NULL, 32767::int2, 2147483647::int4, 9223372036854775807::int8, 'NaN'::float4, 'Infinity'::float8, NULL, NULL, '', NULL, NULL, NULL, '\x'::bytea, '9999-12-31'::date, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS v(id, b, i2, i4, i8, f4, f8, n1, n2, t, vc, c, nm, bin, d, ts, tz, u, j, jb, tm, iv, arr)`

// TestPostgresTypes: what is read from Postgres is the same value of the same kind, to the last digit.
func TestPostgresTypes(t *testing.T) {
	t.Parallel()
	db := postgres(t, "matview_types")
	d := matview.Definition{
		Name: "every", SQL: everyType, Source: &matview.Source{System: "erp", DB: db},
		Columns: map[string]string{"n1": "DECIMAL(38,9)", "n2": "DECIMAL(4,2)", "arr": "INTEGER[]"},
	}
	d.SQL = `SELECT id, b, i2, i4, i8, f4, f8, n1, n2, t, vc, c, nm, bin, d, ts, tz, u, j, jb, tm, iv, to_json(arr) AS arr FROM (` + everyType + `) q`
	store := open(t, with{Definitions: []matview.Definition{d}})
	kinds := map[string]string{}
	columns := strings.SplitSeq(textOf(t, store.SQL(), "SELECT string_agg(column_name || '=' || column_type, ';') FROM (DESCRIBE every)"), ";")
	for column := range columns {
		of, kind, _ := strings.Cut(column, "=")
		kinds[of] = kind
	}
	require.Equal(t, map[string]string{
		"id": "INTEGER", "b": "BOOLEAN", "i2": "SMALLINT", "i4": "INTEGER", "i8": "BIGINT", "f4": "FLOAT", "f8": "DOUBLE", "n1": "DECIMAL(38,9)", "n2": "DECIMAL(4,2)",
		"t": "VARCHAR", "vc": "VARCHAR", "c": "VARCHAR", "nm": "VARCHAR", "bin": "BLOB", "d": "DATE", "ts": "TIMESTAMP", "tz": "TIMESTAMP WITH TIME ZONE", "u": "UUID",
		"j": "JSON", "jb": "JSON", "tm": "TIME", "iv": "INTERVAL", "arr": "INTEGER[]",
	}, kinds)
	for column, want := range map[string][2]string{
		"b": {"true", ""}, "i2": {"-32768", "32767"}, "i4": {"-2147483648", "2147483647"}, "i8": {"-9223372036854775808", "9223372036854775807"},
		"f4": {"1.5", "nan"}, "f8": {"0.1", "inf"}, "n1": {"12345678901234567890123456789.012345679", ""}, "n2": {"-0.01", ""},
		"t": {"ä", ""}, "vc": {"v", ""}, "c": {"c", ""}, "nm": {"n", ""}, "bin": {`\xDE\xAD\xBE\xEF`, ""}, "d": {"0001-01-01", "9999-12-31"},
		"ts": {"2026-03-01 12:00:00.123456", ""}, "tz": {"2026-03-01 10:00:00.123456+00", ""}, "u": {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", ""},
		"j": {`{"a": 9007199254740993}`, ""}, "jb": {`{"b": 1.10}`, ""}, "tm": {"23:59:59.999999", ""}, "iv": {"1 year 2 months -3 days 04:05:06.789", ""}, "arr": {"[1, 2]", ""},
	} {
		for i, text := range want {
			require.Equal(t, text, textOf(t, store.SQL(), "SELECT coalesce(CAST("+column+" AS VARCHAR), '') FROM every WHERE id = $1", i+1), column)
		}
	}
}

// TestPostgresRefused: what has no exact counterpart is refused with what to write, and its value is in no error.
func TestPostgresRefused(t *testing.T) {
	t.Parallel()
	db := postgres(t, "matview_refused")
	execute(t, db, "CREATE TYPE mood AS ENUM ('canary')")
	for query, fault := range map[string]string{
		"SELECT 1.5::numeric AS n":                                 "without a precision",
		"SELECT sum(x) AS n FROM generate_series(1::int8, 3) g(x)": "without a precision",
		"SELECT 'canary'::mood AS m":                               "no counterpart",
		"SELECT ARRAY[1] AS a":                                     "no counterpart",
		"SELECT 1 AS a, 2 AS a":                                    "a name of its own",
		"SELECT 'NaN'::numeric(4,2) AS n":                          "NaN",
		"SELECT 'infinity'::timestamptz AS n":                      "does not take",
		"SELECT 'canary'::text::int AS n":                          "22P02",
		"SELECT nothing FROM canaries":                             `relation "canaries" does not exist`,
		"SELECT set_config('x.y', 'canary', false)::date AS d":     "22007",
	} {
		_, err := try(t.Context(), with{Definitions: []matview.Definition{{Name: "x", SQL: query, Source: &matview.Source{System: "erp", DB: db}}}})
		require.ErrorContains(t, err, fault, query)
		require.NotContains(t, err.Error(), "canary", query)
	}
	d := matview.Definition{Name: "x", SQL: "SELECT 'canary'::mood AS m", Source: &matview.Source{System: "erp", DB: db}, Columns: map[string]string{"m": "INTEGER"}}
	_, err := try(t.Context(), with{Definitions: []matview.Definition{d}})
	require.ErrorContains(t, err, "Conversion Error")
	require.NotContains(t, err.Error(), "canary")
	d.Columns = map[string]string{"m": "VARCHAR", "gone": "INTEGER"}
	_, err = try(t.Context(), with{Definitions: []matview.Definition{d}})
	require.ErrorContains(t, err, `Columns names "gone"`)
}

// TestPostgresIncremental: the condition on the watermark goes to the source, with its microseconds.
func TestPostgresIncremental(t *testing.T) {
	t.Parallel()
	db := postgres(t, "matview_incremental")
	execute(t, db, "CREATE TABLE orders (id int8 PRIMARY KEY, total numeric(12,2), changed timestamptz NOT NULL)")
	execute(t, db, "INSERT INTO orders SELECT i, i, '2026-01-01 00:00:00.000001Z'::timestamptz + i * interval '1 microsecond' FROM generate_series(1, 1000) i")
	definition := func(name, column string, overlap matview.Incremental) matview.Definition {
		overlap.Column, overlap.Key = column, []string{"id"}
		return matview.Definition{Name: name, SQL: "SELECT id, total, changed FROM orders", Source: &matview.Source{System: "erp", DB: db}, Incremental: &overlap}
	}
	store := open(t, with{Definitions: []matview.Definition{
		definition("by_time", "changed", matview.Incremental{}), definition("by_id", "id", matview.Incremental{}), definition("by_total", "total", matview.Incremental{OverlapBy: 1}),
	}})
	require.Equal(t, "2026-01-01 00:00:00.001001+00", store.View("by_time").Status().Watermark)
	execute(t, db, "INSERT INTO orders VALUES (1001, 1001, '2026-01-01 00:00:00.001002Z'), (1002, 1002, '2026-01-01 00:00:00.001001Z')")
	execute(t, db, "DELETE FROM orders WHERE id = 1")
	require.NoError(t, store.Refresh(t.Context()))
	require.EqualValues(t, 1001, number(t, store.SQL(), "SELECT count(*) FROM by_time"))
	require.EqualValues(t, 1002, number(t, store.SQL(), "SELECT count(*) FROM by_id"))
	require.EqualValues(t, 1002, number(t, store.SQL(), "SELECT count(*) FROM by_total"))
}

// TestPostgresAway: a source that cannot be reached keeps what was read, and its address and password stay out of the error.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("pgx", "postgres://user:hunter2@127.0.0.1:1/db?sslmode=disable&connect_timeout=1")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = try(t.Context(), with{Definitions: []matview.Definition{{Name: "x", SQL: "SELECT 1 AS a", Source: &matview.Source{System: "erp", DB: db}}}})
	require.ErrorContains(t, err, "ask erp")
	require.NotContains(t, err.Error(), "hunter2")
}
