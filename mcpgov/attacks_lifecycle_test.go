package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// lazySink takes its time for every record, whatever its context says, and then fails or keeps it.
type lazySink struct {
	mcptest.Recorder

	mu    sync.Mutex
	takes func(audit.Record) (time.Duration, error)
}

func (s *lazySink) set(takes func(audit.Record) (time.Duration, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes = takes
}

func (s *lazySink) Append(_ context.Context, r audit.Record) error {
	s.mu.Lock()
	takes := s.takes
	s.mu.Unlock()
	if takes != nil {
		delay, err := takes(r)
		<-time.After(delay)
		if err != nil {
			return err
		}
	}
	return s.Recorder.Append(context.Background(), r)
}

// A sink that is slow holds a caller up for Limits.Audit and a moment, whatever has to be written for him: the start that is owed, the count
// of what a best-effort server lost, his intent and his outcome.
func TestSlowSinkHoldsACallerOnce(t *testing.T) {
	t.Parallel()
	const most = 2*time.Second + 100*time.Millisecond
	for _, bestEffort := range []bool{false, true} {
		for _, delay := range []time.Duration{300 * time.Millisecond, 900 * time.Millisecond, 1500 * time.Millisecond, 1950 * time.Millisecond, time.Hour} {
			for _, begun := range []bool{false, true} {
				t.Run(fmt.Sprint(bestEffort, delay, begun), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						log := &lazySink{}
						config := crmConfig(t, nil)
						config.Audit, config.BestEffortAudit, config.Policy = log, bestEffort, policy.AllowAll()
						write := mcpgov.ToolSpec{Name: "write", Description: "Writes."}
						server := newServer(t, config, mcpgov.Tool(lookupSpec(), found), mcpgov.Tool(write, found))
						client := mcptest.New(t, server).As(owner)
						if !begun {
							require.NoError(t, server.Close(t.Context()))
						}
						log.set(func(audit.Record) (time.Duration, error) { return 0, errDisk })
						client.Call("write", asksForAnn) // a best-effort server owes the count of this one
						log.set(func(audit.Record) (time.Duration, error) { return delay, nil })
						for _, tool := range []string{"write", "get_customer", "nothing"} {
							from := time.Now()
							client.Call(tool, asksForAnn)
							require.LessOrEqual(t, time.Since(from), most, tool)
						}
						<-time.After(10 * time.Hour) // until the sink has let go
					})
				})
			}
		}
	}
}

// A server that is being closed on a slow sink holds those who call all the same up no longer than any other record, and the log keeps its order:
// what comes behind the stop comes behind a new start.
func TestCloseWhileCallsCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &lazySink{}
		config := crmConfig(t, nil)
		config.Audit = log
		server := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
		client := mcptest.New(t, server).As(owner)
		client.Call("get_customer", asksForAnn).OK()
		log.set(func(r audit.Record) (time.Duration, error) {
			if r.Target.Name == "stop" {
				return 1500 * time.Millisecond, nil
			}
			return 0, nil
		})
		var closed sync.WaitGroup
		closed.Go(func() { require.NoError(t, server.Close(context.Background())) })
		synctest.Wait()
		from := time.Now()
		client.Call("get_customer", asksForAnn).OK()
		require.LessOrEqual(t, time.Since(from), 2*time.Second+100*time.Millisecond)
		closed.Wait()
		var names []string
		for _, r := range log.All()[2:] {
			names = append(names, r.Target.Name)
		}
		require.Equal(t, []string{"get_customer", "stop", "start", "get_customer"}, names)

		log.set(func(audit.Record) (time.Duration, error) { return time.Hour, nil })
		closed.Go(func() { require.Error(t, server.Close(context.Background())) })
		synctest.Wait()
		from = time.Now()
		client.Call("get_customer", asksForAnn).Ended(mcpgov.AuditFailed)
		require.LessOrEqual(t, time.Since(from), 2*time.Second+100*time.Millisecond)
		closed.Wait()
		<-time.After(10 * time.Hour)
	})
}

