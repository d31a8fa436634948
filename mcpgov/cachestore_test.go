package mcpgov_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// memoryStore is a Store that replicas of a test share, with whatever goes wrong in it.
type memoryStore struct {
	mu     sync.Mutex
	values map[string][]byte
	ends   map[string]time.Time
	calls  atomic.Int64
	fails  func(ctx context.Context, operation, key string) error // nil: nothing goes wrong
}

func newMemoryStore() *memoryStore {
	return &memoryStore{values: map[string][]byte{}, ends: map[string]time.Time{}}
}

func (s *memoryStore) fail(ctx context.Context, operation, key string) error {
	s.calls.Add(1)
	s.mu.Lock()
	fails := s.fails
	s.mu.Unlock()
	if fails == nil {
		return nil
	}
	return fails(ctx, operation, key)
}

func (s *memoryStore) breaks(fails func(ctx context.Context, operation, key string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = fails
}

func (s *memoryStore) Get(ctx context.Context, key string) ([]byte, error) {
	if err := s.fail(ctx, "get", key); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[key]
	if !ok || !time.Now().Before(s.ends[key]) {
		return nil, errors.Join(errors.New("memory"), mcpgov.ErrNotFound)
	}
	return bytes.Clone(value), nil
}

func (s *memoryStore) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := s.fail(ctx, "set", key); err != nil {
		return err
	}
	if ttl <= 0 {
		return errors.New("no time to live")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key], s.ends[key] = bytes.Clone(value), time.Now().Add(ttl)
	return nil
}

func (s *memoryStore) Delete(ctx context.Context, key string) error {
	if err := s.fail(ctx, "delete", key); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, key)
	return nil
}

// change does something to all values whose keys hold a word.
func (s *memoryStore) change(word string, f func(values map[string][]byte, key string)) (changed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range maps.Clone(s.values) {
		if strings.Contains(key, word) {
			f(s.values, key)
			changed++
		}
	}
	return changed
}

// replica is one of some servers that share a Store; each counts the runs of its own handler.
type replica struct {
	srv    *mcpgov.Server
	h      *mcptest.Harness
	client *mcptest.Client
	runs   *atomic.Int64
	log    *mcptest.Recorder
	said   *bytes.Buffer // to operators; read it when nothing runs
}

func newReplica(t testing.TB, store mcpgov.Store, change func(*mcpgov.Config, *mcpgov.ToolSpec)) *replica {
	t.Helper()
	r := &replica{runs: &atomic.Int64{}, log: &mcptest.Recorder{}, said: &bytes.Buffer{}}
	config := crmConfig(t, r.log)
	config.Key, config.Store = bytes.Repeat([]byte("k"), 32), store
	config.Logger = slog.New(slog.NewTextHandler(r.said, nil))
	spec := cachedSpec()
	if change != nil {
		change(&config, &spec)
	}
	r.srv = newServer(t, config, mcpgov.Tool(spec, func(ctx context.Context, _ lookupIn) (customer, error) {
		mcpgov.AddSource(ctx, mcpgov.Source{System: "crm", Ref: "customer_by_id", Parameters: map[string]string{"id": "cust_42"}})
		c := ann()
		c.Credit = int(r.runs.Add(1))
		return c, nil
	}), writeTool(done))
	r.h = mcptest.New(t, r.srv)
	r.client = r.h.As(admin)
	return r
}

func (r *replica) ask() *mcptest.Result { return r.client.Call("get_customer", asksForAnn) }

