package duckdb_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// foreign opens another database and fills it.
func foreign(t testing.TB, driver, dsn string, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	return db
}

// shown is a query's result as JSON.
func shown(t testing.TB, db *duckdb.Database, query string) (string, []duckdb.Column) {
	t.Helper()
	result, err := db.AppendJSON(t.Context(), nil, query, nil, duckdb.Limit{})
	require.NoError(t, err, query)
	return string(result.JSON), result.Columns
}

func TestSourceSQLite(t *testing.T) {
	t.Parallel()
	crm := foreign(t, "sqlite", filepath.Join(t.TempDir(), "crm.db"),
		`CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(50), score REAL, active BOOLEAN, photo BLOB, credit DECIMAL(12,2), born DATE, seen DATETIME, doc JSON, odd, "select" INT)`,
		`INSERT INTO customers VALUES (9223372036854775807, 'Ada', 1.5, 1, x'00ff', '1234567890.12', '1815-12-10', '2024-01-02 03:04:05.123', '{"a":[1]}', 'x', 7), (2, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 5, NULL)`,
		`CREATE TABLE "odd "" name" (a INT)`, `INSERT INTO "odd "" name" VALUES (1)`,
		`CREATE TABLE wrong (n INT)`, `INSERT INTO wrong VALUES (1), ('`+canary+`')`,
		`CREATE VIEW rich AS SELECT name FROM customers WHERE credit > 5`)
	db := open(t, duckdb.Options{Sources: []duckdb.Source{{Schema: "crm", DB: crm, Dialect: duckdb.SQLite}}})
	require.True(t, db.Sealed())
	text, columns := shown(t, db, "SELECT * FROM crm.customers ORDER BY id")
	require.Equal(t, `[[2,null,null,false,null,null,null,null,null,"5",null],`+
		`["9223372036854775807","Ada",1.5,true,"AP8=","1234567890.12","1815-12-10","2024-01-02T03:04:05.123",{"a":[1]},"x",7]]`, text)
	require.Equal(t, []duckdb.Column{
		{Name: "id", Type: "BIGINT"},
		{Name: "name", Type: "VARCHAR"},
		{Name: "score", Type: "DOUBLE"},
		{Name: "active", Type: "BOOLEAN"},
		{Name: "photo", Type: "BLOB"},
		{Name: "credit", Type: "DECIMAL(12,2)"},
		{Name: "born", Type: "DATE"},
		{Name: "seen", Type: "TIMESTAMP"},
		{Name: "doc", Type: "JSON"},
		{Name: "odd", Type: "VARCHAR"},
		{Name: "select", Type: "BIGINT"},
	}, columns)
	for query, want := range map[string]string{
		`SELECT * FROM crm."odd "" name"`:                                                                              `[[1]]`,
		`SELECT count(*) FROM crm.customers`:                                                                           `[[2]]`,
		`SELECT a.name, b.name FROM crm.customers a JOIN crm.rich b ON a.id > 2`:                                       `[["Ada","Ada"]]`,
		`SELECT name FROM crm.customers LIMIT 1 OFFSET 1`:                                                              `[["Ada"]]`,
		`WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t, crm.rich WHERE n < 3) SELECT max(n) FROM t`: `[[3]]`,
	} {
		for range 2 {
			text, _ := shown(t, db, query)
			require.Equal(t, want, text, query)
		}
	}
	// What a row holds against its column's type is an error without the value, and no other value.
	_, err := db.AppendJSON(t.Context(), nil, "SELECT * FROM crm.wrong", nil, duckdb.Limit{})
	require.ErrorContains(t, err, `column "n": a row holds a string`)
	require.NotContains(t, err.Error(), canary)
	// Rows that nobody reads to their end are closed: the other database can be closed, and has no connection in use.
	require.Zero(t, crm.Stats().InUse)
}

func TestSourceRefused(t *testing.T) {
	t.Parallel()
	empty := foreign(t, "sqlite", filepath.Join(t.TempDir(), "empty.db"), "CREATE TABLE t (a INT)")
	for want, source := range map[string]duckdb.Source{
		"needs a Schema":    {DB: empty, Dialect: duckdb.SQLite},
		"and a Dialect":     {Schema: "s", DB: empty},
		"no such table":     {Schema: "s", DB: empty, Dialect: duckdb.SQLite, Tables: []string{"x"}},
		"already exists":    {Schema: "main", DB: empty, Dialect: duckdb.SQLite},
		"list its tables: ": {Schema: "s", DB: empty, Dialect: duckdb.PostgreSQL},
	} {
		_, err := duckdb.Open(t.Context(), duckdb.Options{Sources: []duckdb.Source{source}})
		require.ErrorContains(t, err, want)
	}
}

