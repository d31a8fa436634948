package forward_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
)

// rotating are buffered options whose log begins a new segment with every few records.
func rotating(dir string) *forward.HTTPOptions {
	o, _ := buffered(dir)
	o.BufferLog = &audit.Options{SegmentBytes: 2000}
	return o
}

// kept is what stands in the segments of a buffer, and how many there are.
func kept(t *testing.T, dir string) (bytes int64, segments int) {
	t.Helper()
	all, err := audit.Segments(os.DirFS(dir))
	require.NoError(t, err)
	for _, s := range all {
		if !s.Pruned {
			bytes += s.Size
			segments++
		}
	}
	return bytes, segments
}

// intact holds a buffer to its chain, and what the collector has to the whole of it: no number is missing. That segments were deleted may
// have been recorded after the last shipment.
func intact(t *testing.T, dir string, c *collector) {
	t.Helper()
	summary, err := audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
	next := uint64(1)
	for _, line := range c.taken() {
		r, err := audit.ParseRecord([]byte(line))
		require.NoError(t, err)
		require.LessOrEqual(t, r.Seq, next, "a record is missing")
		if r.Seq == next {
			next++
		}
	}
	require.LessOrEqual(t, next, summary.LastSeq+1)
	for r, err := range audit.Records(os.DirFS(dir)) {
		require.NoError(t, err)
		if r.Seq >= next {
			require.Equal(t, "log", r.Target.Kind, "nothing but what the buffer says of itself was left behind")
		}
	}
}

// TestBufferDeletesWhatIsShipped: the buffer does not grow with what goes through it, and what waits is never deleted.
func TestBufferDeletesWhatIsShipped(t *testing.T) {
	t.Parallel()
	c := newCollector(t, func(n int, w http.ResponseWriter, _ *http.Request, _ string) bool {
		if n%5 == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return n%5 != 1
	})
	dir := t.TempDir()
	o := rotating(dir)
	o.MaxBatch = 3000
	s := open(t, c.URL, o)
	write := func(from int) {
		var all sync.WaitGroup
		for caller := range 16 {
			all.Go(func() {
				for n := range 50 {
					require.NoError(t, s.Append(within(t), numbered(from+caller*50+n)))
				}
			})
		}
		all.Wait()
	}
	write(0)
	require.NoError(t, s.Flush(within(t)))
	write(1000) // 300 KB in all
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	bytes, segments := kept(t, dir)
	require.Less(t, bytes, int64(60_000))
	require.Less(t, segments, 40)
	intact(t, dir, c)

	c.say(status(http.StatusServiceUnavailable))
	o = rotating(dir)
	o.BufferLog.Retention = &audit.Retention{Age: time.Nanosecond, Bytes: 1} // of what was shipped, and of nothing else
	s = open(t, c.URL, o)
	write(2000)
	require.NoError(t, s.Close())
	bytes, _ = kept(t, dir)
	require.Greater(t, bytes, int64(800*150), "nothing was shipped")
	s = open(t, c.URL, o)
	c.say(nil)
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	intact(t, dir, c)
	s = open(t, c.URL, o) // whatever has not been deleted is when it is opened
	require.NoError(t, s.Append(within(t), numbered(9999)))
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	bytes, segments = kept(t, dir)
	require.Less(t, bytes, int64(10_000))
	require.Less(t, segments, 4)
	intact(t, dir, c)
}

// TestBufferKeepsWhatItIsTold: a retention keeps what was shipped for its time, and a legal hold for as long as it is there.
func TestBufferKeepsWhatItIsTold(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	dir := t.TempDir()
	o := rotating(dir)
	o.BufferLog.Retention = &audit.Retention{Age: time.Hour}
	fill := func(o *forward.HTTPOptions, n int) int {
		s := open(t, c.URL, o)
		for i := range 200 {
			require.NoError(t, s.Append(within(t), numbered(n+i)))
		}
		require.NoError(t, s.Flush(within(t)))
		require.NoError(t, s.Close())
		_, segments := kept(t, dir)
		return segments
	}
	first := fill(o, 0)
	require.Greater(t, first, 10)
	require.NoError(t, audit.PlaceHold(dir, audit.Hold{Name: "case-7", Reason: "court", By: "legal", Placed: time.Now()}))
	require.Greater(t, fill(rotating(dir), 200), first, "held")
	require.NoError(t, audit.LiftHold(dir, "case-7"))
	fill(rotating(dir), 400)
	open(t, c.URL, rotating(dir))
	require.Less(t, fill(rotating(t.TempDir()), 0), first)
	intact(t, dir, c)
}

