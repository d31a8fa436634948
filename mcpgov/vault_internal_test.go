package mcpgov

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestBusyStoreIsNoFailingStore: as many calls at once as a server serves wait for each other, and a Store that is sound is not said to fail.
func TestBusyStoreIsNoFailingStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vault{running: make(slots, storeCalls), logger: slog.New(slog.DiscardHandler)}
		var callers sync.WaitGroup
		for range 2 * storeCalls {
			callers.Go(func() {
				_ = v.do(context.Background(), func(context.Context) error { <-time.After(time.Millisecond); return nil })
			})
		}
		callers.Wait()
		require.Zero(t, v.failures.Load())
		require.False(t, v.resting())
	})
}
