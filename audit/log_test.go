package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

const segment = "audit-000001.jsonl"

func openLog(t testing.TB, dir string, opts *audit.Options) *audit.Log {
	t.Helper()
	log, err := audit.Open(dir, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })
	return log
}

// records reads the log back through the strict reader.
func records(t testing.TB, dir string) (rs []audit.Record) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, segment))
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		r, err := audit.ParseRecord([]byte(strings.TrimSuffix(line, "\n")))
		require.NoError(t, err, line)
		rs = append(rs, r)
	}
	return rs
}

func TestLogKeepsAndContinues(t *testing.T) {
	t.Parallel()
	for _, key := range [][]byte{nil, []byte("0123456789abcdef0123456789abcdef")} {
		dir := filepath.Join(t.TempDir(), "new", "log")
		for round := range 3 {
			log, err := audit.Open(dir, &audit.Options{Key: key})
			require.NoError(t, err)
			for i := range 4 {
				r := full() // its Seq, Prev and Hash are ignored
				r.CallID = fmt.Sprint(round*4 + i)
				require.NoError(t, log.Append(t.Context(), r))
			}
			seq, hash := log.Head()
			require.NoError(t, log.Close())
			require.NoError(t, log.Close(), "again")
			sum, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: key, HeadSeq: seq, HeadHash: hash})
			require.NoError(t, err)
			require.EqualValues(t, 4*(round+1), sum.Records)
			require.Equal(t, seq, sum.LastSeq)
			require.Equal(t, hash, sum.LastHash)
		}
		for i, r := range records(t, dir) {
			require.Equal(t, fmt.Sprint(i), r.CallID)
			require.EqualValues(t, i+1, r.Seq)
			want := full()
			require.JSONEq(t, string(want.Arguments), string(r.Arguments))
		}
	}
}

func TestLogFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("file modes are Unix's")
	}
	dir := filepath.Join(t.TempDir(), "log")
	openLog(t, dir, nil)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	for _, name := range []string{segment, "audit.lock"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), name)
	}
}

func TestLogHasOneWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, nil)
	_, err := audit.Open(dir, nil)
	require.ErrorContains(t, err, "another writer has this log open")
	require.NoError(t, log.Close())
	openLog(t, dir, nil)
}

func TestLogManyCallers(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]audit.SyncMode{"group": audit.SyncGroup, "each": audit.SyncEach, "async": audit.AsyncUnsafe} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const callers, each = 64, 20
			dir := t.TempDir()
			log := openLog(t, dir, &audit.Options{Sync: mode, Key: testKey("k")})
			var wg sync.WaitGroup
			errs := make([]error, callers)
			for c := range callers {
				wg.Go(func() {
					for i := range each {
						r := audit.Record{Kind: audit.KindOutcome, CallID: fmt.Sprintf("%d.%d", c, i), Arguments: json.RawMessage(`{"a":[1,2,3]}`)}
						if err := log.Append(context.Background(), r); err != nil {
							errs[c] = err
						}
					}
				})
			}
			wg.Wait()
			for _, err := range errs {
				require.NoError(t, err)
			}
			require.NoError(t, log.Close())

			sum, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: testKey("k")})
			require.NoError(t, err)
			require.EqualValues(t, callers*each, sum.Records)
			seen := map[string]bool{}
			next := make([]int, callers)
			for i, r := range records(t, dir) {
				require.EqualValues(t, i+1, r.Seq)
				require.False(t, seen[r.CallID])
				seen[r.CallID] = true
				var c, n int
				_, err := fmt.Sscanf(r.CallID, "%d.%d", &c, &n)
				require.NoError(t, err)
				require.Equal(t, next[c], n, "a caller's records keep their order")
				next[c]++
			}
			require.Len(t, seen, callers*each)
		})
	}
}

func TestLogRefuses(t *testing.T) {
	t.Parallel()
	var zero audit.Log
	require.ErrorContains(t, zero.Append(t.Context(), audit.Record{}), "zero Log refuses")
	require.NoError(t, zero.Close())

	_, err := audit.Open(t.TempDir(), &audit.Options{Key: []byte{}})
	require.ErrorContains(t, err, "Options.Key has 0 bytes")
	_, err = audit.Open(t.TempDir(), &audit.Options{Sync: 9})
	require.ErrorContains(t, err, "Options.Sync is 9")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = audit.Open(file, nil)
	require.Error(t, err)

	log := openLog(t, t.TempDir(), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, log.Append(ctx, audit.Record{}), context.Canceled)
	require.ErrorContains(t, log.Append(t.Context(), audit.Record{Arguments: json.RawMessage("{")}), "Arguments")
	require.NoError(t, log.Close())
	require.ErrorIs(t, log.Append(t.Context(), audit.Record{}), fs.ErrClosed)
	seq, hash := log.Head()
	require.Zero(t, seq)
	require.Equal(t, strings.Repeat("0", 64), hash)
}

