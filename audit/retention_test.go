package audit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

const day = 24 * time.Hour

// daily writes two records a day for some days.
func daily(t *testing.T, log *audit.Log, days int) {
	t.Helper()
	for range days {
		for range 2 {
			require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, Time: time.Now(), CallID: "c"}))
		}
		<-time.After(day)
		synctest.Wait()
	}
}

func numbers(all []audit.Segment) (n []int) {
	for _, s := range all {
		n = append(n, s.Number)
	}
	return n
}

// Seven years mean seven years: nothing younger goes, what is older does, the dry run says the same, and the chain stays whole.
func TestRetentionMeansWhatItSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		keep := audit.Retention{Age: 2555 * day}
		log := openLog(t, dir, &audit.Options{SegmentAge: 365 * day, Key: testKey("k")})
		daily(t, log, 9*365+3)
		now := time.Now()
		planned, err := keep.Plan(os.DirFS(dir), now)
		require.NoError(t, err)
		before := map[string]bool{}
		oldest := time.Time{}
		for r, err := range audit.Records(os.DirFS(dir)) {
			require.NoError(t, err)
			before[r.Time.String()] = true
			if now.Sub(r.Time) <= keep.Age && oldest.IsZero() {
				oldest = r.Time
			}
		}
		require.NotEmpty(t, before)
		done, err := log.Prune(t.Context(), keep)
		require.NoError(t, err)
		require.Equal(t, planned, done)
		require.Equal(t, []int{1, 2}, numbers(done.Segments))
		left := time.Time{}
		for r, err := range audit.Records(os.DirFS(dir)) {
			require.NoError(t, err)
			if left.IsZero() {
				left = r.Time
			}
		}
		require.False(t, left.After(oldest), "nothing younger is gone")
		require.Less(t, oldest.Sub(left), 366*day, "nothing older than a segment is left")
		sum, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: testKey("k")})
		require.NoError(t, err)
		require.Equal(t, done.LastSeq+1, sum.FirstSeq)
		again, err := log.Prune(t.Context(), keep)
		require.NoError(t, err)
		require.Empty(t, again.Segments)
		require.NoError(t, log.Close())

		// Without the record that says so, a log that begins late is not whole.
		m := inMemory(t, dir)
		delete(m, fmt.Sprintf("audit-%06d.jsonl", 10))
		delete(m, fmt.Sprintf("audit-%06d.checkpoint.json", 9))
		_, err = audit.Verify(m, &audit.VerifyOptions{Key: testKey("k")})
		require.ErrorContains(t, err, "no record says that retention deleted them")
	})
}

// The log keeps its retention by itself, and a hold stops it.
func TestRetentionByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		begun := time.Now()
		log := openLog(t, dir, &audit.Options{SegmentAge: day, Retention: &audit.Retention{Age: 5 * day}})
		daily(t, log, 10)
		segments := func() []int {
			all, err := audit.Segments(os.DirFS(dir))
			require.NoError(t, err)
			return numbers(slices.DeleteFunc(all, func(s audit.Segment) bool { return s.Pruned }))
		}
		require.LessOrEqual(t, len(segments()), 7)
		first := segments()[0]
		require.Greater(t, first, 3)
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("audit-%06d.parquet", first)), []byte("x"), 0o600))
		hold := audit.Hold{Name: "case-7", Reason: "court", By: "legal", Placed: time.Now(), From: begun, Until: begun.Add(9 * day)}
		require.NoError(t, audit.PlaceHold(dir, hold))
		require.ErrorContains(t, audit.PlaceHold(dir, hold), "placed already")
		daily(t, log, 10)
		require.Equal(t, first, segments()[0], "held")
		plan, err := audit.Retention{Age: 5 * day}.Plan(os.DirFS(dir), time.Now())
		require.NoError(t, err)
		require.Equal(t, []audit.Hold{{Name: "case-7", Reason: "court", By: "legal", Placed: hold.Placed.UTC(), From: begun.UTC(), Until: hold.Until.UTC()}}, utc(plan.Held))
		require.NoError(t, audit.LiftHold(dir, "case-7"))
		daily(t, log, 1)
		require.Greater(t, segments()[0], 10)
		_, err = os.Stat(filepath.Join(dir, fmt.Sprintf("audit-%06d.parquet", first)))
		require.ErrorIs(t, err, os.ErrNotExist, "with its Parquet form")
		require.NoError(t, log.Close())
		_, err = audit.Verify(os.DirFS(dir), nil)
		require.NoError(t, err)
	})
}

