package auditdb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit/auditdb"
)

func TestQuick(t *testing.T) {
	dir := writeLog(t, 100_000, usualCalls(1, 400_000))
	start := time.Now()
	done, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	el := time.Since(start)
	t.Logf("%+v %v %.0f/s %.3f, line %d", done, el, float64(done.Records)/el.Seconds(), float64(done.ParquetBytes)/float64(done.LineBytes), done.LineBytes/int64(done.Records))
}
