package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func openOn(t *testing.T, d volume, opts *Options) *Log {
	t.Helper()
	l, err := open(t.TempDir(), opts, d)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// callIDs verifies a log and returns the call ids in it.
func callIDs(t *testing.T, data string) (ids []string) {
	t.Helper()
	_, err := Verify(fstest.MapFS{segmentName(1): {Data: []byte(data)}}, nil)
	require.NoError(t, err)
	for line := range strings.Lines(data) {
		r, err := ParseRecord([]byte(strings.TrimSuffix(line, "\n")))
		require.NoError(t, err)
		ids = append(ids, r.CallID)
	}
	return ids
}

func failing(ops string, err error) func(string) error {
	return func(op string) error {
		if strings.Contains(ops, op) {
			return err
		}
		return nil
	}
}

// Whatever fails, the caller hears it, nothing of the refused record stays, and the log serves again as soon as the disk does.
func TestFaultsRefuseAndHeal(t *testing.T) {
	t.Parallel()
	for _, mode := range []SyncMode{SyncGroup, SyncEach} {
		for _, ops := range []string{"write", "sync", "write truncate", "sync truncate"} {
			d := newVolume()
			l := openOn(t, d, &Options{Sync: mode})
			require.NoError(t, l.Append(t.Context(), Record{CallID: "1"}))
			good := d.content()
			d.set(failing(ops, syscall.ENOSPC))
			for i := range 3 {
				err := l.Append(t.Context(), Record{CallID: fmt.Sprint("refused ", i)})
				require.ErrorIs(t, err, syscall.ENOSPC, ops)
				if !strings.Contains(ops, "truncate") {
					require.Equal(t, good, d.content(), "%s: no torn line stays", ops)
				}
			}
			seq, _ := l.Head()
			require.EqualValues(t, 1, seq)
			d.set(nil)
			require.NoError(t, l.Append(t.Context(), Record{CallID: "2"}))
			require.NoError(t, l.Close())
			require.Equal(t, []string{"1", "2"}, callIDs(t, d.content()), ops)
			require.Equal(t, 1, d.closed)
		}
	}
}

// Random faults under many callers: exactly the records that were acknowledged are in the log.
func TestRandomFaults(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		var mu sync.Mutex
		random := rand.New(rand.NewPCG(seed, 1))
		d := newVolume()
		l := openOn(t, d, nil)
		d.set(func(string) error {
			mu.Lock()
			defer mu.Unlock()
			if random.IntN(3) == 0 {
				return io.ErrShortWrite
			}
			return nil
		})
		var acknowledged sync.Map
		var wg sync.WaitGroup
		for c := range 16 {
			wg.Go(func() {
				for i := range 50 {
					id := fmt.Sprintf("%d.%d", c, i)
					if l.Append(context.Background(), Record{CallID: id}) == nil {
						acknowledged.Store(id, true)
					}
				}
			})
		}
		wg.Wait()
		d.set(nil)
		require.NoError(t, l.Append(t.Context(), Record{CallID: "end"}))
		acknowledged.Store("end", true)
		require.NoError(t, l.Close())
		for _, id := range callIDs(t, d.content()) {
			_, ok := acknowledged.LoadAndDelete(id)
			require.True(t, ok, "%s was refused, or stands twice", id)
		}
		acknowledged.Range(func(id, _ any) bool { t.Errorf("%v was acknowledged and is lost", id); return true })
	}
}

// A power cut loses all that was not synced. At any moment, what was acknowledged before is in what survives.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	for _, mode := range []SyncMode{SyncGroup, SyncEach} {
		d := newVolume()
		l := openOn(t, d, &Options{Sync: mode})
		var mu sync.Mutex
		var acknowledged []string
		type cut struct {
			known    int // how many were acknowledged before
			survives string
		}
		var cuts []cut
		d.set(func(string) error { // the power may go before any operation
			mu.Lock()
			defer mu.Unlock()
			c := cut{known: len(acknowledged)}
			c.survives = string(d.kept()[segmentName(1)].Data)
			cuts = append(cuts, c)
			return nil
		})
		var wg sync.WaitGroup
		for c := range 8 {
			wg.Go(func() {
				for i := range 20 {
					id := fmt.Sprintf("%d.%d", c, i)
					if l.Append(context.Background(), Record{CallID: id}) == nil {
						mu.Lock()
						acknowledged = append(acknowledged, id)
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, l.Close())
		require.Len(t, acknowledged, 160)
		require.Greater(t, len(cuts), 20)
		for _, c := range cuts {
			in := callIDs(t, c.survives)
			require.Subset(t, in, acknowledged[:c.known])
		}
	}
}

// gate is a disk whose sync waits until it is let through.
func gate(d *memoryVolume) (entered, pass chan struct{}) {
	entered, pass = make(chan struct{}), make(chan struct{})
	d.set(func(op string) error {
		if op == "sync" {
			entered <- struct{}{}
			<-pass
		}
		return nil
	})
	return entered, pass
}

func TestCallersShareASync(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newVolume()
		l := openOn(t, d, nil)
		entered, pass := gate(d)
		var wg sync.WaitGroup
		add := func(n int) {
			for range n {
				wg.Go(func() {
					if err := l.Append(context.Background(), Record{}); err != nil {
						t.Error(err)
					}
				})
			}
			synctest.Wait()
		}
		add(1)
		<-entered
		add(40)
		pass <- struct{}{}
		<-entered
		pass <- struct{}{}
		wg.Wait()
		require.Equal(t, 2, d.syncs)
		d.set(nil)
		require.NoError(t, l.Close())
	})
}

