package duckdb_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// everyType is a value of each type as SQL, DuckDB's word for the type, and the JSON.
var everyType = []struct{ value, word, json string }{
	{"true", "BOOLEAN", `true`},
	{"(-128)::TINYINT", "TINYINT", `-128`},
	{"(-32768)::SMALLINT", "SMALLINT", `-32768`},
	{"(-2147483648)::INTEGER", "INTEGER", `-2147483648`},
	{"9007199254740991::BIGINT", "BIGINT", `9007199254740991`},
	{"9007199254740992::BIGINT", "BIGINT", `"9007199254740992"`},
	{"9223372036854775807::BIGINT", "BIGINT", `"9223372036854775807"`},
	{"(-9223372036854775808)::BIGINT", "BIGINT", `"-9223372036854775808"`},
	{"255::UTINYINT", "UTINYINT", `255`},
	{"65535::USMALLINT", "USMALLINT", `65535`},
	{"4294967295::UINTEGER", "UINTEGER", `4294967295`},
	{"18446744073709551615::UBIGINT", "UBIGINT", `"18446744073709551615"`},
	{"12::HUGEINT", "HUGEINT", `12`},
	{"(-12)::HUGEINT", "HUGEINT", `-12`},
	{"(-170141183460469231731687303715884105728)::HUGEINT", "HUGEINT", `"-170141183460469231731687303715884105728"`},
	{"170141183460469231731687303715884105727::HUGEINT", "HUGEINT", `"170141183460469231731687303715884105727"`},
	{"340282366920938463463374607431768211455::UHUGEINT", "UHUGEINT", `"340282366920938463463374607431768211455"`},
	{"'123456789012345678901234567890123456789012345678901234567890'::BIGNUM", "BIGNUM", `"123456789012345678901234567890123456789012345678901234567890"`},
	{"'-123456789012345678901234567890123456789012345678901234567890'::BIGNUM", "BIGNUM", `"-123456789012345678901234567890123456789012345678901234567890"`},
	{"0::BIGNUM", "BIGNUM", `0`},
	{"0.1::FLOAT", "FLOAT", `0.1`},
	{"0.1::DOUBLE", "DOUBLE", `0.1`},
	{"1.7976931348623157e308::DOUBLE", "DOUBLE", `1.7976931348623157e+308`},
	{"5e-324::DOUBLE", "DOUBLE", `5e-324`},
	{"'-0'::DOUBLE", "DOUBLE", `-0`},
	{"'nan'::DOUBLE", "DOUBLE", `"NaN"`},
	{"'inf'::FLOAT", "FLOAT", `"Infinity"`},
	{"'-inf'::DOUBLE", "DOUBLE", `"-Infinity"`},
	{"1.5::DECIMAL(4,1)", "DECIMAL(4,1)", `"1.5"`},
	{"(-0.05)::DECIMAL(9,2)", "DECIMAL(9,2)", `"-0.05"`},
	{"12345678901.1234567::DECIMAL(18,7)", "DECIMAL(18,7)", `"12345678901.1234567"`},
	{"1234567890123456789012345678.0123456789::DECIMAL(38,10)", "DECIMAL(38,10)", `"1234567890123456789012345678.0123456789"`},
	{"(-1234567890123456789012345678.0123456789)::DECIMAL(38,10)", "DECIMAL(38,10)", `"-1234567890123456789012345678.0123456789"`},
	{"(-0.0000000001)::DECIMAL(38,10)", "DECIMAL(38,10)", `"-0.0000000001"`},
	{"7::DECIMAL(5,0)", "DECIMAL(5,0)", `"7"`},
	{"0.5::DECIMAL(3,3)", "DECIMAL(3,3)", `"0.500"`},
	{"'short'", "VARCHAR", `"short"`},
	{"'longer than twelve bytes, with \"quotes\" \\ and é 漢 🙂' || chr(0) || chr(10) || chr(31)", "VARCHAR", `"longer than twelve bytes, with \"quotes\" \\ and é 漢 🙂\u0000\n\u001f"`},
	{"''", "VARCHAR", `""`},
	{"'\\x00\\xFFabc'::BLOB", "BLOB", `"AP9hYmM="`},
	{"'0101100010'::BIT", "BIT", `"0101100010"`},
	{"'11111111'::BIT", "BIT", `"11111111"`},
	{"'00112233-4455-6677-8899-aabbccddeeff'::UUID", "UUID", `"00112233-4455-6677-8899-aabbccddeeff"`},
	{"'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID", "UUID", `"ffffffff-ffff-ffff-ffff-ffffffffffff"`},
	{"'b'::ENUM('a', 'b')", "ENUM", `"b"`},
	{"DATE '2024-02-29'", "DATE", `"2024-02-29"`},
	{"DATE '0001-01-01'", "DATE", `"0001-01-01"`},
	{"DATE '0044-03-15 (BC)'", "DATE", `"-0043-03-15"`},
	{"DATE '12345-06-07'", "DATE", `"+12345-06-07"`},
	{"DATE 'infinity'", "DATE", `"infinity"`},
	{"DATE '-infinity'", "DATE", `"-infinity"`},
	{"TIME '23:59:59.999999'", "TIME", `"23:59:59.999999"`},
	{"TIME '00:00:00'", "TIME", `"00:00:00"`},
	{"TIME '24:00:00'", "TIME", `"24:00:00"`},
	{"'12:34:56.123456789'::TIME_NS", "TIME_NS", `"12:34:56.123456789"`},
	{"TIMETZ '12:34:56.1+05:30'", "TIME WITH TIME ZONE", `"12:34:56.1+05:30"`},
	{"TIMETZ '12:34:56-15:59:59'", "TIME WITH TIME ZONE", `"12:34:56-15:59:59"`},
	{"TIMESTAMP '1969-12-31 23:59:59.999999'", "TIMESTAMP", `"1969-12-31T23:59:59.999999"`},
	{"TIMESTAMP '290309-12-22 (BC) 00:00:00'", "TIMESTAMP", `"-290308-12-22T00:00:00"`},
	{"TIMESTAMP 'infinity'", "TIMESTAMP", `"infinity"`},
	{"'2024-01-02 03:04:05'::TIMESTAMP_S", "TIMESTAMP_S", `"2024-01-02T03:04:05"`},
	{"'2024-01-02 03:04:05.006'::TIMESTAMP_MS", "TIMESTAMP_MS", `"2024-01-02T03:04:05.006"`},
	{"'2024-01-02 03:04:05.123456789'::TIMESTAMP_NS", "TIMESTAMP_NS", `"2024-01-02T03:04:05.123456789"`},
	{"'2024-01-02 03:04:05.5+02'::TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", `"2024-01-02T01:04:05.5Z"`},
	{"INTERVAL '14 months 3 days -4.5 seconds'", "INTERVAL", `"P1Y2M3DT-4.5S"`},
	{"INTERVAL '0 days'", "INTERVAL", `"PT0S"`},
	{"INTERVAL '90061 seconds'", "INTERVAL", `"PT25H1M1S"`},
	{"[1, NULL, 3]", "INTEGER[]", `[1,null,3]`},
	{"[]::INTEGER[]", "INTEGER[]", `[]`},
	{"[[1], [], NULL, [2, 3]]", "INTEGER[][]", `[[1],[],null,[2,3]]`},
	{"[1, 2, NULL]::INTEGER[3]", "INTEGER[3]", `[1,2,null]`},
	{"{'a': 1, 'b c': [{'d': 'x'}], 'n': NULL}", `STRUCT("a" INTEGER, "b c" STRUCT("d" VARCHAR)[], "n" INTEGER)`, `{"a":1,"b c":[{"d":"x"}],"n":null}`},
	{"row(1, 'x')", "STRUCT(INTEGER, VARCHAR)", `[1,"x"]`},
	{"MAP {'k': 1.5, 'l': NULL}", "MAP(VARCHAR, DECIMAL(2,1))", `{"k":"1.5","l":null}`},
	{"MAP {1: 'a', 2: 'b'}", "MAP(INTEGER, VARCHAR)", `[[1,"a"],[2,"b"]]`},
	{"union_value(num := 7)::UNION(num INTEGER, str VARCHAR)", `UNION("num" INTEGER, "str" VARCHAR)`, `{"num":7}`},
	{"union_value(str := 'x')::UNION(num INTEGER, str VARCHAR)", `UNION("num" INTEGER, "str" VARCHAR)`, `{"str":"x"}`},
	{`'{"a": 12345678901234567890.10, "b": [null]}'::JSON`, "JSON", `{"a": 12345678901234567890.10, "b": [null]}`},
	{`'{"a":1,"a":2}'::JSON`, "JSON", `"{\"a\":1,\"a\":2}"`},
	{`'1e999'::JSON`, "JSON", `"1e999"`},
	{`(repeat('[', 51) || repeat(']', 51))::JSON`, "JSON", `"` + strings.Repeat("[", 51) + strings.Repeat("]", 51) + `"`},
	{"NULL::DECIMAL(38,10)", "DECIMAL(38,10)", `null`},
	{"NULL::INTEGER[]", "INTEGER[]", `null`},
	{"NULL::UNION(num INTEGER)", `UNION("num" INTEGER)`, `null`},
	{"'POINT (1 2)'::GEOMETRY", "GEOMETRY", `"AQEAAAAAAAAAAADwPwAAAAAAAABA"`},
}

