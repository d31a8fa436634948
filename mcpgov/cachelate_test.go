package mcpgov_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// lateStore holds the answer to the next Set of a tag back after it has done what it was asked.
type lateStore struct {
	*memoryStore
	armed   atomic.Bool
	release chan struct{}
}

func (s *lateStore) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	err := s.memoryStore.Set(ctx, key, value, ttl)
	if strings.Contains(key, ":tag:") && s.armed.CompareAndSwap(true, false) {
		<-s.release
	}
	return err
}

// TestLateStoreHidesNoInvalidation: what the Store has not heard is still owed to it when it answers, late, to what was said before.
func TestLateStoreHidesNoInvalidation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &lateStore{memoryStore: newMemoryStore(), release: make(chan struct{})}
		one, two := newReplica(t, store, nil), newReplica(t, store, nil)
		one.ask().OK()
		store.armed.Store(true)
		one.client.Call("set_customer", asksForAnn).OK() // the Store knows, and does not say so
		<-time.After(2 * time.Second)
		two.ask().OK()
		store.breaks(func(_ context.Context, operation, _ string) error {
			return map[string]error{"set": errors.New("read only")}[operation]
		})
		one.client.Call("set_customer", asksForAnn).OK() // the Store does not know
		close(store.release)
		synctest.Wait()
		store.breaks(nil)
		<-time.After(2 * time.Second)
		require.False(t, one.ask().OK().Cached(), "the other replica's answer is older than the last change")
		require.True(t, two.ask().OK().Has("credit_score", float64(one.runs.Load())).Cached(), "and the other hears of it")
	})
}

// TestOutlivedAnswerIsNotStored: a handler that takes longer than its answer is good for is no fault of the Store's.
func TestOutlivedAnswerIsNotStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		one := newReplica(t, store, func(_ *mcpgov.Config, spec *mcpgov.ToolSpec) { spec.Cache.TTL = time.Nanosecond })
		store.breaks(func(context.Context, string, string) error { <-time.After(time.Millisecond); return nil })
		one.ask().OK()
		require.Zero(t, one.srv.CacheStats().StoreFailures)
		require.Zero(t, one.srv.CacheStats().Answers, "what nobody can be given takes no place")
	})
}
