package postgres_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
)

// value is the row of a query for one value.
type value[T any] struct {
	V T `json:"v"`
}

// typeCase is one value of one type: how it is written in SQL, as which JSON it comes out, and as which text the database takes it back.
type typeCase struct {
	sql, json string
	check     func(t *testing.T, db *sqltool.DB, c typeCase)
}

// as reads the value into a T and compares its JSON; then it binds what a client would read from that JSON, and compares in the database.
func as[T any](sql, want string) typeCase {
	return typeCase{sql, want, func(t *testing.T, db *sqltool.DB, c typeCase) {
		t.Helper()
		tool := sqltool.QueryRow[nothing, value[T]](db, mcpgov.ToolSpec{Name: "value", Description: "A value."}, sqltool.Statement{SQL: "SELECT " + c.sql + " AS v"})
		var got struct {
			V json.RawMessage `json:"v"`
		}
		result := caller(t, audit.Discard(), tool).Call("value", nothing{}).OK()
		result.Into(&got)
		require.Equal(t, c.json, string(got.V), c.sql)
		var back value[T]
		reader := json.NewDecoder(strings.NewReader(`{"v":` + string(got.V) + `}`))
		reader.UseNumber()
		require.NoError(t, reader.Decode(&back))
		var same struct {
			Same bool `json:"same"`
		}
		err := db.QueryRow(t.Context(), sqltool.Statement{
			Name: "back", SQL: "SELECT coalesce(row((" + c.sql + "))::text = row(($v::text)::" + typeOf(t, db, c.sql) + ")::text, false) AS same",
		}, map[string]any{"v": asText(t, back.V)}, &same)
		require.NoError(t, err, c.sql)
		require.True(t, same.Same, "%s came back as another value: %s", c.sql, got.V)
	}}
}

// asText is what a client would write of a value.
func asText(t *testing.T, v any) any {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	var text *string
	if json.Unmarshal(raw, &text) == nil {
		if text == nil {
			return nil
		}
		return *text
	}
	return string(raw)
}

func typeOf(t *testing.T, db *sqltool.DB, expression string) string {
	t.Helper()
	var typ struct {
		Name string `json:"name"`
	}
	require.NoError(t, db.QueryRow(t.Context(), sqltool.Statement{Name: "type", SQL: "SELECT pg_typeof(" + expression + ")::text AS name"}, nil, &typ))
	return typ.Name
}

// oneWay is as without the way back, for types whose JSON is no text PostgreSQL reads.
func oneWay[T any](sql, want string) typeCase {
	return typeCase{sql, want, func(t *testing.T, db *sqltool.DB, c typeCase) {
		t.Helper()
		tool := sqltool.QueryRow[nothing, value[T]](db, mcpgov.ToolSpec{Name: "value", Description: "A value."}, sqltool.Statement{SQL: "SELECT " + c.sql + " AS v"})
		var got struct {
			V json.RawMessage `json:"v"`
		}
		caller(t, audit.Discard(), tool).Call("value", nothing{}).OK().Into(&got)
		require.Equal(t, c.json, string(got.V), c.sql)
	}}
}

