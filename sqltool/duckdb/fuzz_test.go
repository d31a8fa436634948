package duckdb_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// FuzzJSON: what is read from the engine's columns is what the driver reads value by value, written with encoding/json.
func FuzzJSON(f *testing.F) {
	f.Add(int64(1)<<60, 0.1, "text \x00\"\\ é", []byte{0, 255}, uint64(1)<<63, int32(-7), int64(-1))
	f.Add(int64(-5), math.Inf(-1), "twelve bytes", []byte{}, uint64(7), int32(1<<30), int64(math.MinInt32))
	f.Add(int64(0), math.Copysign(0, -1), "\xff\xfethirteen...", []byte("a longer blob of bytes"), uint64(0), int32(0), int64(1<<40))
	db, err := duckdb.Open(f.Context(), duckdb.Options{Threads: 1, Pool: duckdb.Pool{Open: 2}})
	require.NoError(f, err)
	f.Cleanup(func() { _ = db.Close() })
	const query = `SELECT $1::BIGINT AS i, $2::DOUBLE AS d, $3::VARCHAR AS s, $4::BLOB AS b, $5::UBIGINT AS u, $6::INTEGER AS n,
		make_timestamp($7::BIGINT % 200000000000000000) AS at, [$1::BIGINT, NULL] AS list, {'s': $3::VARCHAR, 'n': $6::INTEGER} AS record,
		($1::BIGINT::HUGEINT * $6::INTEGER) AS huge, ($6::INTEGER / 100)::DECIMAL(18,2) AS amount, ($2::DOUBLE)::FLOAT AS f`
	f.Fuzz(func(t *testing.T, i int64, d float64, s string, b []byte, u uint64, n int32, at int64) {
		args := []any{i, d, strings.ToValidUTF8(s, "?"), b, u, n, at}
		result, err := db.AppendJSON(t.Context(), nil, query, args, duckdb.Limit{Objects: true})
		if err != nil {
			return // such as a double that is too large for a float
		}
		rows, err := db.SQL().QueryContext(t.Context(), query, args...)
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		columns, err := rows.Columns()
		require.NoError(t, err)
		require.True(t, rows.Next())
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(t, rows.Scan(targets...))
		require.NoError(t, rows.Err())
		row := map[string]any{}
		for i, column := range columns {
			row[column] = slowly(t, values[i])
		}
		want, err := json.Marshal([]any{row})
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(result.JSON))
	})
}

// slowly writes one value of the driver as the package's documentation says.
func slowly(t testing.TB, v any) any {
	t.Helper()
	whole := func(n *big.Int) any {
		if n.CmpAbs(big.NewInt(1<<53-1)) > 0 {
			return n.String()
		}
		return json.Number(n.String())
	}
	decoder, ok := duckdb.Engine().(sqltool.Decoder)
	require.True(t, ok)
	v, err := decoder.Decode(sqltool.Column{}, v)
	require.NoError(t, err)
	switch v := v.(type) {
	case int64:
		return whole(big.NewInt(v))
	case uint64:
		return whole(new(big.Int).SetUint64(v))
	case *big.Int:
		return whole(v)
	case float32:
		if f := float64(v); math.IsInf(f, 0) || math.IsNaN(f) {
			return strings.NewReplacer("+Inf", "Infinity", "-Inf", "-Infinity").Replace(fmt.Sprint(f))
		}
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return strings.NewReplacer("+Inf", "Infinity", "-Inf", "-Infinity").Replace(fmt.Sprint(v))
		}
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		text := v.Format("-01-02T15:04:05.999999999")
		switch year := v.Year(); {
		case year < 0:
			return fmt.Sprintf("-%04d", -year) + text
		case year > 9999:
			return fmt.Sprintf("+%d", year) + text
		default:
			return fmt.Sprintf("%04d", year) + text
		}
	case []any:
		for i := range v {
			v[i] = slowly(t, v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = slowly(t, v[name])
		}
	}
	return v
}

// FuzzDecimal: a text that can be bound as a decimal comes back as the same number.
func FuzzDecimal(f *testing.F) {
	for _, text := range []string{"0", "-0.05", "1234567890123456789012345678.0123456789", "99999999999999999999999999999999999999", "1e5", ".5", "5.", "-", "--1", "1.-5", "+1", "0x1", "1_0"} {
		f.Add(text)
	}
	db, err := duckdb.Open(f.Context(), duckdb.Options{Threads: 1, Pool: duckdb.Pool{Open: 1}})
	require.NoError(f, err)
	f.Cleanup(func() { _ = db.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		bound, err := duckdb.Engine().Bind(sqltool.Decimal(text))
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		require.True(t, ok, "%q is no number", text)
		result, err := db.AppendJSON(t.Context(), nil, "SELECT $1", []any{bound}, duckdb.Limit{})
		require.NoError(t, err, text)
		var rows [][]string
		require.NoError(t, json.Unmarshal(result.JSON, &rows), text)
		got, ok := new(big.Rat).SetString(rows[0][0])
		require.True(t, ok)
		require.Zero(t, want.Cmp(got), "%q came back as %s", text, rows[0][0])
	})
}