// TestStoreShared: what one replica's handler answered, others give, with its sources, until any of them changes what it is made of. The Store sees
// neither names nor values.
func TestStoreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		one, two := newReplica(t, store, nil), newReplica(t, store, nil)
		first := one.ask().OK()
		require.False(t, first.Cached())
		<-time.After(10 * time.Second)
		second := two.ask().OK().Has("credit_score", 1)
		require.True(t, second.Cached())
		require.Equal(t, first.Sources(), second.Sources(), "they were asked when they were asked")
		require.Equal(t, one.log.Outcomes()[0].Sources, two.log.Outcomes()[0].Sources)
		require.NotEmpty(t, two.log.Outcomes()[0].Sources[0].ParametersDigest)
		require.Equal(t, "answered from the cache, 10s old", two.log.Outcomes()[0].Note)
		require.True(t, two.ask().OK().Cached())
		store.change("", func(values map[string][]byte, key string) {
			for _, text := range []string{key, string(values[key])} {
				for _, word := range []string{"customer", "Ann", "ann.example", "Zebra", "crm", "cust_42", "root", "admin"} {
					require.NotContains(t, text, word)
				}
			}
		})

		two.client.Call("set_customer", asksForAnn).OK()
		require.False(t, one.ask().OK().Cached(), "the write was on another replica")
		require.True(t, two.ask().OK().Has("credit_score", 2).Cached())
		require.NoError(t, one.srv.Invalidate("customers"))
		require.False(t, two.ask().OK().Cached())
		require.ErrorContains(t, one.srv.Invalidate("customers", "customer"), `nothing is cached under the tag "customer"`)

		<-time.After(time.Minute)
		require.False(t, one.ask().OK().Cached())
		require.Zero(t, one.srv.CacheStats().StoreFailures)

		store.change(":tag:", func(values map[string][]byte, key string) { delete(values, key) })
		require.False(t, two.ask().OK().Cached(), "a Store that forgot the tag may have forgotten that it changed")
	})
}

// TestStoreTellsApart: servers of another name, version, environment or key share nothing.
func TestStoreTellsApart(t *testing.T) {
	t.Parallel()
	store := newMemoryStore()
	newReplica(t, store, nil).ask().OK()
	for name, change := range map[string]func(*mcpgov.Config, *mcpgov.ToolSpec){
		"name":    func(c *mcpgov.Config, _ *mcpgov.ToolSpec) { c.Name = "erp" },
		"version": func(c *mcpgov.Config, _ *mcpgov.ToolSpec) { c.Version = "2.0.0" },
		"env":     func(c *mcpgov.Config, _ *mcpgov.ToolSpec) { c.Env.Name = "staging" },
		"region":  func(c *mcpgov.Config, _ *mcpgov.ToolSpec) { c.Env.Region = "eu-west-1" },
		"key":     func(c *mcpgov.Config, _ *mcpgov.ToolSpec) { c.Key = bytes.Repeat([]byte("K"), 32) },
	} {
		other := newReplica(t, store, change)
		require.False(t, other.ask().OK().Cached(), name)
		require.True(t, other.ask().OK().Cached(), name)
		require.Zero(t, other.srv.CacheStats().StoreFailures)
	}
}

// TestHostileStore: values that were changed, cut, or put under another key are answers less, nothing else.
func TestHostileStore(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(values map[string][]byte, key string){
		"a bit":   func(values map[string][]byte, key string) { values[key][len(values[key])/2] ^= 1 },
		"cut":     func(values map[string][]byte, key string) { values[key] = values[key][:len(values[key])-1] },
		"short":   func(values map[string][]byte, key string) { values[key] = []byte("x") },
		"empty":   func(values map[string][]byte, key string) { values[key] = nil },
		"plain":   func(values map[string][]byte, key string) { values[key] = []byte(`{"Body":"e30="}`) },
		"endless": func(values map[string][]byte, key string) { values[key] = make([]byte, 17<<20) },
	} {
		for _, word := range []string{":answer:", ":tag:"} {
			t.Run(name+word, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					store := newMemoryStore()
					newReplica(t, store, nil).ask().OK()
					require.Positive(t, store.change(word, spoil))
					victim := newReplica(t, store, nil)
					require.False(t, victim.ask().OK().Has("credit_score", 1).Cached())
					require.Equal(t, int64(1), victim.runs.Load())
					require.Equal(t, int64(1), victim.srv.CacheStats().StoreFailures)
					<-time.After(2 * time.Second)
					victim.ask().OK()
					require.True(t, victim.ask().OK().Cached(), "it works again")
				})
			})
		}
	}
	t.Run("another's answer", func(t *testing.T) {
		t.Parallel()
		store := newMemoryStore()
		one := newReplica(t, store, nil)
		one.ask().OK()
		var root []byte
		store.change(":answer:", func(values map[string][]byte, key string) { root = values[key] })
		guest := mcpgov.User{ID: "guest", Role: "customer", Attributes: map[string]any{"customer_id": "cust_42"}}
		one.h.As(guest).Call("get_customer", asksForAnn).OK()
		require.Equal(t, 2, store.change(":answer:", func(values map[string][]byte, key string) { values[key] = root }))
		two := newReplica(t, store, nil)
		require.False(t, two.h.As(guest).Call("get_customer", asksForAnn).OK().Cached())
	})
}

