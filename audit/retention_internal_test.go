package audit

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var retentionKey = []byte(strings.Repeat("r", minKey))

// aged is a log of six sealed segments, an hour apart, and an open one. It must be called in a bubble.
func aged(t *testing.T) (*memoryVolume, *Log) {
	t.Helper()
	v := newVolume()
	l := openOn(t, v, &Options{Key: retentionKey})
	for range 6 {
		require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome, Time: time.Now()}))
		<-time.After(time.Hour)
		require.NoError(t, l.Seal(t.Context()))
	}
	return v, l
}

func whole(t *testing.T, m fstest.MapFS, what ...any) Summary {
	t.Helper()
	sum, err := Verify(m, &VerifyOptions{Key: retentionKey})
	require.NoError(t, err, what...)
	return sum
}

// A deletion fails, or the power goes, at its first, second, ... operation: what is left is a log at every moment, and the next one ends it.
func TestDeletionInterrupted(t *testing.T) {
	t.Parallel()
	keep := Retention{Age: 3*time.Hour - time.Minute}
	for n := 0; ; n++ {
		failed := false
		synctest.Test(t, func(t *testing.T) {
			v, l := aged(t)
			count := 0
			var cut *memoryVolume
			v.set(func(string) error {
				if count++; count <= n {
					return nil
				}
				if cut == nil {
					cut = v.afterCut()
				}
				failed = true
				return syscall.EIO
			})
			done, err := l.Prune(t.Context(), keep)
			require.Equal(t, failed, err != nil, "operation %d", n)
			v.set(nil)
			require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome}), "operation %d", n)
			whole(t, v.now(), "operation %d", n)
			if failed {
				again := openOn(t, cut, &Options{Key: retentionKey})
				whole(t, cut.now(), "cut before operation %d", n)
				_, err = again.Prune(t.Context(), keep)
				require.NoError(t, err)
				require.EqualValues(t, 4, whole(t, cut.now()).FirstSeq)
				require.NoError(t, again.Close())
				done, err = l.Prune(t.Context(), keep)
				require.NoError(t, err)
			}
			require.LessOrEqual(t, done.LastSegment, 3)
			require.EqualValues(t, 4, whole(t, v.now()).FirstSeq, "operation %d", n)
			require.NoError(t, l.Close())
		})
		if !failed {
			require.Greater(t, n, 8)
			return
		}
	}
}

// Whoever may write into the directory and has no key cannot make the log delete its records and call that its own doing.
func TestRetentionIsNotTricked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trick func(t *testing.T, v *memoryVolume)
		want  string // the error; empty: nothing is deleted
	}{
		"older by its checkpoint": {func(t *testing.T, v *memoryVolume) {
			t.Helper()
			respell(t, v, 1, func(c *Checkpoint) { c.Sealed = c.Sealed.Add(-1000 * time.Hour) })
		}, "its mac does not fit"},
		"larger by a checkpoint": {func(t *testing.T, v *memoryVolume) {
			t.Helper()
			respell(t, v, 5, func(c *Checkpoint) { c.Size = 1 << 40 })
		}, "its mac does not fit"},
		"an older checkpoint": {func(t *testing.T, v *memoryVolume) {
			t.Helper()
			v.with(checkpointName(2), string(v.now()[checkpointName(1)].Data))
		}, "this is the checkpoint of segment 1"},
		"large Parquet": {func(t *testing.T, v *memoryVolume) {
			t.Helper()
			v.with(parquetName(3), strings.Repeat("x", 1<<20))
		}, ""},
		"large last segment": {func(t *testing.T, v *memoryVolume) {
			t.Helper()
			v.mu.Lock()
			defer v.mu.Unlock()
			v.names[segmentName(7)].data = make([]byte, 1<<20)
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v, l := aged(t)
				c.trick(t, v)
				before := v.now()
				d, err := l.Prune(t.Context(), Retention{Age: 100 * time.Hour, Bytes: 100_000})
				if c.want != "" {
					require.ErrorContains(t, err, c.want)
				} else {
					require.NoError(t, err)
				}
				require.Empty(t, d.Segments)
				require.ElementsMatch(t, keys(before), keys(v.now()))
				require.NoError(t, l.Close())
			})
		})
	}
}

