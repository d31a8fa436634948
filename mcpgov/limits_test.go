package mcpgov_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestRatePerCaller: each caller has an allowance of its own, which comes back over a minute. Lists and unknown
// tools count, too.
func TestRatePerCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Limits.PerMinute = 6
		h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
		first, second := h.As(owner), h.As(owner) // two connections, one caller
		for range 2 {
			first.Call("get_customer", asksForAnn).OK()
			second.Call("no_such_tool", "{}").Ended(mcpgov.Unknown)
			first.Tools()
		}
		limited := second.Call("get_customer", asksForAnn).Ended(mcpgov.Limited)
		require.Contains(t, limited.Text(), `"retryable":true`)
		first.Call("no_such_tool", "{}").Ended(mcpgov.Limited)
		_, err := first.Session().ListTools(t.Context(), nil)
		require.ErrorContains(t, err, "too many calls")
		h.As(admin).Call("get_customer", asksForAnn).OK() // somebody else
		tenant := owner
		tenant.Tenant = "other"
		h.As(tenant).Call("get_customer", asksForAnn).OK() // the same id elsewhere is somebody else

		<-time.After(10 * time.Second)
		first.Call("get_customer", asksForAnn).OK()
		first.Call("get_customer", asksForAnn).Ended(mcpgov.Limited)
		<-time.After(time.Hour) // no more comes back than the allowance
		for range 6 {
			first.Call("get_customer", asksForAnn).OK()
		}
		first.Call("get_customer", asksForAnn).Ended(mcpgov.Limited)
	})
}

// TestRateOfStrangers: callers without a name share the allowance of their address.
func TestRateOfStrangers(t *testing.T) {
	t.Parallel()
	srv := httpServer(t, &mcptest.Recorder{}, func(c *mcpgov.Config) {
		c.Identify, c.Limits.PerMinute = mcpgov.Anonymous(), 1
	})
	w := webServer(t, srv, mcpgov.HTTPOptions{})
	require.NotEqual(t, mcpgov.Limited, w.call(t, "get_customer", asksForAnn).refusal.Code)
	require.Equal(t, mcpgov.Limited, w.call(t, "get_customer", asksForAnn).refusal.Code)
}

// TestUnlimited: no limit has to be written, and then there is none.
func TestUnlimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Limits = mcpgov.Limits{
			Tool: mcpgov.Unlimited, Identify: mcpgov.Unlimited, Policy: mcpgov.Unlimited, Audit: mcpgov.Unlimited,
			Concurrent: mcpgov.Unlimited, PerMinute: mcpgov.Unlimited, ArgumentBytes: mcpgov.Unlimited,
			ArgumentDepth: mcpgov.Unlimited, ResultBytes: mcpgov.Unlimited, RequestBytes: mcpgov.Unlimited, SessionTimeout: mcpgov.Unlimited,
		}
		slow := lookupSpec()
		slow.Name = "slow"
		client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found), mcpgov.Tool(slow,
			func(context.Context, lookupIn) (customer, error) {
				<-time.After(24 * time.Hour)
				return customer{Name: large(5 << 20), Email: "a@b.de", Orders: []order{}}, nil
			}))).As(owner)
		for range 1100 { // past the default of a minute
			client.Call("get_customer", asksForAnn).OK()
		}
		client.Call("slow", asksForAnn).OK()
	})
}

// TestSlotOfADeafHandler: the call returns at the deadline, and its slot comes back when the handler really ends.
func TestSlotOfADeafHandler(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Limits.Concurrent = 1
		spec := lookupSpec()
		spec.Name, spec.Timeout = "deaf", 2*time.Second
		srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found), mcpgov.Tool(spec, func(context.Context, lookupIn) (customer, error) {
			<-time.After(time.Hour)
			return ann(), nil
		}))
		client := mcptest.New(t, srv).As(owner)
		begun := time.Now()
		client.Call("deaf", asksForAnn).Ended(mcpgov.Timeout)
		require.Equal(t, 2*time.Second, time.Since(begun))
		client.Call("get_customer", asksForAnn).Ended(mcpgov.Limited)
		<-time.After(time.Hour - 3*time.Second)
		client.Call("get_customer", asksForAnn).Ended(mcpgov.Limited)
		<-time.After(2 * time.Second)
		for range 10 {
			client.Call("get_customer", asksForAnn).OK()
			client.Call("get_customer", `{"customer_id":7}`).Ended(mcpgov.InvalidInput) // gives its slot back as well
			client.Call("get_customer", `{"customer_id":"cust_1"}`).Ended(mcpgov.Denied)
			client.Call("no_such_tool", "{}").Ended(mcpgov.Unknown)
		}
	})
}