// everyPostgresType is a value of each type of PostgreSQL, DuckDB's word for what it becomes, and the JSON.
var everyPostgresType = []struct{ value, word, json string }{
	{"true", "BOOLEAN", `true`},
	{"(-32768)::smallint", "SMALLINT", `-32768`},
	{"2147483647::integer", "INTEGER", `2147483647`},
	{"9223372036854775807::bigint", "BIGINT", `"9223372036854775807"`},
	{"0.1::real", "FLOAT", `0.1`},
	{"0.1::double precision", "DOUBLE", `0.1`},
	{"'NaN'::double precision", "DOUBLE", `"NaN"`},
	{"'-Infinity'::real", "FLOAT", `"-Infinity"`},
	{"1234567890123456789012345678.0123456789::numeric(38,10)", "DECIMAL(38,10)", `"1234567890123456789012345678.0123456789"`},
	{"(-0.05)::numeric(9,2)", "DECIMAL(9,2)", `"-0.05"`},
	{"7::numeric(5)", "DECIMAL(5,0)", `"7"`},
	{"123456789012345678901234567890123456789012345678901234567890.5::numeric", "VARCHAR", `"123456789012345678901234567890123456789012345678901234567890.5"`},
	{"'é \"漢\"'::text", "VARCHAR", `"é \"漢\""`},
	{"'ab'::varchar(5)", "VARCHAR", `"ab"`},
	{`'\x00ff'::bytea`, "BLOB", `"AP8="`},
	{"'00112233-4455-6677-8899-aabbccddeeff'::uuid", "UUID", `"00112233-4455-6677-8899-aabbccddeeff"`},
	{"date '2024-02-29'", "DATE", `"2024-02-29"`},
	{"date 'infinity'", "DATE", `"infinity"`},
	{"time '23:59:59.999999'", "TIME", `"23:59:59.999999"`},
	{"timetz '12:34:56.1+05:30'", "TIME WITH TIME ZONE", `"12:34:56.1+05:30"`},
	{"timestamp '1969-12-31 23:59:59.999999'", "TIMESTAMP", `"1969-12-31T23:59:59.999999"`},
	{"timestamptz '2024-01-02 03:04:05.5+02'", "TIMESTAMP WITH TIME ZONE", `"2024-01-02T01:04:05.5Z"`},
	{"timestamptz 'infinity'", "TIMESTAMP WITH TIME ZONE", `"infinity"`},
	{"interval '14 months 3 days -4.5 seconds'", "INTERVAL", `"P1Y2M3DT-4.5S"`},
	{"interval '-1 month 30 hours'", "INTERVAL", `"P-1MT30H"`},
	{`'{"a": 12345678901234567890.10}'::json`, "JSON", `{"a": 12345678901234567890.10}`},
	{`'{"a":   [1, null]}'::jsonb`, "JSON", `{"a": [1, null]}`},
	{"array[1, null, 3]", "INTEGER[]", `[1,null,3]`},
	{"array[9223372036854775807]", "BIGINT[]", `["9223372036854775807"]`},
	{"array[1234567890123456789012345678.0123456789]::numeric(38,10)[]", "DECIMAL(38,10)[]", `["1234567890123456789012345678.0123456789"]`},
	{`array['a,"b"', null, '{}']`, "VARCHAR[]", `["a,\"b\"",null,"{}"]`},
	{"array[timestamptz '2024-01-02 03:04:05+02']", "TIMESTAMP WITH TIME ZONE[]", `["2024-01-02T01:04:05Z"]`},
	{"'10.0.0.1/8'::inet", "VARCHAR", `"10.0.0.1/8"`},
	{"'[1,5)'::int4range", "VARCHAR", `"[1,5)"`},
	{"null::numeric(38,10)", "DECIMAL(38,10)", `null`},
	{"null::interval", "INTERVAL", `null`},
	{"null::text[]", "VARCHAR[]", `null`},
}

func TestSourcePostgres(t *testing.T) {
	t.Parallel()
	dsn := os.Getenv("MCPGOV_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("needs a PostgreSQL: set MCPGOV_TEST_POSTGRES to the connection string of a superuser, or run bash .ci/run test")
	}
	statements := []string{"DROP SCHEMA IF EXISTS duckdb_source CASCADE", "CREATE SCHEMA duckdb_source"}
	query, wants, columns := "", "", []duckdb.Column(nil)
	for i, c := range everyPostgresType {
		name := "c" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		if i > 0 {
			query, wants = query+", ", wants+","
		}
		query, wants = query+c.value+" AS "+name, wants+c.json
		columns = append(columns, duckdb.Column{Name: name, Type: c.word})
	}
	pg := foreign(t, "pgx", dsn, append(statements, "CREATE TABLE duckdb_source.everything AS SELECT "+query,
		"CREATE TABLE duckdb_source.many AS SELECT i::bigint AS id, 'name ' || i AS name FROM generate_series(1, 10000) t(i)")...)
	t.Cleanup(func() {
		_, err := pg.Exec("DROP SCHEMA duckdb_source CASCADE")
		require.NoError(t, err)
	})
	db := open(t, duckdb.Options{Sources: []duckdb.Source{{Schema: "pg", DB: pg, Dialect: duckdb.PostgreSQL, From: "duckdb_source"}}})
	text, got := shown(t, db, "SELECT * FROM pg.everything")
	require.Equal(t, columns, got)
	require.Equal(t, "[["+wants+"]]", text)
	text, _ = shown(t, db, "SELECT count(*), sum(id), max(length(name)) FROM pg.many WHERE id > 10")
	require.Equal(t, `[[9990,50004945,10]]`, text)
	text, _ = shown(t, db, "SELECT name FROM pg.many LIMIT 1")
	require.Equal(t, `[["name 1"]]`, text)
	require.Zero(t, pg.Stats().InUse)
}
