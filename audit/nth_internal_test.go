package audit

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// traffic appends records from several callers to a log whose segments are small, and returns which were acknowledged.
func traffic(l *Log, tag string) (acknowledged []string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c := range 4 {
		wg.Go(func() {
			for i := range 6 {
				id := fmt.Sprintf("%s%d.%d", tag, c, i)
				kind := KindOutcome
				if i%2 == 0 {
					kind = KindIntent
				}
				if l.Append(context.Background(), Record{Kind: kind, CallID: id, Note: strings.Repeat("x", 300)}) == nil {
					mu.Lock()
					acknowledged = append(acknowledged, id)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return acknowledged
}

// inLog verifies a volume's log and returns how often each call stands in it, by kind.
func inLog(t *testing.T, v *memoryVolume, what ...any) (records map[string]int, unknown int) {
	t.Helper()
	_, err := Verify(v.now(), nil)
	require.NoError(t, err, what...)
	records = map[string]int{}
	for r, err := range Records(v.now()) {
		require.NoError(t, err)
		switch {
		case r.Outcome == OutcomeUnknown:
			unknown++
		case r.Target.Kind != targetLog:
			records[r.CallID]++
		}
	}
	return records, unknown
}

// An I/O error at the first, the second, ... operation of a log that writes and seals: exactly what was acknowledged is in the log, once, and
// the log serves again by itself as soon as the disk does.
func TestFaultAtEveryOperation(t *testing.T) {
	t.Parallel()
	for _, mode := range []SyncMode{SyncGroup, SyncEach} {
		for _, lasting := range []int{1, 3, 1000} {
			for n := 0; ; n++ {
				v := newVolume()
				l := openOn(t, v, &Options{Sync: mode, SegmentBytes: 2000})
				var mu sync.Mutex
				count, failed := 0, false
				v.set(func(string) error {
					mu.Lock()
					defer mu.Unlock()
					count++
					if count > n && count <= n+lasting {
						failed = true
						return syscall.EIO
					}
					return nil
				})
				acknowledged := traffic(l, "")
				v.set(nil)
				require.NoError(t, l.Append(t.Context(), Record{CallID: "end"}), "operation %d", n)
				require.NoError(t, l.Close())
				got, _ := inLog(t, v, "operation %d", n)
				for _, id := range append(acknowledged, "end") {
					require.Equal(t, 1, got[id], "operation %d: %s", n, id)
					delete(got, id)
				}
				require.Empty(t, got, "operation %d: refused and yet written", n)
				if !failed {
					break
				}
			}
		}
	}
}

// The power goes before any operation of a log that writes and seals: what was acknowledged before comes back, whatever was not synced is gone, the
// log opens, and every call that had begun has an end.
func TestPowerCutAtEveryOperation(t *testing.T) {
	t.Parallel()
	for _, mode := range []SyncMode{SyncGroup, SyncEach} {
		v := newVolume()
		l := openOn(t, v, &Options{Sync: mode, SegmentBytes: 2000, Key: []byte(strings.Repeat("p", minKey))})
		type cut struct {
			known  []string
			remain *memoryVolume
			op     string
		}
		var mu sync.Mutex
		var known []string
		var cuts []cut
		v.set(func(op string) error {
			mu.Lock()
			defer mu.Unlock()
			cuts = append(cuts, cut{append([]string{}, known...), v.afterCut(), op})
			return nil
		})
		var wg sync.WaitGroup
		for c := range 4 {
			wg.Go(func() {
				for i := range 8 {
					id := fmt.Sprintf("%d.%d", c, i)
					if l.Append(context.Background(), Record{Kind: KindIntent, CallID: id, Note: strings.Repeat("x", 300)}) == nil {
						mu.Lock()
						known = append(known, id)
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, l.Close())
		require.Len(t, known, 32)
		require.Greater(t, len(v.segments()), 3)
		for _, c := range cuts {
			again := openOn(t, c.remain, &Options{SegmentBytes: 2000, Key: []byte(strings.Repeat("p", minKey))})
			require.NoError(t, again.Append(t.Context(), Record{CallID: "end"}))
			require.NoError(t, again.Close())
			sum, err := Verify(c.remain.now(), &VerifyOptions{Key: []byte(strings.Repeat("p", minKey))})
			require.NoError(t, err, c.op)
			require.Empty(t, sum.Unfinished, c.op)
			intents, ends := map[string]int{}, map[string]int{}
			for r, err := range Records(c.remain.now()) {
				require.NoError(t, err)
				switch {
				case r.Kind == KindIntent:
					intents[r.CallID]++
				case r.Outcome == OutcomeUnknown:
					ends[r.CallID]++
				}
			}
			require.Equal(t, intents, ends, c.op)
			for _, id := range c.known {
				require.Equal(t, 1, intents[id], "%s was acknowledged before %s", id, c.op)
			}
		}
	}
}

// A crash of the system may leave pages of the last write empty between others. Nothing of that write was confirmed.
func TestHolesAreSetAside(t *testing.T) {
	t.Parallel()
	v := newVolume()
	l := openOn(t, v, nil)
	for i := range 4 {
		require.NoError(t, l.Append(t.Context(), Record{CallID: fmt.Sprint(i)}))
	}
	require.NoError(t, l.Close())
	whole := v.content()
	lines := strings.SplitAfter(whole, "\n")
	at := len(lines[0]) + len(lines[1])
	holed := whole[:at+10] + strings.Repeat("\x00", 20) + whole[at+30:]
	v = newVolume().with(segmentName(1), holed)
	l = openOn(t, v, nil)
	require.NoError(t, l.Append(t.Context(), Record{CallID: "after"}))
	require.NoError(t, l.Close())
	got, _ := inLog(t, v)
	require.Equal(t, map[string]int{"0": 1, "1": 1, "after": 1}, got)
	require.Equal(t, holed[at:], string(v.now()[fmt.Sprintf("%s.%d-1.torn", segmentName(1), at)].Data))
}

// Zero bytes with more behind them than one write can be are no crash: what was confirmed is not cut off.
func TestLongHolesAreRefused(t *testing.T) {
	t.Parallel()
	v := newVolume()
	l := openOn(t, v, nil)
	require.NoError(t, l.Append(t.Context(), Record{CallID: "1"}))
	require.NoError(t, l.Close())
	v = newVolume().with(segmentName(1), v.content()+"\x00\n"+strings.Repeat(v.content(), maxHole/len(v.content())+1))
	before := v.now()
	_, err := open(t.TempDir(), nil, v)
	var bad *VerifyError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, 2, bad.Line)
	require.ErrorContains(t, err, "more behind them than a crash")
	require.Equal(t, before, v.now())
}
