package audit_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// vanishing is a log of which a segment is deleted between listing and reading, once.
type vanishing struct {
	fstest.MapFS
	left bool
}

func (v *vanishing) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := v.MapFS.ReadDir(name)
	if !v.left {
		v.left = true
		delete(v.MapFS, "audit-000001.jsonl")
	}
	return entries, err
}

func TestSegmentsWhileRetentionDeletes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	segmented(t, dir, audit.Options{})
	all, err := audit.Segments(&vanishing{MapFS: inMemory(t, dir)})
	require.NoError(t, err)
	require.Len(t, all, 4)
	require.True(t, all[0].Pruned)
	require.False(t, all[1].Pruned)
}

// TestRecordsWhileRetentionDeletes: what is deleted before it is read is left out; but only retention may leave something out.
func TestRecordsWhileRetentionDeletes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	segmented(t, dir, audit.Options{})
	read := func(fsys fs.FS) (seqs []uint64, failure error) {
		for r, err := range audit.Records(fsys) {
			if err != nil {
				require.NoError(t, failure, "an error ends the sequence")
				failure = err
				continue
			}
			seqs = append(seqs, r.Seq)
		}
		return seqs, failure
	}
	all, err := read(inMemory(t, dir))
	require.NoError(t, err)
	left, err := read(&vanishing{MapFS: inMemory(t, dir)})
	require.NoError(t, err)
	require.Less(t, len(left), len(all))
	require.Equal(t, all[len(all)-len(left):], left)
	one := inMemory(t, dir)
	delete(one, "audit-000002.jsonl")
	delete(one, "audit-000003.jsonl")
	delete(one, "audit-000004.jsonl")
	_, err = read(&vanishing{MapFS: one})
	require.ErrorIs(t, err, fs.ErrNotExist, "retention never deletes the newest")
}