// TestFaultsAtScale: a thousand calls each of four ways to misbehave, from 64 callers at once. Each call gets its
// answer and leaves one outcome; when all is over no goroutine is left, which the test's bubble insists on.
func TestFaultsAtScale(t *testing.T) {
	t.Parallel()
	const callers, each = 64, 1000
	faults := []struct {
		name string
		ends mcpgov.Code
		run  lookup
	}{
		{"panic", mcpgov.Panicked, func(context.Context, lookupIn) (customer, error) { panic("again") }},
		{"hang", mcpgov.Timeout, func(context.Context, lookupIn) (customer, error) {
			<-time.After(time.Minute)
			return ann(), nil
		}},
		{"error", mcpgov.Failed, func(context.Context, lookupIn) (customer, error) { return customer{}, errors.New("no") }},
		{"late", mcpgov.Timeout, func(ctx context.Context, _ lookupIn) (customer, error) {
			<-ctx.Done()
			<-time.After(time.Second)
			mcpgov.AddSource(ctx, mcpgov.Source{System: "late"})
			mcpgov.Progress(ctx, 1, 1, "late")
			return ann(), nil
		}},
	}
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		config.Limits.PerMinute, config.Limits.Concurrent = mcpgov.Unlimited, mcpgov.Unlimited
		var tools []mcpgov.Feature
		for _, f := range faults {
			spec := lookupSpec()
			spec.Name = f.name
			tools = append(tools, mcpgov.Tool(spec, f.run))
		}
		h := mcptest.New(t, newServer(t, config, tools...))
		var left atomic.Int64
		left.Store(each * int64(len(faults)))
		var group sync.WaitGroup
		for range callers {
			client := h.As(owner)
			group.Go(func() {
				for {
					turn := left.Add(-1)
					if turn < 0 {
						return
					}
					f := faults[turn%int64(len(faults))]
					if code := client.Call(f.name, asksForAnn).Code(); code != f.ends {
						t.Errorf("%s ended as %q", f.name, code)
						return
					}
				}
			})
		}
		group.Wait()
		ends := map[string]int{}
		for _, r := range log.Outcomes() {
			ends[r.Target.Name+" "+r.Outcome]++
			require.Empty(t, r.Sources)
		}
		require.Equal(t, map[string]int{"panic panicked": each, "hang timeout": each, "error failed": each, "late timeout": each}, ends)
		<-time.After(time.Hour) // every handler comes to its end
	})
}

// TestSlowCallIsMarked: past four fifths of its deadline a call is logged and marked, however it ends.
func TestSlowCallIsMarked(t *testing.T) {
	t.Parallel()
	for taken, slow := range map[time.Duration]bool{700 * time.Millisecond: false, 900 * time.Millisecond: true, 2 * time.Second: true} {
		t.Run(fmt.Sprint(taken), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log, said := &mcptest.Recorder{}, &bytes.Buffer{}
				config := crmConfig(t, log)
				config.Logger = slog.New(slog.NewJSONHandler(said, nil))
				client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), func(context.Context, lookupIn) (customer, error) {
					<-time.After(taken)
					return ann(), nil
				}))).As(owner)
				client.Call("get_customer", asksForAnn)
				<-time.After(time.Minute)
				outcome := log.Outcomes()[0]
				require.Equal(t, min(taken, time.Second), outcome.Duration)
				if !slow {
					require.Empty(t, outcome.Note)
					require.Empty(t, said.String())
					return
				}
				require.Equal(t, "slow", outcome.Note)
				require.Contains(t, said.String(), outcome.CallID)
			})
		})
	}
}
