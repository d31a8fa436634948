package matview_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// clock is a clock that tests move.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newClock() *clock { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// with is a database and what a store keeps in it.
type with struct {
	Path        string // empty: in memory
	Setup       func(ctx context.Context, db *sql.DB) error
	Schema      string
	Connections int // zero is the default
	Definitions []matview.Definition
	Now         func() time.Time
}

// kept is a store and the database it is in.
type kept struct {
	*matview.Store
	db *duckdb.Database
}

func (k *kept) SQL() *sql.DB { return k.db.SQL() }

func (k *kept) Close() error {
	k.Store.Close()
	return k.db.Close()
}

func try(ctx context.Context, w with) (*kept, error) {
	db, err := duckdb.Open(ctx, duckdb.Options{Path: w.Path, Writable: w.Path != "", Pool: duckdb.Pool{Open: w.Connections}})
	if err != nil {
		return nil, err
	}
	if w.Setup != nil {
		if err := w.Setup(ctx, db.SQL()); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	store, err := matview.Open(ctx, db, matview.Options{Schema: w.Schema, Definitions: w.Definitions, Now: w.Now})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &kept{store, db}, nil
}

func open(t *testing.T, w with) *kept {
	t.Helper()
	store, err := try(t.Context(), w)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// orders is a set-up with a table of the user's own.
func orders(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS orders AS SELECT range AS id, 'cust_' || range % 3 AS customer, CAST(range AS DECIMAL(18,2)) AS total,
		TIMESTAMP '2026-01-01' + to_days(CAST(range AS INTEGER)) AS changed FROM range(10)`)
	return err
}

func spent() matview.Definition {
	return matview.Definition{
		Name: "spent", SQL: "SELECT customer, sum(total) AS total FROM orders GROUP BY customer -- the sum",
		Indexes: []matview.Index{{Columns: []string{"customer"}, Unique: true}},
	}
}

func number(t *testing.T, db *sql.DB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	require.NoError(t, db.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

func execute(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), query, args...)
	require.NoError(t, err)
}

// TestRefresh: a materialisation is built at Open, is what it was until it is refreshed, and survives a restart with its age.
func TestRefresh(t *testing.T) {
	t.Parallel()
	at := newClock()
	o := with{Path: filepath.Join(t.TempDir(), "w.duckdb"), Definitions: []matview.Definition{spent()}, Setup: orders, Now: at.Now}
	store, err := try(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 45, number(t, store.SQL(), "SELECT CAST(sum(total) AS BIGINT) FROM spent"))
	execute(t, store.SQL(), "INSERT INTO orders VALUES (10, 'cust_0', 100, now())")
	at.now = at.now.Add(time.Minute)
	require.EqualValues(t, 45, number(t, store.SQL(), "SELECT CAST(sum(total) AS BIGINT) FROM spent"))
	require.Equal(t, time.Minute, store.View("spent").Status().Age)
	require.NoError(t, store.View("spent").Refresh(t.Context()))
	require.EqualValues(t, 145, number(t, store.SQL(), "SELECT CAST(sum(total) AS BIGINT) FROM main.spent"))
	status := store.View("spent").Status()
	require.Equal(t, int64(2), status.Version)
	require.Equal(t, int64(3), status.Rows)
	require.Zero(t, status.Age)
	require.NoError(t, store.Close())
	require.ErrorIs(t, store.View("spent").Refresh(t.Context()), matview.ErrClosed)

	at.now = at.now.Add(time.Hour)
	store = open(t, o)
	status = store.View("spent").Status()
	require.Equal(t, int64(2), status.Version, "what is kept is not built anew")
	require.Equal(t, time.Hour, status.Age)
	require.EqualValues(t, 1, number(t, store.SQL(), "SELECT count(*) FROM duckdb_indexes() WHERE table_name = 'spent'"))
	require.EqualValues(t, 1, number(t, store.SQL(), "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'mcpgov_matview'"), "the states alone")
}

// TestCheck: a version that its check or its unique index refuses is never seen, the old one stays, and why is kept.
func TestCheck(t *testing.T) {
	t.Parallel()
	refuse := errors.New("contract: too few rows")
	var fault error
	d := spent()
	d.Check = func(ctx context.Context, db *sql.DB, table string) error {
		var n int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil || n == 0 {
			return errors.Join(err, errors.New("no rows to check"))
		}
		return fault
	}
	o := with{Path: filepath.Join(t.TempDir(), "w.duckdb"), Definitions: []matview.Definition{d}, Setup: orders}
	store, err := try(t.Context(), o)
	require.NoError(t, err)
	execute(t, store.SQL(), "DELETE FROM orders WHERE customer = 'cust_1'")
	fault = refuse
	require.ErrorIs(t, store.View("spent").Refresh(t.Context()), refuse)
	require.EqualValues(t, 3, number(t, store.SQL(), "SELECT count(*) FROM spent"))
	require.Contains(t, store.View("spent").Status().Fault, "too few rows")
	require.NoError(t, store.Close())
	store = open(t, o)
	require.Contains(t, store.View("spent").Status().Fault, "too few rows", "known after a restart as well")
	fault = nil
	require.NoError(t, store.Refresh(t.Context()))
	require.EqualValues(t, 2, number(t, store.SQL(), "SELECT count(*) FROM spent"))
	require.Empty(t, store.View("spent").Status().Fault)
}

// TestUniqueIndex: rows that break a unique index are refused without a word of what they hold.
func TestUniqueIndex(t *testing.T) {
	t.Parallel()
	d := matview.Definition{Name: "by_customer", SQL: "SELECT customer, id FROM orders WHERE id < 3", Indexes: []matview.Index{{Columns: []string{"customer"}, Unique: true}}}
	store := open(t, with{Definitions: []matview.Definition{d}, Setup: orders})
	execute(t, store.SQL(), "UPDATE orders SET customer = 'canary'")
	err := store.Refresh(t.Context())
	require.ErrorContains(t, err, "Constraint Error")
	require.NotContains(t, err.Error(), "canary")
	require.NotContains(t, store.Status()[0].Fault, "canary")
	require.EqualValues(t, 3, number(t, store.SQL(), "SELECT count(DISTINCT customer) FROM by_customer"))
}

// TestFailsThenWorks: what a failed load left behind is in nobody's way, and the error names the column and no value.
func TestFailsThenWorks(t *testing.T) {
	t.Parallel()
	source := open(t, with{})
	execute(t, source.SQL(), "CREATE TABLE words AS SELECT 1 AS id, '12' AS word")
	store := open(t, with{Definitions: []matview.Definition{{
		Name: "numbers", SQL: "SELECT id, word FROM words", Source: &matview.Source{System: "erp", DB: source.SQL()}, Columns: map[string]string{"word": "INTEGER"},
		Incremental: &matview.Incremental{Column: "id"},
	}}})
	for _, refresh := range []func(context.Context) error{store.View("numbers").Rebuild, store.View("numbers").Refresh} {
		execute(t, source.SQL(), "INSERT INTO words SELECT max(id) + 1, 'canary' FROM words")
		for range 3 {
			err := refresh(t.Context())
			require.ErrorContains(t, err, "column word: 1 values are no INTEGER")
			require.NotContains(t, err.Error(), "canary")
		}
		execute(t, source.SQL(), "UPDATE words SET word = '30' WHERE word = 'canary'")
		require.NoError(t, refresh(t.Context()))
		require.Empty(t, store.View("numbers").Status().Fault)
	}
	require.EqualValues(t, 72, number(t, store.SQL(), "SELECT CAST(sum(word) AS BIGINT) FROM numbers"))
	require.EqualValues(t, 1, number(t, store.SQL(), "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'mcpgov_matview'"))
}