// TestJSONTypes: every type is written as documented, and the JSON reads back as the same value of the type: nothing is lost.
func TestJSONTypes(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{})
	for _, c := range everyType {
		// In front of it and behind it stand rows of NULL, so that places are counted right.
		query := "SELECT v FROM (VALUES (0, NULL), (1, " + c.value + "), (2, NULL)) t(i, v) ORDER BY i"
		result, err := db.AppendJSON(t.Context(), nil, query, nil, duckdb.Limit{})
		require.NoError(t, err, c.value)
		require.Equal(t, "[[null],["+c.json+"],[null]]", string(result.JSON), c.value)
		require.Equal(t, []duckdb.Column{{Name: "v", Type: c.word}}, result.Columns, c.value)
		require.True(t, json.Valid(result.JSON), c.value)
		if back := readBack(c.word, c.json); back != "" {
			require.Equal(t, true, value(t, db, "SELECT ("+c.value+") IS NOT DISTINCT FROM ("+back+")"), back)
		}
	}
}

// readBack is SQL that makes the value again, of what the JSON and the type's name say and nothing else; empty where SQL has no such form.
func readBack(word, text string) string {
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	var s string
	if json.Unmarshal([]byte(text), &s) != nil {
		s = text
	}
	switch {
	case text == "null":
		return "NULL::" + word
	case word == "ENUM", word == "GEOMETRY", strings.HasPrefix(word, "STRUCT(INTEGER"), strings.HasPrefix(word, "MAP(INTEGER"), strings.HasPrefix(word, "UNION"):
		return "" // the name of the type does not say enough, or SQL reads no pairs
	case word == "BLOB":
		return "from_base64(" + quoted(s) + ")"
	case word == "INTERVAL":
		i, err := sqltool.ParseInterval(s)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("to_months(%d) + to_days(%d) + to_microseconds(%d)", i.Months, i.Days, i.Micros)
	case strings.HasPrefix(s, "+") || word != "INTERVAL" && strings.Count(s, "-") > 2: // SQL writes such years otherwise
		return ""
	case strings.Contains(s, "\x00"):
		return "replace(" + quoted(strings.ReplaceAll(s, "\x00", "ZERO")) + ", 'ZERO', chr(0))"
	case strings.HasSuffix(word, "]"), strings.HasPrefix(word, "STRUCT"), strings.HasPrefix(word, "MAP"):
		return quoted(s) + "::JSON::" + word
	}
	return quoted(s) + "::" + word
}

