package auditdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// perScaleSegment is how many records the segments of the scale test hold.
const perScaleSegment = 100_000

// TestBenchAuditScale measures compaction and questions over a log of MCPGOV_SCALE records, and holds them against the goals.
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
		t.Logf("%-58s %10.3f %-10s goal: %s %-8g ok: %t", what, measured, unit, word, limit, ok)
		if !ok {
			t.Fail()
		}
	}
	start := time.Now()
	dir := writeLog(t, perScaleSegment, usualCalls(1, records))
	t.Logf("wrote %d records in %v", records, time.Since(start).Round(time.Second))

	times := 3
	if records > 2_000_000 { // it is long enough to need no repeating
		times = 1
	}
	done := measureCompaction(t, dir, times)
	// In processor time spread over the processors: what compaction reaches when nobody else is busy here. Wall time is shown beside it.
	perSecond := float64(done.records) / done.cpu.Seconds() * float64(runtime.GOMAXPROCS(0))
	goal(fmt.Sprintf("compaction with %d processors", runtime.GOMAXPROCS(0)), perSecond, 150_000, "records/s", false)
	goal("size of Parquet to JSONL", done.ratio, 0.17, "x", true)
	t.Logf("%-58s %10.0f records/s by the clock; %.0f MB/s of lines per second of processor time", "compaction",
		float64(done.records)/done.wall.Seconds(), float64(done.bytes)/1e6/done.cpu.Seconds())

	parquet, native, jsonl := measureQuestion(t, dir, done.lines)
	scaled := parquet.wall.Seconds() / float64(records) * 10_000_000
	t.Logf("%-58s %10.3f s; lines %.3f s; native table %.3f s; for 10M records %.3f s", "p95 by tool by hour, Parquet", parquet.wall.Seconds(),
		jsonl.wall.Seconds(), native.wall.Seconds(), scaled)
	goal("p95 by tool by hour on Parquet", parquet.wall.Seconds(), 0.7, "s", true)
	goal("the same to a native table, processor time", parquet.cpu.Seconds()/native.cpu.Seconds(), 2, "x", true)
}

type cost struct{ wall, cpu time.Duration }

// medianCost repeats f.
func medianCost(t *testing.T, times int, f func()) cost {
	t.Helper()
	var walls, cpus []time.Duration
	for range times {
		start, busy := time.Now(), processorTime(t)
		f()
		walls, cpus = append(walls, time.Since(start)), append(cpus, processorTime(t)-busy)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	return cost{walls[times/2], cpus[times/2]}
}

type compaction struct {
	cost
	records uint64
	bytes   int64 // of lines
	ratio   float64
	lines   string // another directory with the same segments, not compacted
}

func measureCompaction(t *testing.T, dir string, times int) compaction {
	t.Helper()
	var done auditdb.Compacted
	c := medianCost(t, times, func() {
		forms, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
		require.NoError(t, err)
		for _, form := range forms {
			require.NoError(t, os.Remove(form))
		}
		done, err = auditdb.Compact(t.Context(), dir, nil)
		require.NoError(t, err)
	})
	lines := t.TempDir()
	segments, err := filepath.Glob(filepath.Join(dir, "*.json*"))
	require.NoError(t, err)
	for _, segment := range segments {
		require.NoError(t, os.Link(segment, filepath.Join(lines, filepath.Base(segment))))
	}
	return compaction{c, done.Records, done.LineBytes, float64(done.ParquetBytes) / float64(done.LineBytes), lines}
}

// measureQuestion asks for p95 by tool by hour in three places.
func measureQuestion(t *testing.T, dir, lines string) (parquet, native, jsonl cost) {
	t.Helper()
	const question = `SELECT target_name, epoch_us("time") // 3600000000 AS hour, quantile_cont(duration_us, 0.95) FROM %s WHERE kind = 'outcome' GROUP BY ALL`
	ask := func(times int, db *sql.DB, from string) cost {
		return medianCost(t, times, func() {
			rows, err := db.QueryContext(context.Background(), fmt.Sprintf(question, from))
			require.NoError(t, err)
			defer func() { require.NoError(t, rows.Close()) }()
			n := 0
			for rows.Next() {
				n++
			}
			require.NoError(t, rows.Err())
			require.Positive(t, n)
		})
	}
	db, err := auditdb.Open(t.Context(), dir, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	file := filepath.Join(t.TempDir(), "native.duckdb")
	start := time.Now()
	require.NoError(t, db.Export(t.Context(), auditdb.Query{}, auditdb.DuckDB, file, nil))
	t.Logf("exported to a DuckDB file in %v", time.Since(start).Round(time.Second))
	table, err := sql.Open("duckdb", file+"?access_mode=READ_ONLY")
	require.NoError(t, err)
	defer func() { require.NoError(t, table.Close()) }()
	native = ask(5, table, "records")

	stats := func(times int, db *auditdb.DB, by ...auditdb.Dimension) cost {
		return medianCost(t, times, func() {
			_, err := db.Stats(t.Context(), auditdb.Query{}, by...)
			require.NoError(t, err)
		})
	}
	t.Logf("%-58s %10.3f s", "Stats by tool and hour (3 quantiles, 3 counts), Parquet", stats(3, db, auditdb.ByTool, auditdb.ByHour).wall.Seconds())
	parquet = ask(5, auditdb.Engine(db), "("+auditdb.Source(db)+")")
	open, err := auditdb.Open(t.Context(), lines, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, open.Close()) }()
	jsonl = ask(1, auditdb.Engine(open), "("+auditdb.Source(open)+")")
	return parquet, native, jsonl
}
