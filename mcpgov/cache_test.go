package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// cachedSpec is the tool of lookupSpec with a cache under the tag customers.
func cachedSpec() mcpgov.ToolSpec {
	spec := lookupSpec()
	spec.Cache = &mcpgov.Cache{TTL: time.Minute, Tags: []string{"customers"}}
	return spec
}

// countedRuns is found, and counts how often it ran.
func countedRuns(runs *atomic.Int64) lookup {
	return func(context.Context, lookupIn) (customer, error) {
		c := ann()
		c.Credit = int(runs.Add(1))
		return c, nil
	}
}

func writeTool(f func(context.Context, lookupIn) error) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{Name: "set_customer", Description: "Changes a customer.", Invalidates: []string{"customers"}},
		func(ctx context.Context, in lookupIn) (customer, error) { return ann(), f(ctx, in) })
}

func done(context.Context, lookupIn) error { return nil }

// TestCache: the second of two equal calls is answered with what the handler said to the first, is recorded as such, and ends with its time.
func TestCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		log := &mcptest.Recorder{}
		srv := newServer(t, crmConfig(t, log), mcpgov.Tool(cachedSpec(), countedRuns(&runs)), writeTool(done))
		h := mcptest.New(t, srv).As(admin)
		require.False(t, h.Call("get_customer", asksForAnn).OK().Has("credit_score", 1).Cached())
		<-time.After(30 * time.Second)
		second := h.Call("get_customer", asksForAnn).OK().Has("credit_score", 1)
		require.True(t, second.Cached())
		raw, err := second.Raw()
		require.NoError(t, err)
		require.Equal(t, map[string]any{"age_seconds": 30.0}, raw.Meta["mcpgov/cached"])
		<-time.After(31 * time.Second)
		h.Call("get_customer", asksForAnn).OK().Has("credit_score", 2)
		outcomes := log.Outcomes()
		require.Len(t, outcomes, 3)
		require.Empty(t, outcomes[0].Note)
		require.Equal(t, "answered from the cache, 30s old", outcomes[1].Note)
		require.Equal(t, outcomes[0].ArgumentsDigest, outcomes[1].ArgumentsDigest)
		require.Equal(t, outcomes[0].Bytes, outcomes[1].Bytes)
		stats := srv.CacheStats()
		require.Equal(t, int64(1), stats.Hits)
		require.Equal(t, int64(2), stats.Misses)
		require.Equal(t, 1, stats.Answers)
		require.Positive(t, stats.Bytes)
	})
}

// TestCacheTellsCallersApart: whatever a handler can see of the caller or the arguments makes another answer.
func TestCacheTellsCallersApart(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	srv := newServer(t, crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(cachedSpec(), countedRuns(&runs)), writeTool(done))
	h := mcptest.New(t, srv)
	users := map[string]mcpgov.User{
		"admin":           {ID: "a", Role: "admin"},
		"another":         {ID: "b", Role: "admin"},
		"provider":        {ID: "a", Role: "admin", Provider: "x"},
		"roles":           {ID: "a", Role: "admin", Roles: []string{"x", "y"}},
		"one role":        {ID: "a", Role: "admin", Roles: []string{"x,y"}},
		"attribute":       {ID: "a", Role: "admin", Attributes: map[string]any{"level": 1}},
		"attribute text":  {ID: "a", Role: "admin", Attributes: map[string]any{"level": "1"}},
		"attribute float": {ID: "a", Role: "admin", Attributes: map[string]any{"level": 1.0}},
		"attribute list":  {ID: "a", Role: "admin", Attributes: map[string]any{"level": []any{1}}},
		"attribute name":  {ID: "a", Role: "admin", Attributes: map[string]any{"Level": 1}},
		"attribute time":  {ID: "a", Role: "admin", Attributes: map[string]any{"level": time.Unix(0, 0)}},
		"attribute zone":  {ID: "a", Role: "admin", Attributes: map[string]any{"level": time.Unix(0, 0).UTC()}},
	}
	for name, user := range users {
		require.False(t, h.As(user).Call("get_customer", asksForAnn).OK().Cached(), name)
		require.True(t, h.As(user).Call("get_customer", asksForAnn).OK().Cached(), name)
		require.False(t, h.As(user).Call("get_customer", map[string]any{"customer_id": "cust_42", "with_orders": true}).OK().Cached(), name)
		require.True(t, h.As(user).Call("get_customer", map[string]any{"customer_id": "cust_42", "with_orders": true}).OK().Cached(), name)
		require.True(t, h.As(user).Call("get_customer", map[string]any{"customer_id": "cust_42", "with_orders": false}).OK().Cached(), "the default, written")
	}
	require.Equal(t, int64(2*len(users)), runs.Load())

	hidden := mcpgov.User{ID: "a", Role: "admin", Attributes: map[string]any{"secret": struct{ inside int }{1}}}
	for range 2 { // nobody can tell what is in such an attribute: no answer is kept
		require.False(t, h.As(hidden).Call("get_customer", asksForAnn).OK().Cached())
	}
}

