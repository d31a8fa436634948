package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// reopened verifies a closed log, opens it once more, and verifies it again.
func reopened(t *testing.T, v *memoryVolume) {
	t.Helper()
	_, err := Verify(v.now(), nil)
	require.NoError(t, err)
	require.NoError(t, openOn(t, v, nil).Close())
	_, err = Verify(v.now(), nil)
	require.NoError(t, err)
}

// Call ids that are no UTF-8 become others, or the same, in their lines. The checkpoint names what the lines do.
func TestCallIDsThatAreNoText(t *testing.T) {
	t.Parallel()
	v := newVolume()
	l := openOn(t, v, nil)
	for _, id := range []string{"\xff", "\xfe", "\U0001F600", "a\xe2\x82b"} {
		require.NoError(t, l.Append(t.Context(), Record{Kind: KindIntent, CallID: id}))
	}
	require.NoError(t, l.Seal(t.Context()))
	require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome, CallID: "\xfd"}), "the same as the first two")
	require.NoError(t, l.Seal(t.Context()))
	require.NoError(t, l.Close())
	reopened(t, v)
}

// A checkpoint that names every unfinished call can always be read again: whatever would make it too long is refused.
func TestUnfinishedCallsAreBounded(t *testing.T) {
	t.Parallel()
	v := newVolume()
	l := openOn(t, v, nil)
	require.ErrorContains(t, l.Append(t.Context(), Record{Kind: KindIntent, CallID: strings.Repeat("x", maxCallID+1)}), "CallID of an intent has 4097 bytes")
	id := func(n int) string { return fmt.Sprintf("%04d", n) + strings.Repeat("\x01", maxCallID-4) } // six bytes each, escaped
	taken := maxUnfinished / maxCallID
	var wg sync.WaitGroup
	for n := range taken {
		wg.Go(func() {
			if err := l.Append(context.Background(), Record{Kind: KindIntent, CallID: id(n)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for ; ; taken++ {
		if err := l.Append(t.Context(), Record{Kind: KindIntent, CallID: id(taken)}); err != nil {
			require.ErrorIs(t, err, errCrowded)
			break
		}
	}
	require.Equal(t, maxUnfinished/maxCallID+1, taken)
	require.NoError(t, l.Seal(t.Context()))
	require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome, CallID: id(0)}), "outcomes are always taken")
	require.NoError(t, l.Append(t.Context(), Record{Kind: KindIntent, CallID: id(taken)}), "and make room")
	require.NoError(t, l.Seal(t.Context()))
	require.NoError(t, l.Close())
	reopened(t, v)
}

// What AppendJSON takes can be read again, however deep it is nested.
func TestDeepParts(t *testing.T) {
	t.Parallel()
	v := newVolume()
	l := openOn(t, v, nil)
	deep := func(levels int) json.RawMessage {
		return json.RawMessage(strings.Repeat(`{"a": `, levels) + "1" + strings.Repeat("}", levels))
	}
	require.NoError(t, l.Append(t.Context(), Record{Arguments: deep(1000), User: User{Attributes: deep(999)}}))
	require.ErrorContains(t, l.Append(t.Context(), Record{User: User{Attributes: deep(1000)}}), "User.Attributes: nested deeper than 999 levels")
	require.ErrorContains(t, l.Append(t.Context(), Record{Arguments: deep(1001)}), "nested deeper")
	require.NoError(t, l.Close())
	reopened(t, v)
}

// Whoever waits for a segment to be sealed hears when the log is closed instead.
func TestCloseAnswersSeal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVolume()
		l := openOn(t, v, &Options{Sync: AsyncUnsafe})
		v.set(failing("write", syscall.EIO))
		require.NoError(t, l.Append(t.Context(), Record{}))
		sealed := make(chan error)
		go func() { sealed <- l.Seal(t.Context()) }()
		synctest.Wait()
		require.ErrorContains(t, l.Close(), "1 records that were taken")
		require.ErrorIs(t, <-sealed, fs.ErrClosed)
	})
}

// An Open that fails leaves nothing running, also if it has sealed a segment before. (A goroutine left would keep the bubble from ending.)
func TestFailedOpenLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts := &Options{SegmentBytes: 100, Retention: &Retention{Age: time.Hour}}
		v := newVolume()
		l := openOn(t, v, opts)
		require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome, CallID: "1", Note: strings.Repeat("x", 100)}))
		require.NoError(t, l.Seal(t.Context()))
		require.NoError(t, l.Append(t.Context(), Record{Kind: KindOutcome, CallID: "2", Note: strings.Repeat("x", 100)}))
		require.NoError(t, l.Close())
		<-time.After(2 * time.Hour)
		v.set(failing("write", syscall.EIO))
		_, err := open(t.TempDir(), opts, v)
		require.ErrorIs(t, err, syscall.EIO)
	})
}
