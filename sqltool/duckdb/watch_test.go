package duckdb_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// stubborn is a query that the engine computes while it prepares, in one call that cannot be interrupted; it takes seconds.
const stubborn = "SELECT levenshtein(repeat('a', 22000), repeat('b', 22000))"

// brief is a context that ends soon.
func brief(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// settle waits until the engine has ended all queries that were given up.
func settle(t testing.TB, db *duckdb.Database) {
	t.Helper()
	require.Eventually(t, func() bool { return db.Stats().Stuck == 0 }, time.Minute, 10*time.Millisecond)
}

// TestWatchInterrupts: what the engine can interrupt ends and leaves the connection whole.
func TestWatchInterrupts(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Pool: duckdb.Pool{Open: 1}})
	for range 3 {
		err := db.Do(brief(t), func(ctx context.Context, c *sql.Conn) error {
			_, err := c.ExecContext(ctx, "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b")
			return err
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, int32(1), value(t, db, "SELECT 1"))
	}
}

// TestWatchAnswers: what the engine cannot interrupt is answered, keeps its slot until it ends, and then gives it back.
func TestWatchAnswers(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	db := open(t, duckdb.Options{
		Pool: duckdb.Pool{Open: 1, AcquireWait: 20 * time.Millisecond},
		Functions: []duckdb.Function{duckdb.Scalar0("deaf", func(context.Context) (bool, error) {
			<-release
			return true, nil
		}).Volatile()},
	})
	_, err := db.SQL().ExecContext(brief(t), "SELECT deaf()")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, 1, db.Stats().Stuck)

	acquire := func() error {
		return db.Do(t.Context(), func(context.Context, *sql.Conn) error { return nil })
	}
	require.ErrorIs(t, acquire(), duckdb.ErrBusy)
	require.Eventually(t, func() bool { return errors.Is(acquire(), duckdb.ErrStuck) }, time.Minute, 10*time.Millisecond)
	close(release)
	settle(t, db)
	require.Equal(t, int32(1), value(t, db, "SELECT 1"))
}

// TestWatchOthers: others are served while a query cannot be ended, but no more than the pool allows.
func TestWatchOthers(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Pool: duckdb.Pool{Open: 2, Stuck: 2, AcquireWait: 20 * time.Millisecond}})
	_, err := db.SQL().ExecContext(brief(t), stubborn)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, int32(1), value(t, db, "SELECT 1"))
	require.NoError(t, db.Do(t.Context(), func(context.Context, *sql.Conn) error {
		require.ErrorIs(t, db.Do(t.Context(), func(context.Context, *sql.Conn) error { return nil }), duckdb.ErrBusy)
		return nil
	}))
	settle(t, db)
}

// TestWatchTransaction: a transaction whose statement was given up ends without waiting for the engine.
func TestWatchTransaction(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Pool: duckdb.Pool{Open: 1}})
	tx, err := db.SQL().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(brief(t), stubborn)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, tx.Rollback())
	require.Equal(t, 1, db.Stats().Stuck)
	settle(t, db)
}

// TestStatementTimeout: a statement without a deadline of its own ends at that of the options.
func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{StatementTimeout: 50 * time.Millisecond})
	_, err := db.SQL().ExecContext(t.Context(), "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "took longer than 50ms")
}

// TestOneStatement: several statements in one text are refused, and none is run.
func TestOneStatement(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Pool: duckdb.Pool{Open: 1}})
	_, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE t (a INTEGER)")
	require.NoError(t, err)
	const two = "INSERT INTO t VALUES (1); SELECT 1"
	_, err = db.SQL().ExecContext(t.Context(), two)
	require.Error(t, err)
	_, err = db.SQL().PrepareContext(t.Context(), two) //nolint:sqlclosecheck // there is none
	require.Error(t, err)
	_, err = db.SQL().QueryContext(t.Context(), two) //nolint:rowserrcheck,sqlclosecheck // there are none
	require.Error(t, err)
	require.Equal(t, int64(0), value(t, db, "SELECT count(*) FROM t"))
}

// TestStatementsAreKept: statements that are kept see what changed beneath them, take arguments of other types, and may run twice at a time.
func TestStatementsAreKept(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Pool: duckdb.Pool{Open: 1}})
	exec := func(statement string) {
		_, err := db.SQL().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	exec("CREATE TABLE t AS SELECT 1 AS a")
	require.Equal(t, int32(1), value(t, db, "SELECT * FROM t"))
	exec("CREATE OR REPLACE TABLE t AS SELECT 'x' AS a, 2 AS b")
	require.Equal(t, "x", value(t, db, "SELECT a FROM t"))
	for _, v := range []any{int64(7), "seven", 7.5, nil} {
		require.Equal(t, v, value(t, db, "SELECT $1", v))
		require.Equal(t, v, value(t, db, "SELECT $v", sql.Named("v", v)))
	}
	c, err := db.SQL().Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	first, err := c.QueryContext(t.Context(), "SELECT range FROM range(3)")
	require.NoError(t, err)
	defer func() { require.NoError(t, first.Close()) }()
	second, err := c.QueryContext(t.Context(), "SELECT range FROM range(3)")
	require.NoError(t, err)
	defer func() { require.NoError(t, second.Close()) }()
	for range 3 {
		require.True(t, first.Next())
		require.True(t, second.Next())
	}
	require.NoError(t, first.Err())
	require.NoError(t, second.Err())
}
