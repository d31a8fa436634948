package auditdb_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// TestCompactRefuses: a segment that is not what its checkpoint says is not compacted, the error says why, and nothing is left behind.
func TestCompactRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(lines [][]byte) [][]byte
		says   string
	}{
		"removed": {func(l [][]byte) [][]byte { return append(l[:3], l[4:]...) }, "line 4: it does not name the hash of the record before"},
		"swapped": {func(l [][]byte) [][]byte { l[3], l[4] = l[4], l[3]; return l }, "line 4: it does not name the hash of the record before"},
		"shorter": {func(l [][]byte) [][]byte { return l[:8] }, "it ends with record 8, its checkpoint says 10"},
		"longer": {func(l [][]byte) [][]byte {
			return append(l, bytes.Replace(l[9], []byte(`"seq":10`), []byte(`"seq":11`), 1))
		}, "does not name the hash"},
		"hash": {func(l [][]byte) [][]byte {
			l[4] = bytes.Replace(l[4], []byte(`"hash":"`), []byte(`"hash":"G`), 1)
			return l
		}, "line 5: its hash is not"},
		"typed": {func(l [][]byte) [][]byte {
			l[4] = []byte(`{"hash":5,"prev":{},"seq":5,"trace_id":1,"v":1}` + "\n")
			return l
		}, "line 5: its hash is not"},
		"order":   {func(l [][]byte) [][]byte { l[4] = []byte(`{"v":1,"seq":5}` + "\n"); return l }, "line 5: it is not a record in canonical JSON"},
		"comma":   {func(l [][]byte) [][]byte { l[4] = []byte(`{"seq":5,}` + "\n"); return l }, "line 5: it is not a record in canonical JSON"},
		"more":    {func(l [][]byte) [][]byte { l[4] = []byte(`{"seq":5}}` + "\n"); return l }, "line 5: it is not a record in canonical JSON"},
		"nothing": {func(l [][]byte) [][]byte { l[4] = []byte("\n"); return l }, "line 5: it is not a record in canonical JSON"},
		"link": {func(l [][]byte) [][]byte {
			l[4] = bytes.Replace(l[4], []byte(`"prev":"`), []byte(`"prev":"0`), 1)
			return l
		}, "line 5: it does not name the hash of the record before"},
		"json":    {func(l [][]byte) [][]byte { l[2] = []byte(`{"seq": 3}` + "\n"); return l }, "line 3: it is not a record in canonical JSON"},
		"version": {func(l [][]byte) [][]byte { l[2] = bytes.Replace(l[2], []byte(`"v":1`), []byte(`"v":2`), 1); return l }, "line 3: it lacks one"},
		"torn":    {func(l [][]byte) [][]byte { l[9] = l[9][:40]; return l }, "line 10: unexpected EOF"},
	} {
		dir := writeLog(t, 10, usualCalls(1, 25))
		path := filepath.Join(dir, "audit-000001.jsonl")
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := bytes.SplitAfter(text, []byte("\n"))
		require.NoError(t, os.WriteFile(path, bytes.Join(c.change(lines[:10]), nil), 0o600))
		_, err = auditdb.Compact(t.Context(), dir, nil)
		require.ErrorContains(t, err, "audit-000001.jsonl: ", name)
		require.ErrorContains(t, err, c.says, name)
		left, err := filepath.Glob(filepath.Join(dir, ".*"))
		require.NoError(t, err)
		require.Empty(t, left)
		require.NoFileExists(t, filepath.Join(dir, "audit-000001.parquet"))
	}
}

// TestCompactAnew: a Parquet form that was not made from this very segment is neither read nor kept, and an interrupted run's rest goes.
func TestCompactAnew(t *testing.T) {
	t.Parallel()
	dir, other := writeLog(t, 10, usualCalls(1, 25)), writeLog(t, 10, usualCalls(2, 25))
	_, err := auditdb.Compact(t.Context(), other, nil)
	require.NoError(t, err)
	require.NoError(t, os.Rename(filepath.Join(other, "audit-000001.parquet"), filepath.Join(dir, "audit-000001.parquet")))
	old := filepath.Join(dir, ".audit-000002.parquet.123.part")
	require.NoError(t, os.WriteFile(old, []byte("half"), 0o600))
	require.NoError(t, os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)))

	var want []string
	for r := range usualCalls(1, 25) {
		want = append(want, r.CallID)
	}
	calls := func() (all []string) {
		for _, r := range collect(t, open(t, dir).Records(t.Context(), auditdb.Query{})) {
			all = append(all, r.CallID)
		}
		return all
	}
	require.Equal(t, want, calls())
	done, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, 2, done.Segments)
	require.Equal(t, want, calls())
	require.NoFileExists(t, old)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "audit-000001.parquet"), []byte("PAR1 no"), 0o600))
	_, err = auditdb.Open(t.Context(), dir, nil)
	require.ErrorContains(t, err, "audit-000001.parquet")
	done, err = auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, 1, done.Segments)
	require.Equal(t, want, calls())
}

// TestCompactEvery: the background form compacts what is sealed, reports what it did and what failed, and ends with its context.
func TestCompactEvery(t *testing.T) {
	t.Parallel()
	dir := writeLog(t, 10, usualCalls(1, 25))
	ctx, cancel := context.WithCancel(t.Context())
	reports := make(chan error, 10)
	ended := make(chan error)
	go func() {
		ended <- auditdb.CompactEvery(ctx, dir, time.Millisecond, nil, func(done auditdb.Compacted, err error) {
			if done.Segments == 2 || err != nil {
				select {
				case reports <- err:
				default:
				}
			}
		})
	}()
	require.NoError(t, <-reports)
	require.FileExists(t, filepath.Join(dir, "audit-000002.parquet"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "audit-000001.checkpoint.json"), []byte("{"), 0o600))
	require.Error(t, <-reports)
	cancel()
	require.NoError(t, <-ended)
	require.Error(t, auditdb.CompactEvery(t.Context(), dir, 0, nil, func(auditdb.Compacted, error) {}))
	require.Error(t, auditdb.CompactEvery(t.Context(), dir, time.Second, nil, nil))
}

// TestSealedEmpty: a sealed segment without records is no fault.
func TestSealedEmpty(t *testing.T) {
	t.Parallel()
	dir := writeLog(t, 10, usualCalls(1, 10))
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, log.Seal(t.Context()))
	require.NoError(t, log.Close())
	done, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, 1, done.Segments)
	require.Len(t, numbers(t, open(t, dir), auditdb.Query{Filter: filter(t, "seq > 0")}), 10)
}
