package audit

import (
	"io/fs"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The segment being written is deleted, and the disk fails at the first, second, ... operation of putting it back: nothing is lost, nothing refused
// is written, and the log serves again as soon as the disk does. A power cut at any of them leaves a log too.
func TestFaultsWhilePuttingBack(t *testing.T) {
	t.Parallel()
	for n := 0; ; n++ {
		v := newVolume()
		l := openOn(t, v, nil)
		require.NoError(t, l.Append(t.Context(), Record{CallID: "1"}))
		require.NoError(t, l.Append(t.Context(), Record{CallID: "2"}))
		v.mu.Lock()
		delete(v.names, segmentName(1))
		v.mu.Unlock()
		require.ErrorIs(t, l.Append(t.Context(), Record{CallID: "refused"}), fs.ErrNotExist)
		count, failed := 0, false
		var cuts []*memoryVolume
		v.set(func(string) error {
			cuts = append(cuts, v.afterCut())
			if count++; count > n {
				failed = true
				return syscall.EIO
			}
			return nil
		})
		acknowledged := l.Append(t.Context(), Record{CallID: "3"}) == nil
		require.Equal(t, failed, !acknowledged, "operation %d", n)
		v.set(nil)
		require.NoError(t, l.Append(t.Context(), Record{CallID: "end"}), "operation %d", n)
		require.NoError(t, l.Close())
		got, _ := inLog(t, v, "operation %d", n)
		want := map[string]int{"1": 1, "2": 1, "end": 1}
		if acknowledged {
			want["3"] = 1
		}
		require.Equal(t, want, got, "operation %d", n)
		for _, cut := range cuts {
			again := openOn(t, cut, nil)
			require.NoError(t, again.Close())
			inLog(t, cut, "cut at operation %d", n)
		}
		if !failed {
			require.Greater(t, n, 5)
			return
		}
	}
}