// TestFailingStore: a Store that fails, hangs or panics is a miss, within its time, is said once and counted, and is used again afterwards. An
// invalidation it did not hear is made up for.
func TestFailingStore(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(context.Context, string, string) error{
		"error":  func(context.Context, string, string) error { return errors.New("gone") },
		"panic":  func(context.Context, string, string) error { panic("gone") },
		"goexit": func(context.Context, string, string) error { goexit(); return nil },
		"slow":   func(ctx context.Context, _, _ string) error { <-ctx.Done(); return ctx.Err() },
		"deaf":   func(context.Context, string, string) error { <-time.After(time.Hour); return nil },
		"set only": func(_ context.Context, operation, _ string) error {
			return map[string]error{"set": errors.New("read only")}[operation]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := newMemoryStore()
				one, two := newReplica(t, store, nil), newReplica(t, store, nil)
				one.ask().OK()
				require.True(t, two.ask().OK().Cached())
				store.breaks(fails)
				begun := time.Now()
				if name != "set only" {
					for range 5 {
						require.False(t, one.ask().OK().Cached())
					}
					require.LessOrEqual(t, time.Since(begun), 60*time.Millisecond, "one call waits, the others do not")
				}
				one.client.Call("set_customer", asksForAnn).OK()
				require.False(t, one.ask().OK().Cached(), "nobody knows what other replicas changed")
				require.True(t, one.srv.CacheStats().StoreFailing)
				require.LessOrEqual(t, time.Since(begun), 200*time.Millisecond)

				<-time.After(2 * time.Second)
				store.breaks(nil)
				require.False(t, one.ask().OK().Cached())
				require.True(t, one.ask().OK().Cached())
				require.False(t, one.srv.CacheStats().StoreFailing)
				require.Positive(t, one.srv.CacheStats().StoreFailures)
				require.True(t, two.ask().OK().Cached(), "what the other replica knew was invalidated after all, and it has what is new")
				require.Equal(t, int64(0), two.runs.Load())
				require.Equal(t, 1, strings.Count(one.said.String(), "the Store of the cache fails"), one.said.String())
				require.Equal(t, 1, strings.Count(one.said.String(), "the Store of the cache answers again"))
				if name == "deaf" {
					<-time.After(time.Hour)
				}
			})
		})
	}
}

// TestDeafStoreIsBounded: operations that never return tie up no more than a few goroutines.
func TestDeafStoreIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemoryStore()
		release := make(chan struct{})
		one := newReplica(t, store, nil)
		store.breaks(func(context.Context, string, string) error { <-release; return nil })
		for range 200 {
			one.ask().OK()
			<-time.After(1100 * time.Millisecond)
		}
		require.LessOrEqual(t, store.calls.Load(), int64(64))
		require.Equal(t, int64(200), one.runs.Load())
		store.breaks(nil)
		close(release)
		<-time.After(2 * time.Second)
		one.ask().OK()
		require.True(t, one.ask().OK().Cached())
	})
}

// TestStoreWithoutTags: an answer nobody invalidates needs no Store once it is here.
func TestStoreWithoutTags(t *testing.T) {
	t.Parallel()
	store := newMemoryStore()
	untagged := func(c *mcpgov.Config, spec *mcpgov.ToolSpec) { spec.Cache.Tags = nil; c.ReadOnly = false }
	config := crmConfig(t, &mcptest.Recorder{})
	config.Key, config.Store = bytes.Repeat([]byte("k"), 32), store
	spec := cachedSpec()
	untagged(&config, &spec)
	var runs atomic.Int64
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(spec, countedRuns(&runs)))).As(admin)
	h.Call("get_customer", asksForAnn).OK()
	calls := store.calls.Load()
	store.breaks(func(context.Context, string, string) error { return errors.New("gone") })
	require.True(t, h.Call("get_customer", asksForAnn).OK().Cached())
	require.Equal(t, calls, store.calls.Load())
	require.False(t, h.Call("get_customer", map[string]any{"customer_id": "cust_1"}).OK().Cached())
	require.True(t, h.Call("get_customer", map[string]any{"customer_id": "cust_1"}).OK().Cached(), "this process keeps it")
}
