package forward

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBeginning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at, err := beginning(dir, 0)
	require.NoError(t, err)
	require.Equal(t, progress{Version: 1, Segment: 1}, at)

	segmented(t, dir, 3, 2)
	at, err = beginning(dir, 5)
	require.NoError(t, err)
	require.Equal(t, progress{Version: 1, Segment: 1}, at)

	require.NoError(t, os.Remove(filepath.Join(dir, segmentName(1)))) // as retention does
	at, err = beginning(dir, 5)
	require.NoError(t, err)
	require.Equal(t, progress{Version: 1, Segment: 2, Seq: 3}, at)
	all, err := follow(dir, at, 5, 1<<20)
	require.NoError(t, err)
	require.Len(t, all, 2)

	require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(2)), nil, 0o600))
	at, err = beginning(dir, 5)
	require.NoError(t, err)
	require.Equal(t, progress{Version: 1, Segment: 2, Seq: 5}, at, "nothing is left to ship")

	require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(2)), []byte("{\"v\":1}\n"), 0o600))
	_, err = beginning(dir, 5)
	require.ErrorContains(t, err, "without a number")
}

func TestProgressIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for seq := range uint64(3) {
		require.NoError(t, progress{Version: 1, Segment: 2, Offset: 77, Seq: seq, Refused: 1}.write(dir))
		text, err := os.ReadFile(filepath.Join(dir, progressFile))
		require.NoError(t, err)
		require.JSONEq(t, `{"v":1,"segment":2,"offset":77,"seq":`+string(rune('0'+seq))+`,"refused":1}`, string(text))
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Error(t, progress{}.write(filepath.Join(dir, "missing")))
}
