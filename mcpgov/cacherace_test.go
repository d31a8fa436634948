package mcpgov_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestStaleReadIsNotKept: a read that began before a write must not leave what it saw for those who come after.
func TestStaleReadIsNotKept(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]bool{"here": false, "in a store": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var value atomic.Int64
				began, goOn := make(chan struct{}), make(chan struct{})
				var slow atomic.Bool
				slow.Store(true)
				config := crmConfig(t, &mcptest.Recorder{})
				if store {
					config.Key, config.Store = make([]byte, 32), newMemoryStore()
				}
				srv := newServer(t, config, mcpgov.Tool(cachedSpec(), func(context.Context, lookupIn) (customer, error) {
					c := ann()
					c.Credit = int(value.Load())
					if slow.Swap(false) {
						close(began)
						<-goOn
					}
					return c, nil
				}), writeTool(func(context.Context, lookupIn) error { value.Add(1); return nil }))
				h := mcptest.New(t, srv)
				var reading sync.WaitGroup
				reading.Go(func() { h.As(admin).Call("get_customer", asksForAnn).OK().Has("credit_score", 0) })
				<-began
				h.As(admin).Call("set_customer", asksForAnn).OK()
				close(goOn)
				reading.Wait()
				require.False(t, h.As(admin).Call("get_customer", asksForAnn).OK().Has("credit_score", 1).Cached())
				require.True(t, h.As(admin).Call("get_customer", asksForAnn).OK().Has("credit_score", 1).Cached())
			})
		})
	}
}

// TestWritesInvalidateWhenTheyEnd: well or not, also when nobody waits for them any more, and after the interceptors that commit them.
func TestWritesInvalidateWhenTheyEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func() error{
		"well": func() error { return nil }, "error": func() error { return errors.New("half way") },
		"panic": func() error { panic("half way") }, "goexit": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var value atomic.Int64
				var hold atomic.Pointer[chan struct{}]
				config := crmConfig(t, &mcptest.Recorder{})
				config.Interceptors = []mcpgov.Interceptor{func(ctx context.Context, c mcpgov.Call, next func(context.Context) (any, error)) (any, error) {
					defer func() {
						if !c.ReadOnly {
							value.Add(1) // a transaction that is committed around the handler
						}
					}()
					return next(ctx)
				}}
				srv := newServer(t, config, mcpgov.Tool(cachedSpec(), func(context.Context, lookupIn) (customer, error) {
					c := ann()
					c.Credit = int(value.Load())
					return c, nil
				}), writeTool(func(context.Context, lookupIn) error {
					if wait := hold.Load(); wait != nil {
						<-*wait
					}
					return end()
				}))
				h := mcptest.New(t, srv)
				read := func(want int) bool {
					return h.As(admin).Call("get_customer", asksForAnn).OK().Has("credit_score", want).Cached()
				}
				require.False(t, read(0))
				require.True(t, read(0))
				h.As(admin).Call("set_customer", asksForAnn)
				require.False(t, read(1))
				require.True(t, read(1))

				wait := make(chan struct{})
				hold.Store(&wait)
				h.As(admin).Call("set_customer", asksForAnn).Ended(mcpgov.Timeout)
				require.True(t, read(1), "it has not written yet, as far as anybody knows")
				close(wait)
				synctest.Wait()
				require.False(t, read(2), "it was late, and wrote all the same")
			})
		})
	}
}