// The context bounds the wait and nothing else: the record is written all the same.
func TestContextBoundsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newVolume()
		l := openOn(t, d, nil)
		entered, pass := gate(d)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		result := make(chan error)
		start := time.Now()
		go func() { result <- l.Append(ctx, Record{CallID: "slow"}) }()
		<-entered
		err := <-result
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "may still be written")
		require.Equal(t, 2*time.Second, time.Since(start))
		d.set(nil)
		pass <- struct{}{}
		require.NoError(t, l.Close())
		require.Equal(t, []string{"slow"}, callIDs(t, d.content()))
	})
}

// A disk that hangs does not fill the memory: the queue is bounded, and who finds it full waits for his context only.
func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newVolume()
		l := openOn(t, d, nil)
		entered, pass := gate(d)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		big := strings.Repeat("x", maxQueued/4)
		errs := make(chan error, 20)
		for range 20 {
			go func() { errs <- l.Append(ctx, Record{Note: big}) }()
		}
		<-entered
		full := 0
		for range 20 {
			err := <-errs
			require.ErrorIs(t, err, context.DeadlineExceeded)
			if strings.Contains(err.Error(), "the queue is full") {
				full++
			}
		}
		require.GreaterOrEqual(t, full, 20-2*4)
		d.set(nil)
		pass <- struct{}{}
		require.NoError(t, l.Append(t.Context(), Record{Note: big}), "there is room again")
		require.NoError(t, l.Close())
	})
}

// Mode AsyncUnsafe takes records before they are written. While the disk fails it refuses, keeps what it took, and retries by itself.
func TestAsyncKeepsWhatItTook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newVolume()
		var said strings.Builder
		l := openOn(t, d, &Options{Sync: AsyncUnsafe, Logger: slog.New(slog.NewTextHandler(&said, nil))})
		d.set(failing("write", syscall.ENOSPC))
		require.NoError(t, l.Append(t.Context(), Record{CallID: "1"}))
		<-time.After(2 * defaultAsyncLinger) // the writer has tried
		require.ErrorIs(t, l.Append(t.Context(), Record{CallID: "refused"}), syscall.ENOSPC)
		d.set(nil)
		<-time.After(retryPause)
		synctest.Wait()
		require.NoError(t, l.Append(t.Context(), Record{CallID: "2"}))
		require.NoError(t, l.Close())
		require.Equal(t, []string{"1", "2"}, callIDs(t, d.content()))
		require.Equal(t, 1, strings.Count(said.String(), "level=ERROR"))
		require.Contains(t, said.String(), "written again")
	})
}

func TestCloseSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	d := newVolume()
	l := openOn(t, d, &Options{Sync: AsyncUnsafe})
	d.set(failing("write", syscall.EIO))
	for range 3 {
		_ = l.Append(t.Context(), Record{})
	}
	require.ErrorContains(t, l.Close(), "records that were taken could not be written and are lost")
	require.ErrorIs(t, l.Append(t.Context(), Record{}), fs.ErrClosed)

	d = newVolume()
	l = openOn(t, d, nil)
	d.set(failing("sync", syscall.EIO))
	require.ErrorIs(t, l.Close(), syscall.EIO)
}

// Faults while a log is opened leave the directory free for another try, and the torn line where it was.
func TestOpenFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, segmentName(1))
	require.NoError(t, os.WriteFile(path, []byte(`{"v":`), 0o600))
	errOpen := errors.New("no more files")
	d := newVolume()
	d.set(failing("open", errOpen))
	_, err := open(dir, nil, d)
	require.ErrorIs(t, err, errOpen)
	for _, op := range []string{"truncate", "sync", "write", "put", "names"} {
		d := newVolume().with(segmentName(1), `{"v":`)
		d.set(failing(op, syscall.EIO))
		_, err = open(dir, nil, d)
		require.ErrorIs(t, err, syscall.EIO, op)
		require.Equal(t, 1, d.closed, op)
	}
	l, err := Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	torn, err := filepath.Glob(filepath.Join(dir, "*.torn"))
	require.NoError(t, err)
	require.Len(t, torn, 1)
}

// A full real disk: the file may not grow.
func TestNoFileWithoutRoom(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("needs /dev/full")
	}
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	l := openOn(t, fullVolume{osVolume{t.TempDir()}, f}, nil)
	require.ErrorIs(t, l.Append(t.Context(), Record{}), syscall.ENOSPC)
}

// fullVolume has its segments on a disk without room.
type fullVolume struct {
	osVolume
	full *os.File
}

func (v fullVolume) open(string) (disk, error) { return osDisk{v.full}, nil }
func (v fullVolume) holds(string, disk) error  { return nil }