func TestJSONLimits(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{MemoryBytes: 256 << 20})
	ask := func(query string, limit duckdb.Limit) duckdb.Result {
		result, err := db.AppendJSON(t.Context(), []byte("x"), query, nil, limit)
		require.NoError(t, err, query)
		require.True(t, json.Valid(result.JSON[1:]), query)
		return result
	}
	for rows, truncated := range map[int]bool{99: true, 100: false, 101: false} {
		result := ask("SELECT range FROM range(100)", duckdb.Limit{Rows: rows})
		require.Equal(t, min(rows, 100), result.Rows)
		require.Equal(t, truncated, result.Truncated, rows)
	}
	// A vector of the engine holds 2,048 rows.
	require.False(t, ask("SELECT range FROM range(2048)", duckdb.Limit{Rows: 2048}).Truncated)
	require.True(t, ask("SELECT range FROM range(2049)", duckdb.Limit{Rows: 2048}).Truncated)
	require.Equal(t, `x[]`, string(ask("SELECT 1 WHERE false", duckdb.Limit{}).JSON))

	// [1],[1],[1] are 11 bytes.
	for bytes, rows := range map[int]int{11: 3, 10: 2, 7: 2, 6: 1, 3: 1, 2: 0} {
		result := ask("SELECT 1 FROM range(3)", duckdb.Limit{Bytes: bytes})
		require.Equal(t, rows, result.Rows, bytes)
		require.Equal(t, rows < 3, result.Truncated, bytes)
	}
	// A value that cannot fit is not written, in whatever it is.
	for _, v := range []string{"x", "x::BLOB", "[x]", "{'a': x}", "MAP {x: 1}", "MAP {1: x}", "range(100000)", "[x]::VARCHAR[1]"} {
		result := ask("SELECT "+v+" FROM (SELECT repeat('x', 100000) AS x)", duckdb.Limit{Bytes: 1000})
		require.True(t, result.Truncated, v)
		require.Less(t, cap(result.JSON), 4000, v)
	}
	// A result that never ends does not take memory or time: hole 13.
	result := ask("SELECT range FROM range(1000000000000)", duckdb.Limit{Rows: 5})
	require.Equal(t, `x[[0],[1],[2],[3],[4]]`, string(result.JSON))
	require.True(t, result.Truncated)

	result = ask(`SELECT 1 AS a, 2 AS a, 3 AS "b""c"`, duckdb.Limit{Objects: true})
	require.Equal(t, `x[{"a":1,"a_1":2,"b\"c":3}]`, string(result.JSON))
}

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Pool: duckdb.Pool{Open: 1}})
	for _, query := range []string{
		"SELECT", "SELECT 1; SELECT 2", "SELECT x", "SELECT $1", "SELECT 1::VARIANT",
		"SELECT CASE WHEN range = 50000 THEN error('late') ELSE range END FROM range(100000)",
	} {
		_, err := db.AppendJSON(t.Context(), nil, query, nil, duckdb.Limit{Rows: 100_000})
		require.Error(t, err, query)
		require.Equal(t, int32(1), value(t, db, "SELECT 1"), "the connection is whole after "+query)
	}
	_, err := db.AppendJSON(brief(t), nil, "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b", nil, duckdb.Limit{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = db.AppendJSON(brief(t), nil, "SELECT a.range FROM range(1000000) a, range(1000000) b WHERE a.range + b.range < 0", nil, duckdb.Limit{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	settle(t, db)
	_, err = db.AppendJSON(brief(t), nil, stubborn, nil, duckdb.Limit{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	settle(t, db)
}

func TestJSONArguments(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{})
	result, err := db.AppendJSON(t.Context(), nil, "SELECT $b, $a", []any{sql.Named("a", 1), sql.Named("b", []string{"x", "y"})}, duckdb.Limit{})
	require.NoError(t, err)
	require.Equal(t, `[[["x","y"],1]]`, string(result.JSON))
	require.Equal(t, []duckdb.Column{{Name: "$b", Type: "VARCHAR[]"}, {Name: "$a", Type: "BIGINT"}}, result.Columns)
}