// A stop that could not be recorded is still owed; a start that could not be is no stop.
func TestStopThatFails(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	server := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
	client := mcptest.New(t, server).As(owner)
	log.FailWhen(func(audit.Record) error { return errDisk })
	require.ErrorIs(t, server.Close(t.Context()), errDisk)
	log.FailWhen(nil)
	client.Call("get_customer", asksForAnn).OK()
	require.Equal(t, []string{"start"}, events(log), "it never stopped")
	require.NoError(t, server.Close(t.Context()))
	require.Equal(t, []string{"start", "stop"}, events(log))

	down := &mcptest.Recorder{}
	down.FailWhen(func(audit.Record) error { return errDisk })
	server = newServer(t, crmConfig(t, down), mcpgov.Tool(lookupSpec(), found))
	_, err := server.Handler(nil)
	require.NoError(t, err)
	require.NoError(t, server.Close(t.Context()), "nothing began")
	down.FailWhen(nil)
	in, out := io.Pipe()
	require.NoError(t, out.Close())
	_ = server.Run(t.Context(), &mcp.IOTransport{Reader: in, Writer: nopCloser{io.Discard}})
	require.Equal(t, []string{"start", "stop"}, events(down), "the handler was closed before")
}

// Whatever is called at once, the log tells of starts and stops in turn.
func TestLifecycleInTurn(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	server := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
	h := mcptest.New(t, server)
	var all sync.WaitGroup
	clients := make([]*mcptest.Client, 8)
	for i := range clients {
		clients[i] = h.As(mcpgov.User{ID: fmt.Sprint("u", i), Role: "admin"})
	}
	log.FailWhen(func(r audit.Record) error {
		if r.Kind == audit.KindEvent && r.Time.UnixNano()%3 == 0 {
			return errors.New("now and then")
		}
		return nil
	})
	for _, client := range clients {
		all.Go(func() {
			for range 40 {
				client.Call("get_customer", asksForAnn)
			}
		})
		all.Go(func() {
			for range 20 {
				_ = server.Close(context.Background())
				_ = server.ReloadPolicy(context.Background(), policy.AllowAll())
				in, out := io.Pipe()
				_ = out.Close()
				_ = server.Run(context.Background(), &mcp.IOTransport{Reader: in, Writer: nopCloser{io.Discard}})
			}
		})
	}
	all.Wait()
	last := "stop"
	for _, name := range events(log) {
		if name != "start" && name != "stop" {
			continue
		}
		require.NotEqual(t, last, name)
		last = name
	}
}

// A stream that ends while a call runs ends in the log behind that call.
func TestStopComesLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		config.Policy = policy.AllowAll()
		server := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "write", Description: "Writes."}, func(context.Context, lookupIn) (customer, error) {
			<-time.After(3 * time.Second)
			return ann(), nil
		}))
		in, out := io.Pipe()
		var served sync.WaitGroup
		served.Go(func() {
			_ = server.Run(mcpgov.WithUser(t.Context(), admin), &mcp.IOTransport{Reader: in, Writer: nopCloser{io.Discard}})
		})
		for _, message := range []string{
			`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","clientInfo":{"name":"c","version":"1"},"capabilities":{}}}`,
			`{"jsonrpc":"2.0","method":"notifications/initialized","params":{}}`,
			`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write","arguments":{"customer_id":"cust_42"}}}`,
		} {
			_, err := io.WriteString(out, message+"\n")
			require.NoError(t, err)
			synctest.Wait()
		}
		require.NoError(t, out.Close())
		served.Wait()
		<-time.After(time.Minute)
		var names []string
		for _, r := range log.All() {
			names = append(names, string(r.Kind)+" "+r.Target.Name+" "+r.Outcome)
		}
		t.Log(names)
		require.Equal(t, []string{"start", "stop"}, events(log))
		require.Equal(t, "stop", log.All()[len(log.All())-1].Target.Name)
	})
}
