package forward

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// segmented writes a log of several segments, with records numbered through, and returns the sizes of its files.
func segmented(t *testing.T, dir string, records ...int) []int64 {
	t.Helper()
	var sizes []int64
	seq := uint64(0)
	for i, count := range records {
		var text []byte
		for range count {
			seq++
			r := audit.Record{Seq: seq, CallID: fmt.Sprint(seq)}
			line, err := r.AppendJSON(text)
			require.NoError(t, err)
			text = append(line, '\n')
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(i+1)), text, 0o600))
		sizes = append(sizes, int64(len(text)))
	}
	return sizes
}

func TestFollowSegments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	segmented(t, dir, 3, 0, 2, 4)
	for _, limit := range []int{1, 50, 100, 1 << 20} {
		at := progress{Segment: 1}
		for want := uint64(1); want <= 8; {
			some, err := follow(dir, at, 8, limit)
			require.NoError(t, err)
			require.NotEmpty(t, some)
			for _, u := range some {
				require.Equal(t, want, u.record.Seq)
				want++
			}
			at = some[len(some)-1].after
		}
		require.EqualValues(t, 8, at.Seq)
		require.Equal(t, 4, at.Segment)
		some, err := follow(dir, at, 8, limit)
		require.NoError(t, err)
		require.Empty(t, some, "record 9 is in the file and not durable")
	}
	_, err := follow(dir, progress{Segment: 1}, 10, 1<<20)
	require.ErrorContains(t, err, "ends before record 10")
	require.NoError(t, os.Remove(filepath.Join(dir, segmentName(1))))
	some, err := follow(dir, progress{Segment: 1, Offset: 300, Seq: 3}, 8, 1<<20)
	require.NoError(t, err, "deleted, but it was shipped")
	require.Len(t, some, 5)
	_, err = follow(dir, progress{Segment: 1, Offset: 200, Seq: 2}, 8, 1<<20)
	require.ErrorContains(t, err, "found record 4 where 3 should be", "deleted too early")
}

func TestFollowRefusesWhatWasChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	segmented(t, dir, 3)
	_, err := follow(dir, progress{Segment: 1, Seq: 1}, 3, 1<<20)
	require.ErrorContains(t, err, "found record 1 where 2 should be")
	_, err = follow(dir, progress{Segment: 1, Offset: 1}, 3, 1<<20)
	require.ErrorContains(t, err, "audit-000001.jsonl, byte 1")
	_, err = follow(dir, progress{Segment: 7}, 3, 1<<20)
	require.ErrorContains(t, err, "audit-000007.jsonl is gone")
}

func TestExtent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sizes := segmented(t, dir, 3, 1, 2)
	e := newExtent(dir, progress{Segment: 1, Offset: 10})
	unsent, err := e.unsent()
	require.NoError(t, err)
	require.Equal(t, sizes[0]+sizes[1]+sizes[2]-10, unsent)
	require.NoError(t, os.Remove(filepath.Join(dir, segmentName(1))))
	e = newExtent(dir, progress{Segment: 1, Offset: sizes[0]})
	unsent, err = e.unsent()
	require.NoError(t, err, "deleted after it was shipped")
	require.Equal(t, sizes[1]+sizes[2], unsent)
	e.move(progress{Segment: 3, Offset: 5})
	unsent, err = e.unsent()
	require.NoError(t, err)
	require.Equal(t, sizes[2]-5, unsent)
	require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(4)), make([]byte, 100), 0o600))
	unsent, err = e.unsent()
	require.NoError(t, err)
	require.Equal(t, sizes[2]-5+100, unsent)
	e.move(progress{Segment: 4, Offset: 100})
	unsent, err = e.unsent()
	require.NoError(t, err)
	require.Zero(t, unsent)
}
