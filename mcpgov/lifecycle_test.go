package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// events are what the server says of itself, in order.
func events(log *mcptest.Recorder) (names []string) {
	for _, r := range log.All() {
		if r.Kind == audit.KindEvent {
			names = append(names, r.Target.Name)
		}
	}
	return names
}

func TestStartAndStopAreRecorded(t *testing.T) {
	t.Parallel()
	t.Run("over a stream", func(t *testing.T) {
		t.Parallel()
		log := &mcptest.Recorder{}
		server := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
		require.Empty(t, log.All(), "a server that serves nobody leaves no trace")
		require.NoError(t, server.Close(t.Context()), "nor one that never began")
		in, out := io.Pipe()
		require.NoError(t, out.Close())
		_ = server.Run(t.Context(), &mcp.IOTransport{Reader: in, Writer: nopCloser{io.Discard}})
		require.Equal(t, []string{"start", "stop"}, events(log))
		require.Contains(t, log.All()[0].Note, "server crm 1.0.0 began to serve 1 features under policy "+log.All()[0].Server.Policy)
	})
	t.Run("two streams", func(t *testing.T) {
		t.Parallel()
		log := &mcptest.Recorder{}
		server := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
		var ends sync.WaitGroup
		var writers []io.Closer
		for range 2 {
			in, out := io.Pipe()
			writers = append(writers, out)
			ends.Go(func() {
				_ = server.Run(context.Background(), &mcp.IOTransport{Reader: in, Writer: nopCloser{io.Discard}})
			})
		}
		for _, w := range writers {
			require.NoError(t, w.Close())
		}
		ends.Wait()
		got := events(log)
		require.Equal(t, "start", got[0])
		require.Equal(t, "stop", got[len(got)-1])
	})
	t.Run("over HTTP", func(t *testing.T) {
		t.Parallel()
		log := &mcptest.Recorder{}
		server := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
		_, err := server.Handler(nil)
		require.NoError(t, err)
		mcptest.New(t, server).As(owner).Call("get_customer", asksForAnn).OK()
		require.NoError(t, server.Close(t.Context()))
		require.NoError(t, server.Close(t.Context()), "again")
		require.Equal(t, []string{"start", "stop"}, events(log))
		mcptest.New(t, server).As(owner).Call("get_customer", asksForAnn).OK()
		require.Equal(t, []string{"start", "stop", "start"}, events(log), "whoever serves all the same has begun again")
	})
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// A start that cannot be recorded holds nobody up for longer than any other record, and no call is served before it is.
func TestStartIsOwed(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	server := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
	client := mcptest.New(t, server).As(owner)
	require.NoError(t, server.Close(t.Context()))
	log.Reset()
	log.FailWhen(func(audit.Record) error { return errDisk })
	client.Call("get_customer", asksForAnn).Ended(mcpgov.AuditFailed)
	log.FailWhen(nil)
	client.Call("get_customer", asksForAnn).OK()
	require.Equal(t, "start", log.All()[0].Target.Name)
	require.Equal(t, []string{"start"}, events(log))
}

// 64 callers of a server whose sink hangs from the beginning wait for it side by side.
func TestHangingStartIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config := crmConfig(t, nil)
		hangs := make(chan struct{})
		config.Audit = sinkFunc(func(ctx context.Context, _ audit.Record) error {
			select {
			case <-hangs:
				<-ctx.Done()
				return ctx.Err()
			default:
				return nil
			}
		})
		server := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
		h := mcptest.New(t, server)
		clients := make([]*mcptest.Client, 64) // one makes one call after the other
		for i := range clients {
			clients[i] = h.As(mcpgov.User{ID: fmt.Sprint("u", i), Role: "admin"})
		}
		require.NoError(t, server.Close(t.Context()))
		close(hangs)
		begun := time.Now()
		var all sync.WaitGroup
		for _, client := range clients {
			all.Go(func() { client.Call("get_customer", asksForAnn).Ended(mcpgov.AuditFailed) })
		}
		all.Wait()
		require.LessOrEqual(t, time.Since(begun), 2*time.Second+100*time.Millisecond)
	})
}

