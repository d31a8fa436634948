//go:build unix

package auditpg_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type payment struct {
	Ref string `json:"ref" jsonschema:"description=Reference"`
}

// till is a governed server that pays, and notes what it paid.
type till struct {
	client *mcptest.Client
	paid   sync.Map // by reference
}

func newTill(t *testing.T, sink audit.Sink) *till {
	t.Helper()
	b := &till{}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "till", Version: "1", Policy: policy.AllowAll(), Audit: sink, Identify: mcpgov.Anonymous(), Logger: slog.New(slog.DiscardHandler),
		Limits: mcpgov.Limits{Audit: 500 * time.Millisecond, PerMinute: mcpgov.Unlimited},
	}, mcpgov.Tool(mcpgov.ToolSpec{Name: "pay", Description: "Pays."}, func(_ context.Context, in payment) (payment, error) {
		b.paid.Store(in.Ref, true)
		return in, nil
	}))
	require.NoError(t, err)
	b.client = mcptest.New(t, srv).As(mcpgov.User{ID: "sam"})
	return b
}

// call pays, through the session itself: a harness makes one call after the other.
func (b *till) call(t *testing.T, ref string) mcpgov.Code {
	t.Helper()
	result, err := b.client.Session().CallTool(context.Background(), &mcp.CallToolParams{Name: "pay", Arguments: payment{Ref: ref}})
	if err != nil {
		t.Error(err)
		return ""
	}
	if !result.IsError {
		return mcpgov.OK
	}
	text, ok := result.Content[0].(*mcp.TextContent)
	if !ok {
		t.Error("no text")
		return ""
	}
	var said struct {
		Code mcpgov.Code `json:"code"`
	}
	if err := json.Unmarshal([]byte(text.Text), &said); err != nil {
		t.Error(err)
	}
	return said.Code
}

// check holds what was paid, and what was answered, to the records.
func (b *till) check(t *testing.T, records []audit.Record, answered *sync.Map) {
	t.Helper()
	intents, outcomes := map[string]int{}, map[string]int{}
	for _, r := range records {
		switch {
		case r.Target.Name != "pay":
		case r.Kind == audit.KindIntent:
			intents[string(r.Arguments)]++
		case r.Outcome == "ok":
			outcomes[string(r.Arguments)]++
		}
	}
	paid := 0
	b.paid.Range(func(ref, _ any) bool {
		paid++
		require.Equal(t, 1, intents[fmt.Sprintf(`{"ref":%q}`, ref)], "%s was paid", ref)
		return true
	})
	answered.Range(func(ref, _ any) bool {
		require.Equal(t, 1, outcomes[fmt.Sprintf(`{"ref":%q}`, ref)], "%s was answered", ref)
		return true
	})
	require.NotZero(t, paid)
}

// TestGovernedServer: whatever becomes of the database (stopped, crashed, half-open, slow), no handler runs unrecorded, every call in the fault is
// refused with one code within its time, and the server serves again by itself.
func TestGovernedServer(t *testing.T) {
	t.Parallel()
	server := ownServer(t)
	way := newProxy(t, server.dsn)
	for name, fault := range map[string]func() (repair func()){
		"half-open": func() func() { return way.stall() },
		"cut off": func() func() {
			way.set(func() { way.refused = true })
			way.cut()
			return func() { way.set(func() { way.refused = false }) }
		},
		"stopped": func() func() { server.stop(t, syscall.SIGINT); return func() { server.start(t) } },
		"crashed": func() func() { server.stop(t, syscall.SIGQUIT); return func() { server.start(t) } },
	} {
		t.Run(name, func(t *testing.T) { // one after the other: they share the database
			sink := opened(t, way.dsn, nil)
			b := newTill(t, sink)
			var answered sync.Map
			var number atomic.Int64
			pay := func() mcpgov.Code {
				ref := fmt.Sprint(name, " ", number.Add(1))
				code := b.call(t, ref)
				if code == mcpgov.OK {
					answered.Store(ref, true)
				}
				return code
			}
			crowd := func() (slowest time.Duration, codes map[mcpgov.Code]int) {
				var mu sync.Mutex
				codes = map[mcpgov.Code]int{}
				var all sync.WaitGroup
				for range 16 {
					all.Go(func() {
						begun := time.Now()
						code := pay()
						mu.Lock()
						defer mu.Unlock()
						codes[code]++
						slowest = max(slowest, time.Since(begun))
					})
				}
				all.Wait()
				return slowest, codes
			}
			_, codes := crowd()
			require.Equal(t, map[mcpgov.Code]int{mcpgov.OK: 16}, codes)
			repair := fault()
			paidBefore := length(&b.paid)
			slowest, codes := crowd()
			require.Equal(t, map[mcpgov.Code]int{mcpgov.AuditFailed: 16}, codes, "one code")
			require.Equal(t, paidBefore, length(&b.paid), "no handler ran")
			require.Less(t, slowest, 5*time.Second, "500 ms and a moment; the rest is for a loaded machine")
			repair()
			repaired := time.Now()
			require.Eventually(t, func() bool { return pay() == mcpgov.OK }, 10*time.Second, time.Millisecond)
			t.Logf("slowest refusal %v, in service %v after the repair", slowest.Round(time.Millisecond), time.Since(repaired).Round(time.Millisecond))
			b.check(t, everything(t, server.dsn, nil), &answered)
		})
	}
}

func length(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}