// TestBufferDeletesAfterCrashes: whatever moment a crash leaves on the disk, what waits is shipped from there and the rest is deleted.
func TestBufferDeletesAfterCrashes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var images []string
	var mu sync.Mutex
	c := newCollector(t, nil)
	c.say(func(n int, _ http.ResponseWriter, _ *http.Request, _ string) bool {
		// Nothing is deleted while a request is under way, but records are written: the image may end in part of a line.
		if n%4 == 3 {
			image := filepath.Join(t.TempDir(), fmt.Sprint(n))
			if os.CopyFS(image, os.DirFS(dir)) == nil {
				mu.Lock()
				images = append(images, image)
				mu.Unlock()
			}
		}
		return true
	})
	o := rotating(dir)
	o.MaxBatch = 4000
	s := open(t, c.URL, o)
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			for n := range 60 {
				require.NoError(t, s.Append(within(t), numbered(caller*60+n)))
			}
		})
	}
	all.Wait()
	require.NoError(t, s.Flush(within(t)))
	require.NoError(t, s.Close())
	require.NotEmpty(t, images)
	for _, image := range images {
		again := newCollector(t, nil)
		had := c.taken()
		s, err := forward.HTTP(again.URL, forward.JSON(), rotating(image))
		require.NoError(t, err)
		require.NoError(t, s.Append(within(t), numbered(99_999)))
		require.NoError(t, s.Flush(within(t)))
		require.NoError(t, s.Close())
		summary, err := audit.Verify(os.DirFS(image), nil)
		require.NoError(t, err)
		there := map[uint64]bool{}
		for _, line := range append(had, again.taken()...) {
			r, err := audit.ParseRecord([]byte(line))
			require.NoError(t, err)
			there[r.Seq] = true
		}
		own := map[uint64]bool{} // what the buffer says of itself, and may have said after the last shipment
		for r, err := range audit.Records(os.DirFS(image)) {
			require.NoError(t, err)
			own[r.Seq] = r.Target.Kind == "log"
		}
		for seq := uint64(1); seq <= summary.LastSeq; seq++ {
			require.True(t, there[seq] || own[seq], "record %d is lost", seq)
		}
	}
}

// TestBufferDeletesWhileIdle: what was shipped does not lie around until the next record comes, and an idle buffer does not write for ever.
func TestBufferDeletesWhileIdle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o, _ := buffered(dir)
		o.Client = &http.Client{Transport: accepting{}}
		o.BufferLog = &audit.Options{SegmentAge: 24 * time.Hour}
		s, err := forward.HTTP("http://collector.example", forward.JSON(), o)
		require.NoError(t, err)
		require.NoError(t, s.Append(t.Context(), numbered(1)))
		require.NoError(t, s.Flush(t.Context()))
		<-time.After(26 * time.Hour)
		synctest.Wait()
		all, err := audit.Segments(os.DirFS(dir))
		require.NoError(t, err)
		require.True(t, all[0].Pruned, "the segment with the record")
		<-time.After(10 * 24 * time.Hour)
		synctest.Wait()
		require.Zero(t, s.Lag().Records)
		require.NoError(t, s.Close())
		summary, err := audit.Verify(os.DirFS(dir), nil)
		require.NoError(t, err)
		require.Less(t, summary.LastSeq, uint64(20), "one record a day says what was deleted")
	})
}

// TestBufferOfSmallestSegments: a record of a deletion must not lead to the next deletion, and so on for ever.
func TestBufferOfSmallestSegments(t *testing.T) {
	t.Parallel()
	c := newCollector(t, nil)
	o, _ := buffered(t.TempDir())
	o.BufferLog = &audit.Options{SegmentBytes: 1}
	s := open(t, c.URL, o)
	for n := range 300 {
		require.NoError(t, s.Append(within(t), numbered(n)))
	}
	require.NoError(t, s.Flush(within(t)))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	require.NoError(t, s.Close())
	require.Less(t, len(c.taken()), 300+20)
}

// accepting is a collector without a network.
type accepting struct{}

func (accepting) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: r}, nil
}
