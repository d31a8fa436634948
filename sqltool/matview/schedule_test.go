package matview_test

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// TestOrder: definitions come after what they read, whether SQL or DependsOn says so; circles are shown.
func TestOrder(t *testing.T) {
	t.Parallel()
	store := open(t, with{Setup: orders, Definitions: []matview.Definition{
		{Name: "top", SQL: `SELECT * FROM (SELECT max(total) AS most FROM "Spent") x`},
		{Name: "a_view", Kind: matview.Virtual, SQL: "SELECT (SELECT most FROM main.top) AS most"},
		{Name: "after", SQL: "SELECT 1 AS one", DependsOn: []string{"a_view"}},
		spent(),
	}})
	var order []string
	for _, status := range store.Status() {
		order = append(order, status.Name)
	}
	require.Equal(t, []string{"spent", "top", "a_view", "after"}, order)
	require.EqualValues(t, 18, number(t, store.SQL(), "SELECT CAST(most AS BIGINT) FROM a_view"))

	// A CTE called as its own definition is no circle, and the name of another schema's table is none of ours.
	own := open(t, with{Schema: "kept", Setup: orders, Definitions: []matview.Definition{
		{Name: "orders", SQL: "SELECT * FROM orders"}, {Name: "late", SQL: "WITH late AS (SELECT * FROM kept.orders WHERE id > 3) SELECT * FROM late"},
	}})
	require.EqualValues(t, 6, number(t, own.SQL(), "SELECT count(*) FROM kept.late"))
	same := open(t, with{Setup: orders, Definitions: []matview.Definition{{Name: "late", SQL: "WITH late AS (SELECT * FROM orders WHERE id > 3) SELECT * FROM late"}}})
	require.EqualValues(t, 6, number(t, same.SQL(), "SELECT count(*) FROM late"))

	for fault, definitions := range map[string][]matview.Definition{
		"otherwise): a -> b -> a":              {{Name: "a", SQL: "SELECT * FROM b"}, {Name: "b", SQL: "WITH x AS (SELECT * FROM main.a) SELECT * FROM x"}},
		"otherwise): a -> a":                   {{Name: "a", SQL: "SELECT 1", DependsOn: []string{"a"}}},
		`depends on "b", which is not defined`: {{Name: "a", SQL: "SELECT 1", DependsOn: []string{"b"}}},
		"stands there twice":                   {{Name: "a", SQL: "SELECT 1"}, {Name: "a", SQL: "SELECT 1"}},
		"write lower-case letters":             {{Name: "a\" b", SQL: "SELECT 1"}},
		"not a SELECT":                         {{Name: "a", SQL: "DROP TABLE orders"}},
		"2 statements":                         {{Name: "a", SQL: "SELECT 1; SELECT 2"}},
		"already there and was not made":       {{Name: "orders", SQL: "SELECT 1 AS one"}},
		"Virtual keeps no rows":                {{Name: "a", SQL: "SELECT 1", Kind: matview.Virtual, Indexes: []matview.Index{{Columns: []string{"a"}}}}},
	} {
		_, err := try(t.Context(), with{Definitions: definitions, Setup: orders})
		require.ErrorContains(t, err, fault)
	}
}

// TestDependentsOfAFailure: what reads something that failed is not refreshed, and says so; everything else is.
func TestDependentsOfAFailure(t *testing.T) {
	t.Parallel()
	var away atomic.Bool
	low := spent()
	low.Check = func(context.Context, *sql.DB, string) error {
		if away.Load() {
			return errors.New("broken")
		}
		return nil
	}
	store := open(t, with{Setup: orders, Definitions: []matview.Definition{low, {Name: "top", SQL: "SELECT max(total) AS most FROM spent"}, {Name: "other", SQL: "SELECT 1 AS one"}}})
	away.Store(true)
	err := store.Refresh(t.Context())
	require.ErrorContains(t, err, "broken")
	require.ErrorContains(t, err, "refresh top: not tried, because spent failed")
	require.Equal(t, int64(1), store.View("top").Status().Version)
	require.Equal(t, int64(2), store.View("other").Status().Version)
}

// TestAsOfOfDependents: nothing is younger than what it was made of.
func TestAsOfOfDependents(t *testing.T) {
	t.Parallel()
	at := newClock()
	store := open(t, with{Setup: orders, Now: at.Now, Definitions: []matview.Definition{
		spent(), {Name: "top", SQL: "SELECT max(total) AS most FROM spent"}, {Name: "seen", Kind: matview.Virtual, SQL: "SELECT * FROM top"}, {Name: "now", Kind: matview.Virtual, SQL: "SELECT * FROM orders"},
	}})
	at.now = at.now.Add(time.Hour)
	require.NoError(t, store.View("top").Refresh(t.Context()))
	for _, view := range []string{"spent", "top", "seen"} {
		require.Equal(t, time.Hour, store.View(view).Status().Age, view)
	}
	require.Zero(t, store.View("now").Status().Age)
	at.now = at.now.Add(-2 * time.Hour)
	asOf, err := store.View("spent").AsOf(t.Context())
	require.NoError(t, err)
	require.Less(t, asOf.Year(), 2000, "the clock was set back: how old it is cannot be known")
}

// TestRun: the schedule refreshes what is due and what stands on it, ends with its context, and runs once.
func TestRun(t *testing.T) {
	t.Parallel()
	refreshed := make(chan string, 100)
	noted := func(d matview.Definition) matview.Definition {
		d.Check = func(context.Context, *sql.DB, string) error {
			refreshed <- d.Name
			return nil
		}
		return d
	}
	low := spent()
	low.Every, low.Jitter = 20*time.Millisecond, time.Millisecond
	store := open(t, with{Setup: orders, Definitions: []matview.Definition{
		noted(low), noted(matview.Definition{Name: "top", SQL: "SELECT max(total) AS most FROM spent"}), noted(matview.Definition{Name: "alone", SQL: "SELECT 1 AS one"}),
	}})
	for range 3 { // Open built each once
		<-refreshed
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- store.Run(ctx) }()
	for range 3 {
		require.Equal(t, "spent", <-refreshed)
		require.Equal(t, "top", <-refreshed)
	}
	require.ErrorIs(t, store.Run(ctx), matview.ErrRunning)
	end()
	require.NoError(t, <-ended)
	require.False(t, store.View("spent").Status().Overdue)
	require.Equal(t, int64(1), store.View("alone").Status().Version)
}
