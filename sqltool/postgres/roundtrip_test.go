package postgres_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
)

// and reads the value into a T, checks its JSON, reads that as a client would, binds what was read as a T to the same type, and has the database
// compare with the value it began with, byte for byte.
func and[T any](sql, typ, want string) typeCase {
	return typeCase{sql, want, func(t *testing.T, db *sqltool.DB, c typeCase) {
		t.Helper()
		tool := sqltool.QueryRow[nothing, value[T]](db, mcpgov.ToolSpec{Name: "value", Description: "A value."}, sqltool.Statement{SQL: "SELECT " + c.sql + " AS v"})
		var got struct {
			V json.RawMessage `json:"v"`
		}
		caller(t, audit.Discard(), tool).Call("value", nothing{}).OK().Into(&got)
		require.Equal(t, c.json, string(got.V), c.sql)
		var back value[T]
		reader := json.NewDecoder(strings.NewReader(`{"v":` + string(got.V) + `}`))
		reader.UseNumber()
		require.NoError(t, reader.Decode(&back))
		var same struct {
			Same bool `json:"same"`
		}
		err := db.QueryRow(t.Context(), sqltool.Statement{
			Name: "back", SQL: "SELECT coalesce(row((" + c.sql + ")::" + typ + ")::text = row($v::" + typ + ")::text, false) AS same",
		}, back, &same)
		require.NoError(t, err, c.sql)
		require.True(t, same.Same, "%s came back as another value: %s", c.sql, got.V)
	}}
}

// TestRoundTrip shows that lists, bytes, bits and NULL come back as the value they were when they are bound as what they were read as. A NaN
// that a pointer made null is NULL from then on; read as text it comes back.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	db := newServer(t, "CREATE TYPE mood AS ENUM ('glad', 'so so')", "CREATE TYPE point3 AS (x integer, y numeric(10,2), label text, tags text[])").db(t, sqltool.Options{})
	for _, c := range []typeCase{
		and[[]byte](`'\xdeadbeef00'::bytea`, "bytea", `"3q2+7wA="`), and[[]byte](`''::bytea`, "bytea", `""`),
		and[string]("'ab'::char(5)", "char(5)", `"ab   "`), and[string](`'x'::"char"`, `"char"`, `"x"`),
		and[string]("b'101'", "bit(3)", `"101"`), and[string]("b'0110'::varbit", "varbit", `"0110"`),
		and[[]int64]("ARRAY[1,9223372036854775807]::int8[]", "int8[]", `[1,9223372036854775807]`), and[[]int16]("ARRAY[-32768]::int2[]", "int2[]", `[-32768]`),
		and[[]*int32]("ARRAY[1,NULL]::int4[]", "int4[]", `[1,null]`), and[[]*string](`ARRAY['a,b','"','\','',NULL,'NULL']`, "text[]", `["a,b","\"","\\","",null,"NULL"]`),
		and[[][]int32]("ARRAY[[1,2],[3,4]]", "int4[]", `[[1,2],[3,4]]`), and[[]sqltool.Decimal]("ARRAY[1.10,'NaN']::numeric(10,2)[]", "numeric(10,2)[]", `["1.10","NaN"]`),
		and[[]json.Number]("ARRAY[1234567890123456789012345678.0123456789]::numeric(38,10)[]", "numeric(38,10)[]", `[1234567890123456789012345678.0123456789]`),
		and[[]json.Number]("ARRAY[9223372036854775807]::int8[]", "int8[]", `[9223372036854775807]`),
		and[[]string]("ARRAY[timestamptz '2024-01-01 00:00:00.000001+01']", "timestamptz[]", `["2023-12-31T23:00:00.000001Z"]`),
		and[[]string]("ARRAY[date '2024-02-29', 'infinity']", "date[]", `["2024-02-29","infinity"]`),
		and[[]bool]("ARRAY[true,false]", "bool[]", `[true,false]`), and[[][]byte](`ARRAY['\x00ff'::bytea]`, "bytea[]", `["AP8="]`), and[[]float64]("'{}'::float8[]", "float8[]", `[]`),
		and[[]float64]("ARRAY[0.1, 1e308]::float8[]", "float8[]", `[0.1,1e+308]`), and[[]string]("ARRAY['NaN','-Infinity']::float8[]", "text[]::float8[]", `["NaN","-Infinity"]`),
		and[[]float32]("ARRAY[0.1]::float4[]", "float4[]", `[0.1]`), and[[]sqltool.Interval]("ARRAY[interval '1 year -3 days']", "interval[]", `["P1Y-3D"]`),
		and[[]string]("ARRAY['glad','so so']::mood[]", "mood[]", `["glad","so so"]`), and[[]string]("ARRAY['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']::uuid[]", "uuid[]", `["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]`),
		and[[]string](`ARRAY['{"a": 1}']::jsonb[]`, "jsonb[]", `["{\"a\": 1}"]`), and[[]string]("ARRAY[box '(1,1),(0,0)']", "box[]", `["(1,1),(0,0)"]`),
		and[[]string]("ARRAY[int4range(1,5)]", "int4range[]", `["[1,5)"]`), and[[]string]("ARRAY[inet '10.0.0.1']", "inet[]", `["10.0.0.1"]`),
		and[string]("point '(1.5,2)'", "point", `"(1.5,2)"`), and[string]("'a b'::xml", "xml", `"a b"`), and[string]("'16/B374D848'::pg_lsn", "pg_lsn", `"16/B374D848"`),
		and[uint64]("'18446744073709551615'::xid8", "xid8", `18446744073709551615`), and[string]("time '24:00:00'", "time", `"24:00:00"`),
		and[*int64]("NULL::int8", "int8", `null`), and[*sqltool.Decimal]("NULL::numeric", "numeric", `null`), and[*[]int64]("NULL::int8[]", "int8[]", `null`),
		and[*[]byte]("NULL::bytea", "bytea", `null`), and[*string]("NULL::uuid", "uuid", `null`), and[*sqltool.Interval]("NULL::interval", "interval", `null`),
		and[*string]("'NaN'::float8", "text::float8", `"NaN"`), and[*string]("'-Infinity'::numeric", "text::numeric", `"-Infinity"`), and[*sqltool.Decimal]("'NaN'::numeric", "numeric", `"NaN"`),
	} {
		t.Run(c.sql, func(t *testing.T) {
			c.check(t, db, c)
		})
	}
}
