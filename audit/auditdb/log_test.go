package auditdb_test

import (
	"context"
	"iter"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// writeLog writes records as a log into a new directory, in segments of the given number of records, all sealed but the last, which holds what
// is left over.
func writeLog(t testing.TB, perSegment int, records iter.Seq[audit.Record]) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "log")
	log, err := audit.Open(dir, &audit.Options{Sync: audit.AsyncUnsafe, SegmentBytes: -1, SegmentAge: -1})
	require.NoError(t, err)
	n := 0
	for r := range records {
		require.NoError(t, log.Append(context.Background(), r))
		if n++; n%perSegment == 0 {
			require.NoError(t, log.Seal(context.Background()))
		}
	}
	require.NoError(t, log.Close())
	return dir
}
