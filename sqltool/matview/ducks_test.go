package matview_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// TestDuckTypes: what is copied from another DuckDB is the same value of the same type, or refused.
func TestDuckTypes(t *testing.T) {
	t.Parallel()
	source := open(t, with{})
	var refused []string
	for _, expression := range []string{
		"true", "CAST(-128 AS TINYINT)", "CAST(255 AS UTINYINT)", "CAST(-32768 AS SMALLINT)", "CAST(65535 AS USMALLINT)", "CAST(-2147483648 AS INTEGER)", "CAST(4294967295 AS UINTEGER)",
		"9223372036854775807", "CAST(18446744073709551615 AS UBIGINT)", "170141183460469231731687303715884105727", "CAST('-170141183460469231731687303715884105728' AS HUGEINT)",
		"CAST('340282366920938463463374607431768211455' AS UHUGEINT)", "CAST('12345678901234567890123456789012345678' AS DECIMAL(38,0))", "CAST('-0.0000000001' AS DECIMAL(38,10))", "CAST(1.5 AS DECIMAL(4,2))",
		"CAST('nan' AS DOUBLE)", "CAST('-inf' AS FLOAT)", "0.1::DOUBLE", "1e-300", "'ä\U0001F600'", "''", "'\\x00\\xff'::BLOB", "DATE '0001-01-01'", "DATE '9999-12-31'", "TIME '23:59:59.999999'",
		"TIMESTAMP '2026-03-01 12:00:00.123456'", "TIMESTAMP_NS '2026-03-01 12:00:00.123456789'", "TIMESTAMP_MS '2026-03-01 12:00:00.123'", "TIMESTAMP_S '2026-03-01 12:00:00'", "TIMESTAMPTZ '2026-03-01 12:00:00.123456+02'",
		"INTERVAL '14 months -3 days 04:05:06.789'", "CAST('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS UUID)", "[1, NULL, 3]", "['a', NULL]", "[[1], [2, 3], []]", "{'a': 1, 'b': 'x'}", "MAP {'k': 1, 'l': 2}", "MAP {1: [1.5]}",
		"[CAST(1.25 AS DECIMAL(10,2))]", "[TIMESTAMP '2026-03-01 12:00:00']", "CAST([1, 2] AS INTEGER[2])", "{'a': {'b': [1, 2]}}", "CAST(NULL AS INTEGER)", "CAST(NULL AS STRUCT(a INTEGER))", "CAST(NULL AS DECIMAL(10,2))",
		"CAST('a' AS ENUM ('a', 'b'))", "'infinity'::DATE", "'infinity'::TIMESTAMP", "'-infinity'::TIMESTAMPTZ", "'1010'::BIT", "'{\"a\": 1}'::JSON", "TIMETZ '12:00:00+02'", "12345678901234567890123456789012345678901234567890::BIGNUM",
		"union_value(num := 2)", "DATE '290000-01-01'", "TIMESTAMP '290000-01-01'", "DATE '-290000-01-01'", "TIMESTAMP '1677-01-01 00:00:00.000001'",
	} {
		query := "SELECT " + expression + " AS v"
		want := textOf(t, source.SQL(), "SELECT typeof(v) || ' ' || coalesce(CAST(v AS VARCHAR), 'NULL') FROM ("+query+")")
		store, err := try(t.Context(), with{Definitions: []matview.Definition{{Name: "x", SQL: query, Source: &matview.Source{System: "duck", DB: source.SQL()}}}})
		if err != nil {
			refused = append(refused, expression) // with a text that names no value
			continue
		}
		got := textOf(t, store.SQL(), "SELECT typeof(v) || ' ' || coalesce(CAST(v AS VARCHAR), 'NULL') FROM x")
		if strings.HasPrefix(want, "ENUM") {
			want = "VARCHAR a" // its words are kept, not their number
		}
		require.Equal(t, want, got, expression)
		require.NoError(t, store.Close())
	}
	require.Equal(t, []string{"'infinity'::TIMESTAMP", "'-infinity'::TIMESTAMPTZ", "'1010'::BIT", "'{\"a\": 1}'::JSON", "TIMETZ '12:00:00+02'"}, refused)
}
