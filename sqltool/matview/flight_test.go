package matview_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// gated is a store whose one materialisation waits in its check, after Open has built it, until the test lets it go on.
func gated(t *testing.T, o with) (_ *kept, entered <-chan struct{}, goOn chan<- struct{}) {
	t.Helper()
	in, out := make(chan struct{}, 100), make(chan struct{})
	var opened atomic.Bool
	d := spent()
	d.Check = func(ctx context.Context, _ *sql.DB, _ string) error {
		if !opened.Load() {
			return nil
		}
		in <- struct{}{}
		select {
		case <-out:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	o.Definitions, o.Setup = []matview.Definition{d}, orders
	store, err := try(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	opened.Store(true)
	return store, in, out
}

// TestOneRefreshAtATime: callers share a refresh that began after they asked; one that began before is waited for and does not count.
func TestOneRefreshAtATime(t *testing.T) {
	t.Parallel()
	store, entered, goOn := gated(t, with{})
	view := store.View("spent")
	var group sync.WaitGroup
	group.Go(func() { require.NoError(t, view.Refresh(t.Context())) })
	<-entered
	require.True(t, view.Status().Refreshing)
	for range 5 {
		group.Go(func() { require.NoError(t, view.Refresh(t.Context())) })
	}
	goOn <- struct{}{}
	go func() {
		for {
			select {
			case <-entered:
			case goOn <- struct{}{}:
			case <-t.Context().Done():
				return
			}
		}
	}()
	group.Wait()
	version := view.Status().Version
	require.GreaterOrEqual(t, version, int64(3), "the five were not served by the refresh before them")
	require.LessOrEqual(t, version, int64(7))
}

// TestHangUp: a refresh that nobody waits for any more ends and changes nothing; while somebody does, it goes on.
func TestHangUp(t *testing.T) {
	t.Parallel()
	store, entered, goOn := gated(t, with{})
	view := store.View("spent")
	alone, hangUp := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- view.Refresh(alone) }()
	<-entered
	hangUp()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Empty(t, view.Status().Fault, "that nobody waited is no fault of the data")

	go func() { ended <- view.Refresh(t.Context()) }() // waits for the one that ends, then begins its own
	<-entered
	goOn <- struct{}{}
	require.NoError(t, <-ended)
	require.Equal(t, int64(2), view.Status().Version)
}

// TestCloseWhileRefreshing: Close ends what is under way, waits for it, and keeps the old version.
func TestCloseWhileRefreshing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.duckdb")
	store, entered, _ := gated(t, with{Path: path})
	ended := make(chan error, 1)
	go func() { ended <- store.View("spent").Refresh(t.Context()) }()
	<-entered
	require.NoError(t, store.Close())
	require.ErrorIs(t, <-ended, context.Canceled)
	require.NoError(t, store.Close(), "twice is once")
	store = open(t, with{Path: path, Definitions: []matview.Definition{spent()}})
	require.Equal(t, int64(1), store.View("spent").Status().Version)
}

// TestPanicOfCheck: a check that panics fails its refresh and nothing else.
func TestPanicOfCheck(t *testing.T) {
	t.Parallel()
	d := spent()
	panics := false
	d.Check = func(context.Context, *sql.DB, string) error {
		if panics {
			panic("canary")
		}
		return nil
	}
	store := open(t, with{Definitions: []matview.Definition{d}, Setup: orders})
	panics = true
	err := store.Refresh(t.Context())
	require.ErrorContains(t, err, "panic")
	require.NotContains(t, err.Error(), "canary")
	panics = false
	require.NoError(t, store.Refresh(t.Context()))
}

// TestTimeout: a refresh that takes too long ends.
func TestTimeout(t *testing.T) {
	t.Parallel()
	d := spent()
	slow := false
	d.Timeout = 200 * time.Millisecond
	d.Check = func(ctx context.Context, _ *sql.DB, _ string) error {
		if slow {
			<-ctx.Done()
		}
		return ctx.Err()
	}
	store := open(t, with{Definitions: []matview.Definition{d}, Setup: orders})
	slow = true
	require.ErrorIs(t, store.Refresh(t.Context()), context.DeadlineExceeded)
}

// TestRunInABubble: the real store on fake time. Twenty minutes of a schedule take no time, and no goroutine is left.
func TestRunInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := spent()
		d.Every = time.Minute
		failing := false
		d.Check = func(context.Context, *sql.DB, string) error {
			if failing {
				return errors.New("broken")
			}
			return nil
		}
		store, err := try(t.Context(), with{Definitions: []matview.Definition{d}, Setup: orders})
		require.NoError(t, err)
		ctx, end := context.WithTimeout(t.Context(), 20*time.Minute+time.Second)
		require.NoError(t, store.Run(ctx))
		end()
		require.Equal(t, int64(21), store.View("spent").Status().Version)
		require.NoError(t, store.Health(t.Context()))
		failing = true
		ctx, end = context.WithTimeout(t.Context(), 90*time.Minute)
		require.NoError(t, store.Run(ctx))
		end()
		status := store.View("spent").Status()
		require.Equal(t, int64(21), status.Version)
		require.Contains(t, status.Fault, "broken")
		require.True(t, status.Overdue)
		require.ErrorContains(t, store.Health(t.Context()), "spent is overdue")
		require.NoError(t, store.Close())
	})
}

// TestManyAtOnce: refreshes of different definitions run side by side, on as few connections as there are, and none is in another's way.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]with{
		"in memory": {}, "in a file": {Path: filepath.Join(t.TempDir(), "w.duckdb")}, "on one connection": {Connections: 1}, "on two": {Connections: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.Setup = orders
			for i := range 6 {
				w.Definitions = append(w.Definitions, matview.Definition{
					Name: fmt.Sprintf("v%d", i), SQL: "SELECT o.id, x.range AS n FROM orders o, range(1000) x", Indexes: []matview.Index{{Columns: []string{"n"}}},
					Check: func(ctx context.Context, db *sql.DB, table string) error { // needs a connection of its own
						var n int
						return db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
					},
				}, matview.Definition{Name: fmt.Sprintf("above%d", i), SQL: fmt.Sprintf("SELECT count(*) AS n FROM v%d", i), Incremental: &matview.Incremental{Column: "n"}})
			}
			store := open(t, w)
			var all sync.WaitGroup
			for _, d := range w.Definitions {
				all.Go(func() {
					for range 4 {
						if err := store.View(d.Name).Refresh(t.Context()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Go(func() {
				for range 3 {
					if err := store.Refresh(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
			all.Wait()
			require.EqualValues(t, 10_000, number(t, store.SQL(), "SELECT count(*) FROM v3"))
			require.EqualValues(t, 1, number(t, store.SQL(), "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'mcpgov_matview'"))
		})
	}
}
