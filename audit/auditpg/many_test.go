package auditpg_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// crowd is callers that append one record after the other, whatever happens to the server.
type crowd struct {
	sink    *auditpg.Sink
	stop    context.CancelFunc
	running sync.WaitGroup

	acknowledged, failed atomic.Int64

	mu    sync.Mutex
	taken map[string]bool // by call id
	fault error           // the last
}

// gather starts n callers.
func gather(t testing.TB, n int, sink *auditpg.Sink) *crowd {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	c := &crowd{sink: sink, stop: stop, taken: map[string]bool{}}
	for caller := range n {
		c.running.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				c.append(fmt.Sprintf("caller %d record %d", caller, i))
			}
		})
	}
	t.Cleanup(c.end)
	return c
}

// append is one record, with the time that a server allows for it.
func (c *crowd) append(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := c.sink.Append(ctx, audit.Record{CallID: id, Kind: audit.KindOutcome})
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.fault = err
		c.failed.Add(1)
		return
	}
	c.taken[id] = true
	c.acknowledged.Add(1)
}

// progress waits until n more records were acknowledged.
func (c *crowd) progress(t testing.TB, n int64) {
	t.Helper()
	goal := c.acknowledged.Load() + n
	require.Eventually(t, func() bool { return c.acknowledged.Load() >= goal }, 20*time.Second, time.Millisecond, "the sink is not in service")
}

// trouble waits until n more records were refused.
func (c *crowd) trouble(t testing.TB, n int64) {
	t.Helper()
	goal := c.failed.Load() + n
	require.Eventually(t, func() bool { return c.failed.Load() >= goal }, 20*time.Second, time.Millisecond, "the sink is in service")
}

// end waits for all callers.
func (c *crowd) end() {
	c.stop()
	c.running.Wait()
}

// check reads the table: every acknowledged record is there once, and no other one twice.
func (c *crowd) check(t testing.TB, dsn string, opts *auditpg.Options) {
	t.Helper()
	c.end()
	times := map[string]int{}
	for _, r := range everything(t, dsn, opts) {
		times[r.CallID]++
		require.Equal(t, 1, times[r.CallID], "%s is there twice", r.CallID)
	}
	for id := range c.taken {
		require.Equal(t, 1, times[id], "%s was acknowledged and is lost", id)
	}
	t.Logf("%d acknowledged, %d refused, %d in the table; the last refusal: %v", c.acknowledged.Load(), c.failed.Load(), len(times), c.fault)
}
