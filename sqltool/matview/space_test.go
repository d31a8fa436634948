package matview_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// TestSpaceIsReused: versions that nobody reads any more leave nothing: the file does not grow with refreshes.
func TestSpaceIsReused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.duckdb")
	store := open(t, with{Path: path, Definitions: []matview.Definition{versioned(matview.Definition{})}, Setup: ticks})
	for range 60 { // without reuse 60 versions of more than 1 MB each
		execute(t, store.SQL(), "UPDATE ticks SET n = n + 1")
		require.NoError(t, store.Refresh(t.Context()))
	}
	var size int64
	for _, file := range []string{path, path + ".wal"} {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	require.Less(t, size, int64(32<<20))
}