// TestSharedCache: an answer that does not depend on the caller is shaped for each one.
func TestSharedCache(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	log := &mcptest.Recorder{}
	spec := cachedSpec()
	spec.Cache.Shared = true
	srv := newServer(t, crmConfig(t, log), mcpgov.Tool(spec, countedRuns(&runs)), writeTool(done))
	h := mcptest.New(t, srv)
	h.As(admin).Call("get_customer", asksForAnn).OK().Has("email", "ann.example@example.com")
	for range 2 {
		r := h.As(owner).Call("get_customer", asksForAnn).OK().Masked("email").Lacks("internal_notes").NoLeak("ann.example@example.com", "Zebra-4711")
		require.True(t, r.Cached())
		h.As(nobody).Call("get_customer", asksForAnn).Denied()
		require.True(t, h.As(admin).Call("get_customer", asksForAnn).OK().Has("email", "ann.example@example.com").Has("internal_notes", "pays late: Zebra-4711").Cached())
	}
	require.Equal(t, int64(1), runs.Load())

	// Another policy decides about what was kept under the first.
	require.NoError(t, srv.ReloadPolicy(t.Context(), rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input: [{id: all, condition: "true", action: allow}]
    output:
      - {id: gone, condition: "true", action: filter_fields, fields: [email]}
      - {id: pii, condition: "true", action: mask_sensitive_fields}
`)))
	require.True(t, h.As(admin).Call("get_customer", asksForAnn).OK().Lacks("email").NoLeak("ann.example@example.com").Cached())
	require.NoError(t, srv.ReloadPolicy(t.Context(), rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input: [{id: all, condition: "true", action: allow}]
    output: [{id: none, condition: "true", action: deny, reason: "closed"}, {id: pii, condition: "true", action: mask_sensitive_fields}]
`)))
	denied := h.As(admin).Call("get_customer", asksForAnn).Denied("closed")
	require.False(t, denied.Cached())
	require.Equal(t, int64(1), runs.Load())
}

// TestCacheKeepsNoFailures: what did not end well is asked for again.
func TestCacheKeepsNoFailures(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func() (customer, error){
		"error":     func() (customer, error) { return ann(), errors.New("half way") },
		"for users": func() (customer, error) { return ann(), mcpgov.Userf("no") },
		"business":  func() (customer, error) { return ann(), mcpgov.Fail("customer_archived", "gone") },
		"panic":     func() (customer, error) { panic("no") },
		"invalid":   func() (customer, error) { c := ann(); c.Name = ""; return c, nil },
		"too large": func() (customer, error) { c := ann(); c.Notes = fmt.Sprintf("%4000d", 1); return c, nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var runs atomic.Int64
			config := crmConfig(t, &mcptest.Recorder{})
			config.Limits.ResultBytes = 2000
			srv := newServer(t, config, writeTool(done), mcpgov.Tool(cachedSpec(), func(context.Context, lookupIn) (customer, error) {
				if runs.Add(1) == 1 {
					return fault()
				}
				return ann(), nil
			}))
			h := mcptest.New(t, srv).As(admin)
			require.NotEqual(t, mcpgov.OK, h.Call("get_customer", asksForAnn).Code())
			require.Zero(t, srv.CacheStats().Answers)
			require.False(t, h.Call("get_customer", asksForAnn).OK().Cached())
			require.True(t, h.Call("get_customer", asksForAnn).OK().Cached())
		})
	}
}

// TestCacheSkipsInterceptors: they stand around the handler, and where it does not run neither do they; what they made of its result is kept.
func TestCacheSkipsInterceptors(t *testing.T) {
	t.Parallel()
	var runs, seen atomic.Int64
	config := crmConfig(t, &mcptest.Recorder{})
	config.Interceptors = []mcpgov.Interceptor{func(ctx context.Context, _ mcpgov.Call, next func(context.Context) (any, error)) (any, error) {
		seen.Add(1)
		out, err := next(ctx)
		if c, ok := out.(*customer); ok {
			c.Name = "Anna"
		}
		return out, err
	}}
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(cachedSpec(), countedRuns(&runs)), writeTool(done))).As(admin)
	h.Call("get_customer", asksForAnn).OK().Has("name", "Anna")
	require.True(t, h.Call("get_customer", asksForAnn).OK().Has("name", "Anna").Cached())
	require.Equal(t, int64(1), seen.Load())
}