type sinkFunc func(context.Context, audit.Record) error

func (f sinkFunc) Append(ctx context.Context, r audit.Record) error { return f(ctx, r) }

// What a handler does outside stands in its record, with its timing.
func TestSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		var late func(error)
		remote := http.Client{Transport: mcpgov.StepTransport{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-time.After(20 * time.Millisecond)
			switch r.URL.Path {
			case "/gone":
				return nil, errors.New("no route to 4000123412341234")
			case "/busy":
				return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody, Request: r}, nil
			}
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
		})}}
		handler := func(ctx context.Context, in lookupIn) (customer, error) {
			done := mcpgov.Step(ctx, "query", "customers by id with pin "+in.Pin)
			<-time.After(5 * time.Millisecond)
			done(nil)
			done(errors.New("told twice"))
			for _, path := range []string{"/ok?id=cust_42", "/gone", "/busy"} {
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://crm.example"+path, nil)
				require.NoError(t, err)
				if response, err := remote.Do(request); err == nil {
					_ = response.Body.Close()
				}
			}
			late = mcpgov.Step(ctx, "job", "report")
			return ann(), nil
		}
		client := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), handler))).As(owner)
		client.Call("get_customer", map[string]any{"customer_id": "cust_42", "pin": "Zebra-99"}).OK()
		late(nil)
		steps := log.Outcomes()[0].Steps
		require.Equal(t, []audit.Step{
			{Kind: "query", Name: steps[0].Name, Outcome: "ok", Duration: 5 * time.Millisecond},
			{Kind: "http", Name: "GET crm.example", Outcome: "ok", Start: 5 * time.Millisecond, Duration: 20 * time.Millisecond},
			{Kind: "http", Name: "GET crm.example", Outcome: "failed", Start: 25 * time.Millisecond, Duration: 20 * time.Millisecond},
			{Kind: "http", Name: "GET crm.example", Outcome: "status 503", Start: 45 * time.Millisecond, Duration: 20 * time.Millisecond},
			{Kind: "job", Name: "report", Start: 65 * time.Millisecond},
		}, steps)
		require.True(t, strings.HasPrefix(steps[0].Name, "customers by id with pin "))
		log.NoLeak(t, "Zebra-99", "4000123412341234")
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestStepsAreBounded(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	handler := func(ctx context.Context, _ lookupIn) (customer, error) {
		for range 130 {
			mcpgov.Step(ctx, "query", "again")(nil)
			mcpgov.AddSource(ctx, mcpgov.Source{System: "crm", Ref: strings.Repeat("x", 10_000)})
		}
		return ann(), nil
	}
	mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), handler))).As(owner).Call("get_customer", asksForAnn).OK()
	record := log.Outcomes()[0]
	require.Len(t, record.Steps, 100)
	require.Len(t, record.Sources, 100)
	require.Less(t, len(record.Sources[0].Ref), 1000)
	require.Equal(t, "30 more steps; 30 more sources", record.Note)
	mcpgov.Step(t.Context(), "query", "outside a call")(nil)
}

// The record says which classes of data the caller saw: those in the result that no rule hid.
func TestShownLabels(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := mcptest.New(t, newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), func(_ context.Context, in lookupIn) (customer, error) {
		c := ann()
		if in.CustomerID == "cust_99" {
			return c, errors.New("failed")
		}
		return c, nil
	})))
	h.As(owner).Call("get_customer", asksForAnn).OK()
	require.Empty(t, log.Outcomes()[0].Shown, "all of it was masked")
	require.NotEmpty(t, log.Outcomes()[0].Masked)
	log.Reset()
	h.As(admin).Call("get_customer", asksForAnn).OK()
	require.Equal(t, []string{"pii", "sensitive"}, log.Outcomes()[0].Shown)
	require.Empty(t, log.Outcomes()[0].Masked)
	log.Reset()
	h.As(nobody).Call("get_customer", asksForAnn).Ended(mcpgov.Denied)
	require.Empty(t, log.Outcomes()[0].Shown)
}
