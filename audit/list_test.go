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
