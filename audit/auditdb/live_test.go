package auditdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

func numbers(t testing.TB, db *auditdb.DB, q auditdb.Query) []uint64 {
	t.Helper()
	var all []uint64
	for _, r := range collect(t, db.Records(t.Context(), q)) {
		all = append(all, r.Seq)
	}
	return all
}

// TestRefresh: a DB shows the log as it was when it last looked, whatever is added or compacted meanwhile.
func TestRefresh(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, log.Close()) }()
	db := open(t, dir)
	require.Empty(t, numbers(t, db, auditdb.Query{}))
	stats, err := db.Stats(t.Context(), auditdb.Query{}, auditdb.ByTool)
	require.NoError(t, err)
	require.Empty(t, stats)
	ok := auditdb.Query{Filter: filter(t, "outcome == 'ok'")}
	for n := range 3 {
		require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, Outcome: "ok"}))
		require.Len(t, numbers(t, db, ok), n)
		require.NoError(t, db.Refresh(t.Context()))
		require.Len(t, numbers(t, db, ok), n+1)
	}
}

// TestTornLine: a last line without an end, long or short, is as if it were not there.
func TestTornLine(t *testing.T) {
	t.Parallel()
	for name, torn := range map[string]string{
		"open": `{"agent":{"id":"x"`, "almost": `{"kind":"outcome","seq":41,"v":1}`, "empty": "", "text": "}", "long": `{"note":"` + strings.Repeat("x", 300_000),
	} {
		dir := writeLog(t, 20, usualCalls(1, 30))
		path := filepath.Join(dir, "audit-000002.jsonl")
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		db := open(t, dir) // before the torn line is there
		_, err = file.WriteString(torn)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		after := open(t, dir)
		for _, db := range []*auditdb.DB{db, after} {
			require.Len(t, numbers(t, db, auditdb.Query{}), 30, name)
			require.Len(t, numbers(t, db, auditdb.Query{Filter: filter(t, "kind == 'outcome'")}), 30, name)
			stats, err := db.Stats(t.Context(), auditdb.Query{})
			require.NoError(t, err, name)
			require.Equal(t, int64(30), stats[0].Calls)
			out := filepath.Join(t.TempDir(), "out")
			require.NoError(t, db.Export(t.Context(), auditdb.Query{}, auditdb.DuckDB, out, nil))
		}
	}
	dir := writeLog(t, 20, usualCalls(1, 20))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "audit-000002.jsonl"), []byte(`{"half`), 0o600))
	require.Len(t, numbers(t, open(t, dir), auditdb.Query{Filter: filter(t, "seq > 0")}), 20)
}

// TestWhileWritten: questions asked while the log is being written never fail and always see whole records.
func TestWhileWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, &audit.Options{Sync: audit.AsyncUnsafe, Linger: -1})
	require.NoError(t, err)
	db := open(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		for r := range usualCalls(2, 20_000) {
			if ctx.Err() != nil || log.Append(t.Context(), r) != nil {
				return
			}
		}
	})
	before := 0
	for range 15 {
		require.NoError(t, db.Refresh(t.Context()))
		found := numbers(t, db, auditdb.Query{Filter: filter(t, "user.role != 'nobody'")})
		require.GreaterOrEqual(t, len(found), before)
		for i, seq := range found {
			require.Equal(t, uint64(i+1), seq)
		}
		before = len(found)
	}
	stop()
	writing.Wait()
	require.NoError(t, log.Close())
}

// TestOddPlaces: the path of a log may hold whatever the file system allows.
func TestOddPlaces(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"it's", "a*b?[c]", `"quoted" {x}`, "sp ace;--", "ü€"} {
		dir := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.Rename(writeLog(t, 10, usualCalls(1, 25)), dir))
		require.Len(t, numbers(t, open(t, dir), auditdb.Query{Filter: filter(t, "seq > 0")}), 25, name)
		done, err := auditdb.Compact(t.Context(), dir, &auditdb.Options{TempDir: t.TempDir()})
		require.NoError(t, err, name)
		require.Equal(t, 2, done.Segments)
		again, err := auditdb.Compact(t.Context(), dir, nil)
		require.NoError(t, err, name)
		require.Zero(t, again, "their forms are recognised")
		require.Len(t, numbers(t, open(t, dir), auditdb.Query{Filter: filter(t, "seq > 0")}), 25, name)
	}
	_, err := auditdb.Open(t.Context(), filepath.Join(t.TempDir(), "nowhere"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = auditdb.Open(t.Context(), t.TempDir(), &auditdb.Options{Threads: -1})
	require.ErrorContains(t, err, "must be positive")
}

// TestLongLine: a record as long as a log takes is read, though usual ones are taken to be shorter.
func TestLongLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 17<<20/5)
	dir := writeLog(t, 2, func(yield func(audit.Record) bool) {
		for i := range 3 {
			if !yield(audit.Record{Kind: audit.KindOutcome, CallID: fmt.Sprint(i), Response: fmt.Appendf(nil, "%q", long)}) {
				return
			}
		}
	})
	db := open(t, dir)
	q := auditdb.Query{Filter: filter(t, "call_id != '1'")}
	require.Equal(t, []uint64{1, 3}, numbers(t, db, q))
	_, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, []uint64{1, 3}, numbers(t, open(t, dir), q))
}