// TestCachedValueIsNobodysElse: what a handler does to its result afterwards, and what calls do to it at the same time, changes no answer.
func TestCachedValueIsNobodysElse(t *testing.T) {
	t.Parallel()
	var mine *customer
	srv := newServer(t, crmConfig(t, &mcptest.Recorder{}), writeTool(done), mcpgov.Tool(cachedSpec(), func(context.Context, lookupIn) (*customer, error) {
		c := ann()
		mine = &c
		return mine, nil
	}))
	h := mcptest.New(t, srv)
	h.As(owner).Call("get_customer", asksForAnn).OK()
	h.As(admin).Call("get_customer", asksForAnn).OK()
	mine.Name, mine.Email, mine.Orders[0].Card = "Nobody", "evil@example.com", "0000"
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for range 20 {
				if i%2 == 0 {
					if r := h.As(admin).Call("get_customer", asksForAnn); r.Code() != mcpgov.OK || !r.Cached() {
						t.Errorf("want ann from the cache, not %s", r.Text())
					}
				} else if r := h.As(owner).Call("get_customer", asksForAnn); r.Code() != mcpgov.OK || !r.Cached() {
					t.Errorf("want ann from the cache, not %s", r.Text())
				}
			}
		})
	}
	group.Wait()
	h.As(admin).Call("get_customer", asksForAnn).OK().Has("email", "ann.example@example.com").Has("orders.card", "4000123412341234")
	h.As(owner).Call("get_customer", asksForAnn).OK().Masked("email", "orders.card").NoLeak("ann.example@example.com", "4000123412341234")
}

// TestCacheUnderLoad: readers, writers and a reader's own eyes: nobody is told less than the last write that had ended before he asked.
func TestCacheUnderLoad(t *testing.T) {
	t.Parallel()
	var value, ended atomic.Int64
	config := crmConfig(t, &mcptest.Recorder{})
	config.Limits.PerMinute = mcpgov.Unlimited
	config.Key, config.Store = make([]byte, 32), newMemoryStore()
	srv := newServer(t, config, mcpgov.Tool(cachedSpec(), func(context.Context, lookupIn) (customer, error) {
		c := ann()
		c.Credit = int(value.Load() % 1000)
		return c, nil
	}), writeTool(func(context.Context, lookupIn) error { value.Add(1); return nil }))
	h := mcptest.New(t, srv)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			client := h.As(admin)
			for range 40 {
				least := ended.Load()
				var seen customer
				client.Call("get_customer", asksForAnn).Into(&seen)
				if int64(seen.Credit) < least {
					t.Errorf("want %d or later, got %d", least, seen.Credit)
				}
			}
		})
	}
	group.Go(func() {
		client := h.As(admin)
		for i := range 40 {
			client.Call("set_customer", asksForAnn)
			ended.Store(int64(i + 1))
		}
	})
	group.Wait()
	require.Positive(t, srv.CacheStats().Hits+srv.CacheStats().Misses)
}

// TestNumbersThatAreEqual: one number in many spellings is one question, unless the handler can see how it was written.
func TestNumbersThatAreEqual(t *testing.T) {
	t.Parallel()
	type numbers struct {
		N   float64 `json:"n,omitempty"`
		Any any     `json:"any,omitempty"`
	}
	type seen struct {
		Text string `json:"text"`
	}
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = rules(t, "mcpgov: 1\npolicies: [{tools: ['*'], input: [{id: all, condition: 'true', action: allow}]}]")
	srv := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "show", Description: "d", ReadOnly: true, Cache: &mcpgov.Cache{}},
		func(_ context.Context, in numbers) (seen, error) {
			return seen{fmt.Sprintf("%v %v", in.N, in.Any)}, nil
		}))
	h := mcptest.New(t, srv).As(admin)
	require.False(t, h.Call("show", json.RawMessage(`{"n":1}`)).OK().Cached())
	for _, same := range []string{`{"n":1.0}`, `{"n":1e0}`, `{ "n" : 10E-1 }`} {
		require.True(t, h.Call("show", json.RawMessage(same)).OK().Has("text", "1 <nil>").Cached(), same)
	}
	for _, own := range []string{`1`, `1.0`, `"1"`, `true`, `[1]`, `["1"]`, `{"1":1}`, `{"1":"1"}`, `9007199254740993`, `9007199254740992`, `[[1],[]]`, `[[],[1]]`} {
		r := h.Call("show", json.RawMessage(`{"any":`+own+`}`)).OK()
		require.False(t, r.Cached(), own)
		again := h.Call("show", json.RawMessage(`{"any":`+own+`}`)).OK()
		require.True(t, again.Cached(), own)
		require.Equal(t, r.Text(), again.Text())
	}
}
