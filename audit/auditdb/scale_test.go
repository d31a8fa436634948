package auditdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// TestBenchAuditScale measures compaction and questions over a log of MCPGOV_SCALE records, and holds what the clock says against the goals. It
// needs a machine that does nothing else: processor time stands beside each time, and tells a slow program from a busy machine.
// `make audit-scale` runs it.
func TestBenchAuditScale(t *testing.T) {
	records, err := strconv.Atoi(os.Getenv("MCPGOV_SCALE"))
	if err != nil || records <= 0 {
		t.Skip("set MCPGOV_SCALE to a number of records, such as 1000000, to measure")
	}
	goal := func(what string, measured, limit float64, unit string, atMost bool) {
		word, ok := "at most", measured <= limit
		if !atMost {
			word, ok = "at least", measured >= limit
		}
		t.Logf("%-46s %10.3f %-9s  goal: %s %-8g ok: %t", what, measured, unit, word, limit, ok)
		if !ok {
			t.Fail()
		}
	}
	show := func(what string, c cost) { t.Logf("%-46s %s", what, c) }

	dir := serveCalls(t, smallCalls(1, records))
	runs := 5
	if records > 2_000_000 {
		runs = 3
	}
	compaction, done := measureCompaction(t, dir, runs)
	lines := withoutForms(t, dir)
	q := measureQuestion(t, dir, lines)

	t.Logf("%d records of %d bytes, %d processors", done.Records, done.LineBytes/int64(done.Records), runtime.GOMAXPROCS(0))
	show("compaction", compaction)
	show("p95 by tool by hour, Parquet", q.parquet)
	show("the same, native table", q.native)
	show("the same, lines", q.lines)
	show("the same, read_json with 5 named columns", q.named)
	show("Stats by tool and hour: 3 counts, 3 quantiles", q.stats)
	goal("compaction", float64(done.Records)/compaction.wall.Seconds(), 150_000, "records/s", false)
	goal("size of Parquet to lines", float64(done.ParquetBytes)/float64(done.LineBytes), 0.17, "x", true)
	goal("p95 by tool by hour, Parquet", q.parquet.wall.Seconds(), 0.7, "s", true)
	goal("p95 by tool by hour, Parquet to native table", q.parquet.wall.Seconds()/q.native.wall.Seconds(), 2, "x", true)
	goal("p95 by tool by hour, lines to named columns", q.lines.wall.Seconds()/q.named.wall.Seconds(), 2, "x", true)
}

// serveCalls writes records as a server does that waits for no disk, and seals the last segment.
func serveCalls(t *testing.T, records iter.Seq[audit.Record]) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "log")
	log, err := audit.Open(dir, &audit.Options{Sync: audit.AsyncUnsafe})
	require.NoError(t, err)
	for r := range records {
		require.NoError(t, log.Append(context.Background(), r))
	}
	require.NoError(t, log.Seal(t.Context()))
	require.NoError(t, log.Close())
	return dir
}

// cost is what something took: medians of several runs, and the fastest and the slowest by the clock.
type cost struct{ wall, cpu, least, most time.Duration }

func (c cost) String() string {
	return fmt.Sprintf("%8.3f s (%.3f to %.3f), processor time %.3f s", c.wall.Seconds(), c.least.Seconds(), c.most.Seconds(), c.cpu.Seconds())
}

// costOf runs f again and again.
func costOf(t *testing.T, times int, f func()) cost {
	t.Helper()
	var walls, cpus []time.Duration
	for range times {
		start, busy := time.Now(), processorTime(t)
		f()
		walls, cpus = append(walls, time.Since(start)), append(cpus, processorTime(t)-busy)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	return cost{walls[times/2], cpus[times/2], walls[0], walls[times-1]}
}

func measureCompaction(t *testing.T, dir string, times int) (c cost, done auditdb.Compacted) {
	t.Helper()
	return costOf(t, times, func() {
		forms, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
		require.NoError(t, err)
		for _, form := range forms {
			require.NoError(t, os.Remove(form))
		}
		done, err = auditdb.Compact(t.Context(), dir, nil)
		require.NoError(t, err)
	}), done
}

// withoutForms is another directory with the same segments, not compacted.
func withoutForms(t *testing.T, dir string) string {
	t.Helper()
	lines := t.TempDir()
	segments, err := filepath.Glob(filepath.Join(dir, "*.json*"))
	require.NoError(t, err)
	for _, segment := range segments {
		require.NoError(t, os.Link(segment, filepath.Join(lines, filepath.Base(segment))))
	}
	return lines
}

type questions struct{ parquet, native, lines, named, stats cost }

// measureQuestion asks for p95 by tool by hour in four places.
func measureQuestion(t *testing.T, dir, lines string) (q questions) {
	t.Helper()
	ask := func(db *sql.DB, name, from string, times int) cost {
		return costOf(t, times, func() {
			n := 0
			run(t, db, fmt.Sprintf(`SELECT %s, epoch_us("time") // 3600000000 AS hour, quantile_cont(duration_us, 0.95)
				FROM %s WHERE kind = 'outcome' GROUP BY ALL`, name, from), func(*sql.Rows) { n++ })
			require.Positive(t, n)
		})
	}
	db, err := auditdb.Open(t.Context(), dir, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	file := filepath.Join(t.TempDir(), "native.duckdb")
	require.NoError(t, db.Export(t.Context(), auditdb.Query{}, auditdb.DuckDB, file, nil))
	table, err := sql.Open("duckdb", file+"?access_mode=READ_ONLY")
	require.NoError(t, err)
	defer func() { require.NoError(t, table.Close()) }()
	open, err := auditdb.Open(t.Context(), lines, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, open.Close()) }()

	q.native = ask(table, "target_name", "records", 7)
	q.parquet = ask(auditdb.Engine(db), "target_name", "("+auditdb.Source(db)+")", 7)
	q.stats = costOf(t, 3, func() {
		_, err := db.Stats(t.Context(), auditdb.Query{}, auditdb.ByTool, auditdb.ByHour)
		require.NoError(t, err)
	})
	q.named = ask(table, "target.name", fmt.Sprintf(`read_json('%s/audit-*.jsonl', format='newline_delimited', columns={'time': 'TIMESTAMPTZ',
		'target': 'STRUCT(name VARCHAR)', 'duration_us': 'BIGINT', 'kind': 'VARCHAR', 'outcome': 'VARCHAR'})`, lines), 3)
	q.lines = ask(auditdb.Engine(open), "target_name", "("+auditdb.Source(open)+")", 3)
	return q
}