// TestContextEnds: a question whose context has ended says so.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	db := open(t, writeLog(t, 100, usualCalls(1, 250)))
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	_, err := db.Stats(ctx, auditdb.Query{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = auditdb.Compact(ctx, t.TempDir(), nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// TestTogether: a DB may be asked and refreshed by many at once, while its log is being compacted.
func TestTogether(t *testing.T) {
	t.Parallel()
	dir := writeLog(t, 200, usualCalls(1, 1050))
	db := open(t, dir)
	filters := []*auditdb.Filter{filter(t, "user.role == 'analyst'"), filter(t, "time.getMinutes() < 30")}
	var group sync.WaitGroup
	faults := make(chan error, 4)
	for i := range 4 {
		group.Go(func() {
			for range 3 {
				if err := askTwice(t.Context(), db, auditdb.Query{Filter: filters[i%2]}); err != nil {
					faults <- err
					return
				}
			}
		})
	}
	_, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	group.Wait()
	close(faults)
	for err := range faults {
		require.NoError(t, err)
	}
}

// askTwice counts the calls in two ways and refreshes db.
func askTwice(ctx context.Context, db *auditdb.DB, q auditdb.Query) error {
	stats, err := db.Stats(ctx, q)
	if err != nil {
		return err
	}
	n := int64(0)
	for _, err := range db.Records(ctx, q) {
		if err != nil {
			return err
		}
		n++
	}
	if len(stats) != 1 || stats[0].Calls != n {
		return fmt.Errorf("%v, but %d records", stats, n)
	}
	return db.Refresh(ctx)
}

// TestOddTimes: records that claim to be from the beginning or the end of time do not disturb the hours and days of the others.
func TestOddTimes(t *testing.T) {
	t.Parallel()
	db := open(t, writeLog(t, 10, func(yield func(audit.Record) bool) {
		for _, at := range []time.Time{{}, time.Date(1, 2, 3, 4, 5, 6, 0, time.UTC), monthStart(), time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)} {
			if !yield(audit.Record{Kind: audit.KindOutcome, Time: at}) {
				return
			}
		}
	}))
	stats, err := db.Stats(t.Context(), auditdb.Query{Location: zone(t, "America/New_York")}, auditdb.ByDay)
	require.NoError(t, err)
	var days []string
	for _, s := range stats {
		days = append(days, s.Time.Format(time.DateOnly))
	}
	require.Equal(t, []string{"0000-12-31", "0001-02-02", "2026-10-31", "9999-12-31"}, days)
}

// TestOddWindows: a window may reach as far as Go's time does.
func TestOddWindows(t *testing.T) {
	t.Parallel()
	db := open(t, writeLog(t, 10, usualCalls(1, 25)))
	early := []time.Time{time.Unix(-1<<60, 0), time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)}
	late := []time.Time{time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(300_000, 1, 1, 0, 0, 0, 1, time.UTC), time.Unix(1<<60, 0)}
	for i := range early {
		require.Len(t, numbers(t, db, auditdb.Query{Since: early[i], Until: late[i]}), 25)
		require.Empty(t, numbers(t, db, auditdb.Query{Until: early[i]}))
		require.Empty(t, numbers(t, db, auditdb.Query{Since: late[i]}))
		stats, err := db.Stats(t.Context(), auditdb.Query{Since: early[i], Until: late[i], Location: zone(t, "Europe/Berlin")}, auditdb.ByDay)
		require.NoError(t, err)
		require.NotEmpty(t, stats)
		_, err = db.Anomalies(t.Context(), auditdb.Query{Since: early[i], Until: late[i]})
		require.NoError(t, err)
	}
}

// TestFollowing: whoever asks for what comes after a record does not read the segments before it.
func TestFollowing(t *testing.T) {
	t.Parallel()
	dir := writeLog(t, 10, usualCalls(1, 35))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "audit-000001.jsonl"), []byte("not to be read\n"), 0o600))
	db := open(t, dir)
	for _, text := range []string{"seq > 10", "seq >= 11", "kind == 'outcome' && (seq > 10 && rows + 1 > 0)", "seq > 3 && seq > 5 + 5"} {
		found := numbers(t, db, auditdb.Query{Filter: filter(t, text)})
		require.Len(t, found, 25, text)
	}
	for _, text := range []string{"seq > 9", "seq > 10 || seq > 9", "!(seq > 10)", "seq < 10", "rows > 10"} {
		var fault error
		for _, err := range db.Records(t.Context(), auditdb.Query{Filter: filter(t, text)}) {
			fault = err
		}
		require.Error(t, fault, text)
	}
}

// TestLast: the newest number there is tells whoever follows a log from where on to ask, whatever a filter admits of it.
func TestLast(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, log.Close()) }()
	db := open(t, dir)
	require.Zero(t, db.Last())
	for want := range uint64(3) {
		require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, CallID: "c", Outcome: "ok"}))
		require.Equal(t, want, db.Last(), "a view changes with Refresh only")
		require.NoError(t, db.Refresh(t.Context()))
		require.Equal(t, want+1, db.Last())
	}
	require.NoError(t, log.Seal(t.Context()))
	require.NoError(t, db.Refresh(t.Context()))
	require.EqualValues(t, 3, db.Last(), "an empty segment holds none")
}