func keys(m fstest.MapFS) (names []string) {
	for name := range maps.Keys(m) {
		names = append(names, name)
	}
	return names
}

// respell changes a checkpoint as somebody does who has no key.
func respell(t *testing.T, v *memoryVolume, n int, edit func(*Checkpoint)) {
	t.Helper()
	c, _, err := readCheckpoint(v.now(), n)
	require.NoError(t, err)
	edit(c)
	line, err := c.line()
	require.NoError(t, err)
	v.with(checkpointName(n), string(line)+"\n")
}

// A hold that is placed while segments are being deleted keeps those that are left.
func TestHoldPlacedMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v, l := aged(t)
		removed := 0
		v.set(func(op string) error {
			if op == "remove" {
				if removed++; removed == 2 { // the first segment, behind its Parquet file
					v.with("case"+holdSuffix, `{"name":"case","reason":"r","by":"b","placed":"2000-01-01T00:00:00Z"}`)
				}
			}
			return nil
		})
		_, err := l.Prune(t.Context(), Retention{Age: time.Minute})
		require.ErrorContains(t, err, "segment 2 was not deleted: a hold was placed on it meanwhile")
		require.EqualValues(t, 2, whole(t, v.now()).FirstSeq)
		require.NoError(t, l.Close())
	})
}

// The record of a deletion may seal a segment that is old or too much at once. That begins no deletion without end.
func TestRetentionEnds(t *testing.T) {
	t.Parallel()
	for _, opts := range []Options{{Sync: AsyncUnsafe}, {SegmentBytes: 10}} {
		for _, keep := range []Retention{{Age: 1}, {Bytes: 1}} {
			opts.Retention = &keep
			synctest.Test(t, func(t *testing.T) {
				v := newVolume()
				l := openOn(t, v, &opts)
				for range 10 {
					require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome}))
					require.NoError(t, l.Seal(t.Context()))
					<-time.After(time.Minute)
				}
				seq, _ := l.Head()
				require.LessOrEqual(t, seq, uint64(40))
				require.NoError(t, l.Close())
			})
		}
	}
}

// The clock is set back while a segment is written: a hold on the time in between still holds it.
func TestHoldWhenTheClockWentBack(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	holds := []Hold{{Name: "h", From: noon.Add(-3 * time.Hour), Until: noon.Add(-2 * time.Hour)}}
	require.Len(t, holding(holds, noon, noon.Add(-5*time.Hour)), 1)
	require.Empty(t, holding(holds, noon, noon.Add(time.Hour)))
}

// Deletions, records, seals and the end of the log at once: nothing acknowledged and young is lost, and what is left is a log.
func TestDeletionsAmongAll(t *testing.T) {
	t.Parallel()
	for round := range 5 {
		dir := t.TempDir()
		l, err := Open(dir, &Options{Key: retentionKey, SegmentBytes: 2000, Retention: &Retention{Bytes: 20_000}})
		require.NoError(t, err)
		var wg sync.WaitGroup
		for c := range 4 {
			wg.Go(func() {
				for i := range 100 {
					_ = l.Append(context.Background(), Record{Kind: KindOutcome, CallID: fmt.Sprint(c, ".", i)})
					if i%20 == c {
						_ = l.Seal(context.Background())
						_, _ = l.Prune(context.Background(), Retention{Bytes: 10_000})
					}
					if c == 3 && i == 50+10*round {
						_ = l.Close()
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, l.Close())
		_, err = Verify(os.DirFS(dir), &VerifyOptions{Key: retentionKey})
		require.NoError(t, err)
	}
}