// TestTypes shows that every common type comes out as exact JSON, and goes back without loss.
func TestTypes(t *testing.T) {
	t.Parallel()
	s := newServer(t, "CREATE TYPE mood AS ENUM ('glad', 'so so')", "CREATE TYPE point3 AS (x integer, y numeric(10,2), label text, tags text[])",
		"CREATE DOMAIN cents AS bigint CHECK (value >= 0)")
	db := s.db(t, sqltool.Options{})
	type point struct {
		X     *int64          `json:"x"`
		Y     sqltool.Decimal `json:"y"`
		Label *string         `json:"label"`
		Tags  []*string       `json:"tags"`
	}
	for _, c := range []typeCase{
		as[int16]("(-32768)::int2", `-32768`), as[int32]("2147483647::int4", `2147483647`),
		as[int64]("9223372036854775807::int8", `9223372036854775807`), as[int64]("(-9223372036854775808)::int8", `-9223372036854775808`),
		as[string]("9223372036854775807::int8", `"9223372036854775807"`), as[json.Number]("9007199254740993::int8", `9007199254740993`),
		as[any]("9007199254740993::int8", `9007199254740993`), as[int64]("12::cents", `12`), as[uint32]("4294967295::oid", `4294967295`),
		as[sqltool.Decimal]("1234567890123456789012345678.0123456789::numeric(38,10)", `"1234567890123456789012345678.0123456789"`),
		as[json.Number]("1234567890123456789012345678.0123456789::numeric(38,10)", `1234567890123456789012345678.0123456789`),
		as[any]("0.10::numeric", `0.10`), as[sqltool.Decimal]("'NaN'::numeric", `"NaN"`), as[any]("'-Infinity'::numeric", `"-Infinity"`),
		oneWay[*json.Number]("'NaN'::numeric", `null`),
		as[float32]("0.1::float4", `0.1`), as[float64]("0.1::float8", `0.1`), as[float64]("1e308::float8", `1e+308`), as[string]("'NaN'::float8", `"NaN"`),
		as[any]("'Infinity'::float4", `"Infinity"`), oneWay[*float64]("'NaN'::float8", `null`), as[float64]("'-0'::float8", `-0`),
		as[bool]("true", `true`), as[string]("'a \"b\" \\ ü 漢'::text", `"a \"b\" \\ ü 漢"`), oneWay[string]("'ab'::char(5)", `"ab   "`), as[string]("'x'::varchar(3)", `"x"`),
		oneWay[[]byte](`'\xdeadbeef00'::bytea`, `"3q2+7wA="`),
		as[string]("date '2024-02-29'", `"2024-02-29"`), as[time.Time]("date '2024-02-29'", `"2024-02-29T00:00:00Z"`), as[string]("date 'infinity'", `"infinity"`),
		as[string]("time '23:59:59.999999'", `"23:59:59.999999"`), as[string]("time with time zone '10:00+02'", `"10:00:00+02"`),
		as[time.Time]("timestamp '2024-02-29 12:34:56.789012'", `"2024-02-29T12:34:56.789012Z"`), as[string]("timestamp '2024-02-29 12:34:56'", `"2024-02-29T12:34:56"`),
		as[time.Time]("timestamptz '2024-02-29 12:34:56.789012+02'", `"2024-02-29T10:34:56.789012Z"`),
		as[string]("timestamptz '2024-02-29 12:34:56+02'", `"2024-02-29T10:34:56Z"`), as[any]("timestamptz '2024-02-29 12:34:56+02'", `"2024-02-29T10:34:56Z"`),
		as[string]("timestamp '-infinity'", `"-infinity"`),
		as[sqltool.Interval]("interval '1 year 2 mons -3 days 04:05:06.789'", `"P1Y2M-3DT4H5M6.789S"`), as[string]("interval '-0.5 s'", `"PT-0.5S"`),
		as[string]("interval '0'", `"PT0S"`), as[sqltool.Interval]("interval '1000000 hours'", `"PT1000000H"`),
		as[string]("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", `"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"`),
		as[json.RawMessage](`'{"b":9007199254740993,"a":[1.10,null]}'::jsonb`, `{"a":[1.10,null],"b":9007199254740993}`),
		as[any](`'{"a":9007199254740993}'::json`, `{"a":9007199254740993}`), as[map[string]int64](`'{"a":9007199254740993}'::jsonb`, `{"a":9007199254740993}`),
		as[string](`'{"a": 1}'::jsonb`, `"{\"a\": 1}"`),
		oneWay[[]int64]("ARRAY[1,9223372036854775807]::int8[]", `[1,9223372036854775807]`), oneWay[[]*string](`ARRAY['a,b','"','\','',NULL,'NULL']`, `["a,b","\"","\\","",null,"NULL"]`),
		oneWay[[][]int32]("ARRAY[[1,2],[3,4]]", `[[1,2],[3,4]]`), oneWay[[]sqltool.Decimal]("ARRAY[1.10,'NaN']::numeric(10,2)[]", `["1.10","NaN"]`),
		oneWay[any]("ARRAY[1.10,2]::numeric(10,2)[]", `[1.10,2.00]`), oneWay[[]time.Time]("ARRAY[timestamptz '2024-01-01 00:00+01']", `["2023-12-31T23:00:00Z"]`),
		oneWay[[]bool]("ARRAY[true,false]", `[true,false]`), oneWay[[][]byte](`ARRAY['\x00ff'::bytea]`, `["AP8="]`), oneWay[[]float64]("'{}'::float8[]", `[]`),
		oneWay[[]sqltool.Interval]("ARRAY[interval '1 day']", `["P1D"]`), oneWay[[]int32]("'[0:1]={7,8}'::int[]", `[7,8]`), oneWay[[]string]("ARRAY['glad','so so']::mood[]", `["glad","so so"]`),
		as[string]("int4range(1,5)", `"[1,5)"`), as[string]("'{[1,2),[3,4)}'::int4multirange", `"{[1,2),[3,4)}"`),
		as[string]("'so so'::mood", `"so so"`), as[string]("inet '10.0.0.1/8'", `"10.0.0.1/8"`), as[netip.Prefix]("cidr '10.0.0.0/8'", `"10.0.0.0/8"`),
		as[string]("'1 2'::tsvector", `"'1' '2'"`), oneWay[string]("b'101'", `"101"`), as[string]("'12.50'::money", `"$12.50"`), as[string]("macaddr '08:00:2b:01:02:03'", `"08:00:2b:01:02:03"`),
		oneWay[point](`row(1, 2.50, 'a "(b), \', ARRAY['x', NULL])::point3`, `{"label":"a \"(b), \\","tags":["x",null],"x":1,"y":"2.50"}`),
		oneWay[point](`row(NULL, 2, NULL, '{}')::point3`, `{"label":null,"tags":[],"x":null,"y":"2.00"}`),
		oneWay[any](`row(1, 2.50, 'a', NULL)::point3`, `{"label":"a","tags":null,"x":1,"y":2.50}`), oneWay[[]point](`ARRAY[row(1,2,'a','{}')::point3]`, `[{"label":"a","tags":[],"x":1,"y":"2.00"}]`),
		oneWay[*int64]("NULL::int8", `null`), oneWay[*sqltool.Decimal]("NULL::numeric", `null`), oneWay[*string]("NULL::text", `null`), oneWay[*[]int64]("NULL::int8[]", `null`),
		oneWay[any]("NULL::timestamptz", `null`), oneWay[json.RawMessage]("NULL::jsonb", `null`), oneWay[*time.Time]("NULL::date", `null`), oneWay[*sqltool.Interval]("NULL::interval", `null`),
		oneWay[*[]byte]("NULL::bytea", `null`), oneWay[*bool]("NULL::bool", `null`), oneWay[*point]("NULL::point3", `null`), oneWay[*float64]("NULL::float8", `null`), oneWay[*string]("NULL::uuid", `null`),
	} {
		t.Run(c.sql, func(t *testing.T) {
			c.check(t, db, c)
		})
	}
}
