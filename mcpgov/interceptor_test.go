package mcpgov_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

type next = func(context.Context) (any, error)

// TestInterceptorOrder: the first in the list is outermost, and all stand between the intent and the masking.
func TestInterceptorOrder(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	var steps []string
	named := func(name string) mcpgov.Interceptor {
		return func(ctx context.Context, call mcpgov.Call, next next) (any, error) {
			steps = append(steps, name+" in")
			out, err := next(ctx)
			steps = append(steps, name+" out "+out.(*customer).Email)
			return out, err
		}
	}
	config := crmConfig(t, log)
	config.Interceptors = []mcpgov.Interceptor{named("outer"), named("inner")}
	srv := newServer(t, config, mcpgov.Tool(writes(), func(context.Context, lookupIn) (customer, error) {
		steps = append(steps, "handler")
		require.Len(t, log.Calls(), 1)
		require.Equal(t, audit.KindIntent, log.Calls()[0].Kind, "interceptors and handler run after the intent is on disk")
		return ann(), nil
	}))
	mcptest.New(t, srv).As(owner).Call("get_customer", asksForAnn).OK().Has("email", "a***@example.com")
	require.Equal(t, []string{"outer in", "inner in", "handler", "inner out ann.example@example.com", "outer out ann.example@example.com"}, steps)
}

// TestInterceptorSeesTheCall: it gets a copy of what is known of the call, and the context of the call.
func TestInterceptorSeesTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		var seen mcpgov.Call
		config.Interceptors = []mcpgov.Interceptor{func(ctx context.Context, call mcpgov.Call, next next) (any, error) {
			seen = call
			same, ok := mcpgov.CallFrom(ctx)
			require.True(t, ok)
			require.Equal(t, call, same)
			call.User.Role, call.ID = "admin", "forged" // changes nothing
			return next(context.WithValue(ctx, deskKey{}, "front"))
		}}
		srv := newServer(t, config, mcpgov.Tool(lookupSpec(), func(ctx context.Context, _ lookupIn) (customer, error) {
			require.Equal(t, "front", ctx.Value(deskKey{}))
			user, ok := mcpgov.UserFrom(ctx)
			require.True(t, ok)
			require.Equal(t, owner, user)
			return ann(), nil
		}))
		mcptest.New(t, srv).As(owner).Call("get_customer", asksForAnn).OK().Masked("credit_score")
		outcome := log.Outcomes()[0]
		require.Equal(t, mcpgov.Call{ID: outcome.CallID, Kind: "tool", Target: "get_customer", ReadOnly: true, User: owner, Begun: time.Now()}, seen)
	})
}

type deskKey struct{}

// TestInterceptorCannotUndoGovernance: whatever an interceptor does, the call is recorded once, checked and masked.
func TestInterceptorCannotUndoGovernance(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		around mcpgov.Interceptor
		ends   mcpgov.Code
		runs   int64
		told   string
	}{
		"answers itself": {func(context.Context, mcpgov.Call, next) (any, error) {
			c := ann()
			return &c, nil
		}, mcpgov.OK, 0, ""},
		"returns nothing":      {func(context.Context, mcpgov.Call, next) (any, error) { return nil, nil }, mcpgov.Failed, 0, "the tool failed"},
		"returns a nil result": {func(context.Context, mcpgov.Call, next) (any, error) { return (*customer)(nil), nil }, mcpgov.OutputInvalid, 0, ""},
		"fails":                {func(context.Context, mcpgov.Call, next) (any, error) { return nil, errors.New("no route to redis") }, mcpgov.Failed, 0, "the tool failed"},
		"speaks to the user":   {func(context.Context, mcpgov.Call, next) (any, error) { return nil, mcpgov.Userf("come back at nine") }, mcpgov.Failed, 0, "at nine"},
		"panics":               {func(context.Context, mcpgov.Call, next) (any, error) { panic("no") }, mcpgov.Panicked, 0, "internal error"},
		"panics afterwards": {func(ctx context.Context, _ mcpgov.Call, next next) (any, error) {
			_, _ = next(ctx)
			panic("no")
		}, mcpgov.Panicked, 1, "internal error"},
		"drops an error": {func(ctx context.Context, _ mcpgov.Call, next next) (any, error) {
			out, _ := next(ctx)
			return out, nil
		}, mcpgov.OK, 1, ""},
		"calls next twice": {func(ctx context.Context, _ mcpgov.Call, next next) (any, error) {
			_, _ = next(ctx)
			return next(ctx)
		}, mcpgov.Failed, 1, "the tool failed"},
		"claims a denial": {func(context.Context, mcpgov.Call, next) (any, error) {
			return nil, &mcpgov.Error{Code: mcpgov.Denied, Message: "I say so"}
		}, mcpgov.Failed, 0, "the tool failed"},
		"sleeps": {func(ctx context.Context, _ mcpgov.Call, next next) (any, error) {
			<-time.After(time.Hour)
			return next(ctx)
		}, mcpgov.Timeout, 0, "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log, runs := &mcptest.Recorder{}, &atomic.Int64{}
				config := crmConfig(t, log)
				config.Interceptors = []mcpgov.Interceptor{test.around}
				h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), counted(runs))))
				result := h.As(owner).Call("get_customer", asksForAnn).Ended(test.ends).NoLeak("ann.example", "redis", "I say so")
				require.Contains(t, result.Message(), test.told)
				if test.ends == mcpgov.OK {
					result.Masked("credit_score", "email").Lacks("internal_notes")
				}
				require.Equal(t, test.runs, runs.Load())
				require.Len(t, log.Outcomes(), 1)
				require.Equal(t, string(test.ends), log.Outcomes()[0].Outcome)
				<-time.After(2 * time.Hour)
			})
		})
	}
}

// TestInterceptorBringsAnotherType: a result of another shape than the tool's is never sent unmasked.
func TestInterceptorBringsAnotherType(t *testing.T) {
	t.Parallel()
	for name, out := range map[string]any{
		"a map":               map[string]any{"name": "Ann", "email": "ann.example@example.com", "credit_score": 612, "internal_notes": "Zebra-4711"},
		"the struct by value": ann(),
		"another struct":      &struct{ Email, Notes string }{"ann.example@example.com", "Zebra-4711"},
		"a text":              "ann.example@example.com",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			config.Interceptors = []mcpgov.Interceptor{func(context.Context, mcpgov.Call, next) (any, error) { return out, nil }}
			h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
			h.As(owner).Call("get_customer", asksForAnn).NoLeak("ann.example", "Zebra-4711", "4000123412341234")
			require.Len(t, log.Outcomes(), 1)
		})
	}
}

// TestRefusedCallsMeetNoInterceptor: interceptors stand behind the decision.
func TestRefusedCallsMeetNoInterceptor(t *testing.T) {
	t.Parallel()
	var met atomic.Int64
	config := crmConfig(t, &mcptest.Recorder{})
	config.Interceptors = []mcpgov.Interceptor{func(ctx context.Context, _ mcpgov.Call, next next) (any, error) {
		met.Add(1)
		return next(ctx)
	}}
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
	h.As(nobody).Call("get_customer", asksForAnn).Denied()
	h.As(owner).Call("get_customer", `{}`).Invalid()
	h.As(owner).Call("no_such_tool", `{}`)
	require.Zero(t, met.Load())
}
