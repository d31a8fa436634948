package auditdb_test

import (
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

func randomRecords(seed uint64, n int) iter.Seq[audit.Record] {
	return func(yield func(audit.Record) bool) {
		r := rand.New(rand.NewPCG(seed, 2))
		if !yield(fullRecord()) || !yield(audit.Record{}) {
			return
		}
		for range n {
			if !yield(randomRecord(r)) {
				return
			}
		}
	}
}

func open(t testing.TB, dir string) *auditdb.DB {
	t.Helper()
	db, err := auditdb.Open(t.Context(), dir, &auditdb.Options{TempDir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func collect(t testing.TB, records iter.Seq2[audit.Record, error]) []audit.Record {
	t.Helper()
	var all []audit.Record
	for r, err := range records {
		require.NoError(t, err)
		all = append(all, r)
	}
	return all
}

// TestCompactedIsTheSame: what is read through Parquet is what the lines hold, record by record, hostile and full ones too, in both orders.
func TestCompactedIsTheSame(t *testing.T) {
	t.Parallel()
	dir := writeLog(t, 150, randomRecords(1, 500))
	want := collect(t, audit.Records(os.DirFS(dir)))
	before := open(t, dir)
	require.Equal(t, want, collect(t, before.Records(t.Context(), auditdb.Query{})))

	done, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, 3, done.Segments)
	require.Equal(t, uint64(450), done.Records)
	after := open(t, dir)
	require.Equal(t, want, collect(t, after.Records(t.Context(), auditdb.Query{})), "many records come from lines")
	few := filter(t, "seq > 0") // so few of each segment that they come from its columns
	got := collect(t, after.Records(t.Context(), auditdb.Query{Filter: few}))
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i], got[i])
	}
	slices.Reverse(want)
	require.Equal(t, want, collect(t, after.Records(t.Context(), auditdb.Query{Filter: few, Order: auditdb.NewestFirst})))
	require.Equal(t, want, collect(t, before.Records(t.Context(), auditdb.Query{Order: auditdb.NewestFirst})))
	require.Equal(t, want[:60], collect(t, after.Records(t.Context(), auditdb.Query{Filter: few, Order: auditdb.NewestFirst, Limit: 60})))

	again, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Zero(t, again, "a second run finds nothing to do")
	info, err := os.Stat(filepath.Join(dir, "audit-000001.parquet"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
