package duckdb_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"iter"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

var errModel = errors.New("model offline, key " + canary)

type day struct {
	Day   string   `json:"day"`
	Sales *float64 `json:"sales"`
	Tags  []string `json:"tags"`
	inner int
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	var calls, stopped atomic.Int64
	var log bytes.Buffer
	db := open(t, duckdb.Options{Logger: slog.New(slog.NewTextHandler(&log, nil)), Functions: []duckdb.Function{
		duckdb.Scalar("twice", func(_ context.Context, v int64) (int64, error) { return 2 * v, nil }),
		duckdb.Scalar("or_none", func(_ context.Context, v *string) (string, error) {
			if v == nil {
				return "none", nil
			}
			return *v, nil
		}),
		duckdb.Scalar0("ticks", func(context.Context) (int64, error) { return calls.Add(1), nil }).Volatile(),
		duckdb.Scalar2("join_with", func(_ context.Context, list []string, by string) (*string, error) {
			if len(list) == 0 {
				return nil, nil //nolint:nilnil // NULL
			}
			s := list[0]
			for _, v := range list[1:] {
				s += by + v
			}
			return &s, nil
		}),
		duckdb.Scalar3("sum3", func(_ context.Context, a int8, b float32, c uint16) (float64, error) {
			return float64(a) + float64(b) + float64(c), nil
		}),
		duckdb.Scalar4("list4", func(_ context.Context, a, b, c, d int) ([]int, error) { return []int{a, b, c, d}, nil }),
		duckdb.Scalar("later", func(_ context.Context, at time.Time) (time.Time, error) { return at.Add(time.Hour), nil }),
		duckdb.Scalar("flip", func(_ context.Context, b []byte) ([]byte, error) { return append(b[1:], b[0]), nil }),
		duckdb.Scalar("fails", func(_ context.Context, v int) (bool, error) {
			if v == 3000 {
				return false, errModel
			}
			return true, nil
		}),
		duckdb.Scalar("panics", func(context.Context, int) (bool, error) { panic(canary) }),
		duckdb.Scalar("not_utf8", func(context.Context, int) (string, error) { return "\xff", nil }),
		duckdb.Scalar("waits", func(ctx context.Context, _ int) (bool, error) {
			<-ctx.Done()
			return false, ctx.Err()
		}),
		duckdb.Table("endless_days", func(context.Context) iter.Seq2[day, error] {
			return func(yield func(day, error) bool) {
				defer stopped.Add(1)
				for i := 0; ; i++ {
					sales := float64(i)
					if !yield(day{"d" + string(rune('0'+i%10)), &sales, []string{"x"}, 0}, nil) {
						return
					}
				}
			}
		}),
		duckdb.Table("broken_days", func(context.Context) iter.Seq2[day, error] {
			return func(yield func(day, error) bool) { yield(day{}, errModel) }
		}),
		duckdb.Table("days", func(context.Context) iter.Seq2[day, error] {
			return func(yield func(day, error) bool) {
				for i := range 3000 {
					sales := float64(i)
					if !yield(day{"d" + string(rune('0'+i%10)), &sales, []string{"x"}, 0}, nil) {
						return
					}
				}
			}
		}),
		duckdb.Table("panicking_days", func(context.Context) iter.Seq2[day, error] { panic(canary) }),
	}})
	for query, want := range map[string]any{
		"SELECT twice(21)":                                                          int64(42),
		"SELECT twice(NULL)":                                                        nil,
		"SELECT or_none(NULL)":                                                      "none",
		"SELECT or_none('x')":                                                       "x",
		"SELECT join_with(['a', 'b'], '-')":                                         "a-b",
		"SELECT join_with([]::VARCHAR[], '-')":                                      nil,
		"SELECT join_with(NULL, '-')":                                               nil,
		"SELECT sum3(1::TINYINT, 2.5::FLOAT, 3::USMALLINT)":                         6.5,
		"SELECT list4(1, 2, 3, 4)[3]":                                               int64(3),
		"SELECT later('2024-01-01 00:00:00Z'::TIMESTAMPTZ)::VARCHAR":                nil,
		"SELECT hex(flip('\\x01\\x02'::BLOB))":                                      "0201",
		"SELECT sum(twice(range))::BIGINT FROM range(10000)":                        int64(99990000),
		"SELECT count(DISTINCT ticks()) FROM range(100)":                            int64(100),
		"SELECT count(*) FROM days()":                                               int64(3000),
		"SELECT sum(sales) FROM days() WHERE day = 'd1'":                            448800.0,
		"SELECT tags[1] FROM days() LIMIT 1":                                        "x",
		"SELECT count(*) FROM days() a, days() b WHERE a.sales < 3 AND b.sales < 4": int64(12),
		"SELECT count(*) FROM (FROM endless_days() LIMIT 5)":                        int64(5),
	} {
		got := value(t, db, query)
		if want != nil || got == nil {
			require.Equal(t, want, got, query)
		}
	}
	// With arguments, and twice through a kept statement.
	for range 2 {
		require.Equal(t, int64(42), value(t, db, "SELECT twice($1)", int64(21)))
		require.Equal(t, int64(7), value(t, db, "SELECT count(*) FROM days() WHERE sales < $1", int64(7)))
	}
	require.Eventually(t, func() bool { return stopped.Load() > 0 }, time.Minute, time.Millisecond)

	for query, want := range map[string]error{
		"SELECT count(*) FROM range(10000) WHERE fails(range)": errModel,
		"SELECT fails(3000)":    errModel,
		"FROM broken_days()":    errModel,
		"SELECT panics(1)":      nil,
		"FROM panicking_days()": nil,
		"SELECT not_utf8(1)":    nil,
		"FROM days(NULL)":       nil,
	} {
		_, err := db.SQL().ExecContext(t.Context(), query)
		require.Error(t, err, query)
		_, streamed := db.AppendJSON(t.Context(), nil, query, nil, duckdb.Limit{})
		require.Error(t, streamed, query)
		if want != nil {
			require.ErrorIs(t, err, want, query)
			require.ErrorIs(t, streamed, want, query)
		} else {
			require.NotContains(t, err.Error()+streamed.Error(), canary, query)
		}
		require.Equal(t, int32(1), value(t, db, "SELECT 1"))
	}
	require.NotContains(t, log.String(), canary)
	require.Contains(t, log.String(), "a Go function in SQL panicked")

	for range 2 { // the second through the statement that the first kept
		_, err := db.SQL().ExecContext(brief(t), "SELECT waits(range::INTEGER) FROM range(10)")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, db.Do(t.Context(), func(ctx context.Context, c *sql.Conn) error {
			result, err := duckdb.AppendJSON(ctx, c, nil, "SELECT twice(range) FROM range(3)", nil, duckdb.Limit{})
			require.Equal(t, `[[0],[2],[4]]`, string(result.JSON))
			return err
		}))
	}
}

