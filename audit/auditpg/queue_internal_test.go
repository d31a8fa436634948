package auditpg

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestQueueIsBounded: what waits for the writer has a bound, and callers beyond it wait with their records.
func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	q := newQueue()
	large := &row{line: strings.Repeat("x", maxQueued/4)}
	taken := 0
	for {
		_, room, err := q.add(large)
		require.NoError(t, err)
		if room != nil {
			break
		}
		taken++
	}
	require.Equal(t, 3, taken, "a quarter and what comes with it")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fs.ErrInvalid)
	_, err := q.put(ctx, large)
	require.ErrorIs(t, err, fs.ErrInvalid)
	require.ErrorContains(t, err, "auditpg: record not taken, the queue is full")

	placed := make(chan error)
	go func() {
		_, err := q.put(t.Context(), large)
		placed <- err
	}()
	b, closed := q.take()
	require.Len(t, b.rows, 3)
	require.False(t, closed)
	require.NoError(t, <-placed)
	q.close()
	_, _, err = q.add(large)
	require.ErrorIs(t, err, fs.ErrClosed)
	b, closed = q.take()
	require.Len(t, b.rows, 1)
	require.True(t, closed)
}

// TestBatchAlone: a batch lasts while anybody waits for it, a little longer than the last of them, and as long as ever if somebody joins.
func TestBatchAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		join := func(patience time.Duration) *batch {
			b, _, err := q.add(&row{})
			require.NoError(t, err)
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				_ = q.wait(ctx, b)
			}()
			return b
		}
		b := join(time.Second)
		join(3 * time.Second)
		<-time.After(3*time.Second + graceAlone/2)
		require.NoError(t, b.ctx.Err(), "in grace")
		join(time.Hour)
		<-time.After(time.Minute)
		require.NoError(t, b.ctx.Err(), "somebody joined in time")
		<-time.After(time.Hour)
		require.ErrorIs(t, context.Cause(b.ctx), errAlone)
		require.Same(t, b, join(time.Hour))
		require.NoError(t, b.ctx.Err(), "somebody joined late: the records are still there")
		taken, _ := q.take()
		q.finish(taken, nil)
		require.Empty(t, b.rows)
	})
}
