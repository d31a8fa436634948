package mcpgov_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// ledger is a server that writes down, apart from its log, which calls its handlers ran for and which were answered.
type ledger struct {
	clients []*mcptest.Client

	mu       sync.Mutex
	wrote    []string // call ids of handlers that write
	answered []string // call ids of answers that went out
	refused  int
}

type ledgerOut struct {
	Call string `json:"call"`
}

func newLedger(t *testing.T, log audit.Sink, callers int) *ledger {
	t.Helper()
	l := &ledger{}
	config := crmConfig(t, nil)
	config.Audit, config.Policy, config.Limits.PerMinute = log, policy.AllowAll(), mcpgov.Unlimited
	srv := newServer(t, config,
		mcpgov.Tool(mcpgov.ToolSpec{Name: "write", Description: "Writes."}, func(ctx context.Context, _ struct{}) (ledgerOut, error) {
			call, _ := mcpgov.CallFrom(ctx)
			l.mu.Lock()
			defer l.mu.Unlock()
			l.wrote = append(l.wrote, call.ID)
			return ledgerOut{call.ID}, nil
		}),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "read", Description: "Reads.", ReadOnly: true}, func(ctx context.Context, _ struct{}) (ledgerOut, error) {
			call, _ := mcpgov.CallFrom(ctx)
			return ledgerOut{call.ID}, nil
		}))
	h := mcptest.New(t, srv)
	for i := range callers {
		l.clients = append(l.clients, h.As(mcpgov.User{ID: fmt.Sprint("u", i)}))
	}
	return l
}

// call makes one call, which is answered or refused with the one code there is for it.
func (l *ledger) call(t *testing.T, client *mcptest.Client, tool string) (ok bool) {
	t.Helper()
	res := client.Call(tool, nil)
	l.mu.Lock()
	defer l.mu.Unlock()
	if res.Code() != mcpgov.OK {
		res.Ended(mcpgov.AuditFailed)
		l.refused++
		return false
	}
	var out ledgerOut
	res.Into(&out)
	l.answered = append(l.answered, out.Call)
	return true
}

// all has every client call each tool so often, side by side, and returns how many calls were answered.
func (l *ledger) all(t *testing.T, times int) int {
	t.Helper()
	var ok atomic.Int64
	var done sync.WaitGroup
	for _, client := range l.clients {
		done.Go(func() {
			for range times {
				for _, tool := range []string{"write", "read"} {
					if l.call(t, client, tool) {
						ok.Add(1)
					}
				}
			}
		})
	}
	done.Wait()
	return int(ok.Load())
}

// ran is how often a handler that writes has run.
func (l *ledger) ran() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.wrote)
}

// agrees compares a log with what really happened.
func (l *ledger) agrees(t *testing.T, records []audit.Record) {
	t.Helper()
	intents, outcomes := map[string]int{}, map[string]int{}
	for _, r := range records {
		switch r.Kind {
		case audit.KindIntent:
			intents[r.CallID]++
		case audit.KindOutcome:
			outcomes[r.CallID]++
		case audit.KindEvent: // the server's own
		}
	}
	for _, id := range l.wrote {
		require.Equal(t, 1, intents[id], "a handler ran without an intent")
	}
	for _, id := range l.answered {
		require.Equal(t, 1, outcomes[id], "an answer went out without an outcome")
	}
}

// Whatever the record is that cannot be written, no handler that writes runs without its intent, nothing is answered without its outcome, and
// the call after it is served.
func TestEveryAppendMayFail(t *testing.T) {
	t.Parallel()
	for _, inARow := range []int{1, 2, 3, 5} {
		for n := 1; n <= 16; n++ {
			t.Run(fmt.Sprint(inARow, " from ", n), func(t *testing.T) {
				t.Parallel()
				log, appends := &mcptest.Recorder{}, 0
				l := newLedger(t, log, 1)
				log.Reset()
				log.FailWhen(func(audit.Record) error {
					if appends++; appends >= n && appends < n+inARow {
						return errDisk
					}
					return nil
				})
				l.all(t, 8)
				require.Positive(t, l.refused)
				require.LessOrEqual(t, l.refused, inARow, "each refusal is a record that failed")
				require.True(t, l.call(t, l.clients[0], "write"))
				l.agrees(t, log.All())
			})
		}
	}
}