func utc(holds []audit.Hold) []audit.Hold {
	for i := range holds {
		h := &holds[i]
		h.Placed, h.From, h.Until = h.Placed.UTC(), h.From.UTC(), h.Until.UTC()
	}
	return holds
}

func TestRetentionBySize(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, &audit.Options{SegmentBytes: 1000})
	for range 60 {
		require.NoError(t, log.Append(t.Context(), audit.Record{CallID: "c"}))
	}
	keep := audit.Retention{Bytes: 5000}
	planned, err := keep.Plan(os.DirFS(dir), time.Now())
	require.NoError(t, err)
	done, err := log.Prune(context.Background(), keep)
	require.NoError(t, err)
	require.Equal(t, planned, done)
	require.NotEmpty(t, done.Segments)
	size := int64(0)
	for _, f := range inMemory(t, dir) {
		size += int64(len(f.Data))
	}
	require.Less(t, size, int64(5000+1000+2000), "with checkpoints and what was written since")
	require.NoError(t, log.Close())
	_, err = audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
}

// What must be kept is kept, and nothing behind it goes either.
func TestRetentionBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, &audit.Options{SegmentBytes: 1000})
	for range 60 {
		require.NoError(t, log.Append(t.Context(), audit.Record{CallID: "c"}))
	}
	last := uint64(0)
	for before := uint64(1); before <= 62; before += 7 {
		done, err := log.Prune(t.Context(), audit.Retention{Age: 1, Bytes: 1, Before: before})
		require.NoError(t, err)
		require.Less(t, done.LastSeq, before)
		last = max(last, done.LastSeq)
		left, err := audit.Segments(os.DirFS(dir))
		require.NoError(t, err)
		for _, s := range left {
			if !s.Pruned && s.Checkpoint != nil {
				require.GreaterOrEqual(t, s.Checkpoint.Last, before, "all that may go is gone")
			}
		}
	}
	require.Greater(t, last, uint64(45))
	require.NoError(t, log.Close())
	_, err := audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
}

func TestRetentionRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := audit.Open(dir, &audit.Options{Retention: &audit.Retention{}})
	require.ErrorContains(t, err, "neither Age nor Bytes is set")
	_, err = audit.Open(dir, &audit.Options{Retention: &audit.Retention{Age: -1}})
	require.ErrorContains(t, err, "cannot be negative")
	log := openLog(t, dir, nil)
	require.ErrorContains(t, log.Append(t.Context(), audit.Record{Target: audit.Target{Kind: "log", Name: "retention"}}), "kept for the log's own events")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.hold.json"), []byte("{}"), 0o600))
	_, err = log.Prune(t.Context(), audit.Retention{Age: 1})
	require.ErrorContains(t, err, "x.hold.json is no hold")
	for _, h := range []audit.Hold{
		{Name: "../x", Reason: "r", By: "b", Placed: time.Now()},
		{Name: "x"},
		{Name: "y", Reason: "r", By: "b", Placed: time.Now(), From: time.Now(), Until: time.Now().Add(-time.Hour)},
	} {
		require.Error(t, audit.PlaceHold(dir, h))
	}
	require.Error(t, audit.LiftHold(dir, "none"))
	require.Error(t, audit.LiftHold(dir, "../audit.lock"))
}
