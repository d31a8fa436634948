package duckdb_test

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	engine "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// tenColumns is a query of 10,000 rows and 10 columns of usual types, about 2 MB as JSON.
const tenColumns = "SELECT * FROM orders"

// benchFile writes a table of 100,000 rows with an index, and one of 10,000 rows and 10 columns.
func benchFile(t testing.TB) string {
	t.Helper()
	path := t.TempDir() + "/bench.duckdb"
	native, err := engine.NewConnector(path, nil)
	require.NoError(t, err)
	db := sql.OpenDB(native)
	for _, statement := range []string{
		"CREATE TABLE points AS SELECT i AS id, 'customer ' || i AS name, i * 1.25 AS amount FROM range(100000) t(i)", "CREATE UNIQUE INDEX by_id ON points (id)",
		`CREATE TABLE orders AS SELECT i AS id, 'customer ' || i AS name, 'customer' || i || '@example.com' AS email, (i % 7)::INTEGER AS segment,
			(i * 1.25)::DECIMAL(18,2) AS amount, i / 3.0::DOUBLE AS score, i % 2 = 0 AS active, DATE '2020-01-01' + (i % 1000)::INTEGER AS since,
			TIMESTAMP '2024-01-01 00:00:00' + to_seconds(i) AS seen, 'some longer text in a column of remarks ' || (i % 100) AS note
			FROM range(10000) t(i)`,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	return path
}

// usual is what programs usually do with a result: rows to maps to encoding/json.
func usual(t testing.TB, db *sql.DB, query string) []byte {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var all []map[string]any
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(t, rows.Scan(targets...))
		row := map[string]any{}
		for i, column := range columns {
			row[column] = values[i]
		}
		all = append(all, row)
	}
	require.NoError(t, rows.Err())
	text, err := json.Marshal(all)
	require.NoError(t, err)
	return text
}

// measured is the median time of a call, and how many allocations it makes.
func measured(times int, call func()) (time.Duration, uint64) {
	took := make([]time.Duration, times)
	var before, after runtime.MemStats
	call()
	runtime.ReadMemStats(&before)
	for i := range took {
		begun := time.Now()
		call()
		took[i] = time.Since(begun)
	}
	runtime.ReadMemStats(&after)
	slices.Sort(took)
	return took[times/2], (after.Mallocs - before.Mallocs) / uint64(times)
}

// goal prints a measured value beside its goal.
func goal[T cmp.Ordered](t *testing.T, name string, v, most T, format, detail string) {
	t.Helper()
	verdict := "ok"
	if v > most {
		verdict = "MISS"
		defer t.Errorf("%s: %v is over the goal %v", name, v, most)
	}
	fmt.Printf("%-44s %s  goal <="+format+"  %-4s  %s\n", name, fmt.Sprintf(format, v), most, verdict, detail)
}

// TestBenchDuckDB holds results and point queries to their goals.
func TestBenchDuckDB(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	path := benchFile(t)
	db := open(t, duckdb.Options{Path: path, Threads: 1})
	native, err := engine.NewConnector(path, nil)
	if err != nil { // one process, one configuration per file
		native, err = engine.NewConnector(path+"?access_mode=READ_ONLY", nil)
	}
	require.NoError(t, err)
	bare := sql.OpenDB(native)
	defer func() { require.NoError(t, bare.Close()) }()

	slow, slowAllocs := measured(9, func() { usual(t, bare, tenColumns) })
	var buffer []byte
	fast, allocs := measured(31, func() {
		result, err := db.AppendJSON(t.Context(), buffer[:0], tenColumns, nil, duckdb.Limit{Objects: true})
		if err != nil || result.Rows != 10_000 || result.Truncated {
			t.Fatal(result.Rows, err)
		}
		buffer = result.JSON
	})
	goal(t, "10,000 rows x 10 columns to JSON, ratio", float64(fast)/float64(slow), 0.12, "%.3f",
		fmt.Sprintf("%s, rows to maps to encoding/json %s and %d allocs; %d kB", fast, slow, slowAllocs, len(buffer)>>10))
	goal(t, "10,000 rows x 10 columns to JSON, allocs", allocs, 999, "%d", "")

	point := func(pool *sql.DB) func() {
		id := int64(0)
		return func() {
			for range 20 {
				id = (id + 7919) % 100_000
				var name string
				var amount any
				require.NoError(t, pool.QueryRowContext(t.Context(), "SELECT name, amount FROM points WHERE id = $1", id).Scan(&name, &amount))
			}
		}
	}
	bareTime, bareAllocs := measured(101, point(bare))
	ours, oursAllocs := measured(101, point(db.SQL()))
	goal(t, "point query, ratio to the bare driver", float64(ours)/float64(bareTime), 1.10, "%.2f",
		fmt.Sprintf("%s and %d allocs, bare %s and %d", ours/20, oursAllocs/20, bareTime/20, bareAllocs/20))

	// After a deadline of 100 ms: a query that the engine can interrupt, and one that it cannot.
	for name, query := range map[string]string{
		"a cross join":         "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b",
		"one call of a second": stubborn,
	} {
		var answered time.Duration
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			begun := time.Now()
			_, err := db.AppendJSON(ctx, nil, query, nil, duckdb.Limit{})
			answered = max(answered, time.Since(begun)-100*time.Millisecond)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			settle(t, db)
		}
		goal(t, "answer after the deadline, "+name, float64(answered)/float64(time.Millisecond), 100, "%.0f ms", "the latest of five; the driver alone: 500 ms, and seconds")
	}
}