func TestFunctionsRefused(t *testing.T) {
	t.Parallel()
	fine := func(context.Context, int) (int, error) { return 0, nil }
	for want, f := range map[string]duckdb.Function{
		"lower case":       duckdb.Scalar("Twice", fine),
		"is not nil":       duckdb.Scalar[int, int]("twice", nil),
		"already":          duckdb.Scalar("sum", fine),
		"SQL has no type":  duckdb.Scalar("f", func(context.Context, struct{}) (int, error) { return 0, nil }),
		"a row is a struc": duckdb.Table("f", func(context.Context) iter.Seq2[int, error] { return nil }),
		"exported fields":  duckdb.Table("f", func(context.Context) iter.Seq2[struct{ a int }, error] { return nil }),
	} {
		_, err := duckdb.Open(t.Context(), duckdb.Options{Functions: []duckdb.Function{f}})
		require.ErrorContains(t, err, want)
	}
	_, err := duckdb.Open(t.Context(), duckdb.Options{Functions: []duckdb.Function{duckdb.Scalar("f", fine), duckdb.Scalar("f", fine)}})
	require.ErrorContains(t, err, "already")
	// A read-only file takes functions too, which live beside it.
	path := warehouse(t)
	require.Equal(t, int64(0), value(t, open(t, duckdb.Options{Path: path, Functions: []duckdb.Function{duckdb.Scalar("f", fine)}}), "SELECT f(1)"))
}