// A crash may leave any part of the last line. Every cut of it must come back as a log that goes on.
func TestOpenSetsATornLineAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, nil)
	for i := range 3 {
		require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindIntent, CallID: fmt.Sprint(i)}))
	}
	require.NoError(t, log.Close())
	whole, err := os.ReadFile(filepath.Join(dir, segment))
	require.NoError(t, err)
	lines := strings.SplitAfter(string(whole), "\n")
	kept := lines[0] + lines[1]
	for cut := 1; cut < len(lines[2]); cut++ {
		dir := t.TempDir()
		path := filepath.Join(dir, segment)
		require.NoError(t, os.WriteFile(path, whole[:len(kept)+cut], 0o600))
		log := openLog(t, dir, nil)
		require.NoError(t, log.Append(t.Context(), audit.Record{CallID: "after"}))
		require.NoError(t, log.Close())

		sum, err := audit.Verify(os.DirFS(dir), nil)
		require.NoError(t, err)
		require.EqualValues(t, 6, sum.Records)
		require.Empty(t, sum.Unfinished)
		rs := records(t, dir)
		for i, r := range rs[3:5] {
			require.Equal(t, audit.KindOutcome, r.Kind)
			require.Equal(t, audit.OutcomeUnknown, r.Outcome)
			require.Equal(t, fmt.Sprint(i), r.CallID)
		}
		require.Equal(t, audit.KindEvent, rs[2].Kind)
		require.Equal(t, cut, rs[2].Bytes)
		require.Equal(t, fmt.Sprintf("log recovered: %d bytes of a torn last line set aside in %s.%d-1.torn", cut, segment, len(kept)), rs[2].Note)
		torn, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s.%d-1.torn", segment, len(kept))))
		require.NoError(t, err)
		require.Equal(t, lines[2][:cut], string(torn))
	}
}

func TestOpenRefusesABadEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, &audit.Options{Key: testKey("right")})
	for i := range 3 {
		require.NoError(t, log.Append(t.Context(), audit.Record{CallID: fmt.Sprint(i)}))
	}
	require.NoError(t, log.Close())
	path := filepath.Join(dir, segment)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	_, err = audit.Open(dir, &audit.Options{Key: testKey("wrong")})
	require.ErrorContains(t, err, segment+":1: record 1: the hash does not match: the line was changed, or written under another key")

	changed := strings.Replace(string(whole), `"call_id":"2"`, `"call_id":"3"`, 1)
	require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
	_, err = audit.Open(dir, &audit.Options{Key: testKey("right")})
	var bad *audit.VerifyError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, 3, bad.Line)
	require.EqualValues(t, 3, bad.Seq)

	require.NoError(t, os.WriteFile(path, append(whole, "oops\n"...), 0o600))
	_, err = audit.Open(dir, &audit.Options{Key: testKey("right")})
	require.ErrorContains(t, err, ":4: record 4: not a record: not a JSON object")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(whole)+"oops\n", string(after), "a refused log is left as it is")
}

// A log larger than what Open checks, with a line larger than it too.
func TestOpenOfALongLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, &audit.Options{Sync: audit.AsyncUnsafe})
	long := strings.Repeat("x", 1<<20)
	for range 12 {
		require.NoError(t, log.Append(t.Context(), audit.Record{Note: long}))
	}
	require.NoError(t, log.Close())
	log = openLog(t, dir, nil)
	require.NoError(t, log.Append(t.Context(), audit.Record{Note: strings.Repeat("y", 9<<20)}))
	require.ErrorContains(t, log.Append(t.Context(), audit.Record{Note: strings.Repeat("z", 64<<20)}), "shorten")
	require.NoError(t, log.Close())
	log = openLog(t, dir, nil)
	require.NoError(t, log.Append(t.Context(), audit.Record{Note: "end"}))
	require.NoError(t, log.Close())
	sum, err := audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
	require.EqualValues(t, 14, sum.Records)
}

func TestSummary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := openLog(t, dir, nil)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	for i, r := range []audit.Record{
		{Kind: audit.KindEvent, Note: "no time, no call"},
		{Kind: audit.KindIntent, CallID: "done"},
		{Kind: audit.KindIntent, CallID: "b\n"},
		{Kind: audit.KindOutcome, CallID: "done"},
		{Kind: audit.KindIntent, CallID: "a"},
		{Kind: audit.KindOutcome, CallID: "only read"},
	} {
		if i > 0 {
			r.Time = at.Add(time.Duration(i) * time.Hour)
		}
		require.NoError(t, log.Append(t.Context(), r))
	}
	require.NoError(t, log.Close())
	sum, err := audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b\n"}, sum.Unfinished)
	require.Equal(t, at.Add(time.Hour), sum.First)
	require.Equal(t, at.Add(5*time.Hour), sum.Last)
}
