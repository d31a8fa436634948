package freesql_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// In this process, a statement that cannot be interrupted is answered at its deadline, keeps its slot in the engine until it ends, and after
// a few of them nothing more is run; workers are simply replaced.
func TestStatementsThatCannotBeInterrupted(t *testing.T) { // alone: it keeps all processors busy
	const endless = `SELECT levenshtein((SELECT string_agg(customer) FROM (FROM sales.orders LIMIT 6000)), (SELECT string_agg(region) FROM (FROM sales.orders LIMIT 6000)))`
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(func(o *freesql.Options) {
			o.Timeout, o.Concurrent, o.Functions = 500*time.Millisecond, 4, map[string]bool{"levenshtein": true}
		})
		var callers sync.WaitGroup
		for i := range 3 {
			caller := x.harness.As(mcpgov.User{ID: strconv.Itoa(i)})
			callers.Go(func() {
				begun := time.Now()
				r := caller.Call("query", map[string]any{"sql": endless})
				t.Log(r.Code(), "after", time.Since(begun))
			})
		}
		callers.Wait()
		until(t, "the statements are stuck, replaced or at an end", func() bool {
			s := x.explorer.Stats()
			return s.Open || s.Replaced > 0 && s.Running == 0 || s.Running == 0 && s.Stuck == 0 && s.Replaced == 0
		})
		if x.explorer.Stats().Open {
			x.query("SELECT 1").Ended(freesql.Unavailable)
			until(t, "the engine has ended them", func() bool { return x.explorer.Stats().Stuck == 0 })
		}
		until(t, "others are served", func() bool { return x.query("SELECT 1").Code() == mcpgov.OK })
	})
}

// One caller, however many calls he makes, leaves a place to others.
func TestOneCallerLeavesAPlace(t *testing.T) { // alone: it keeps all processors busy
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(func(o *freesql.Options) { o.Timeout, o.Concurrent = 6*time.Second, 2 })
		var calls sync.WaitGroup
		for range 6 {
			mallory := x.harness.As(mcpgov.User{ID: "mallory"})
			calls.Go(func() { mallory.Call("query", map[string]any{"sql": hungry[1]}) })
		}
		until(t, "the first statement runs", func() bool { return x.explorer.Stats().Running > 0 })
		x.query("SELECT count(*) FROM sales.orders").OK()
		calls.Wait()
	})
}
