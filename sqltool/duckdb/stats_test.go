package duckdb_test

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

func TestStats(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	db := open(t, duckdb.Options{SlowQuery: 1, Logger: slog.New(slog.NewTextHandler(&log, nil)), Pool: duckdb.Pool{Open: 1, AcquireWait: -1}})
	require.Equal(t, duckdb.Stats{Idle: 1}, db.Stats())
	_, err := db.AppendJSON(t.Context(), nil, "SELECT '"+canary+"' = $1", []any{canary}, duckdb.Limit{})
	require.NoError(t, err)
	_, err = db.SQL().ExecContext(t.Context(), "SELECT x")
	require.Error(t, err)
	s := db.Stats()
	require.Equal(t, []int64{2, 1, 2}, []int64{s.Statements, s.Failed, s.Slow})
	require.NotContains(t, log.String(), canary)
	require.Contains(t, log.String(), "slow statement")
	require.Contains(t, log.String(), "statement=")

	// One holds the only connection, another waits for it.
	waited := make(chan error, 1)
	require.NoError(t, db.Do(t.Context(), func(context.Context, *sql.Conn) error {
		require.Equal(t, 1, db.Stats().Active)
		go func() { waited <- db.Do(context.Background(), func(context.Context, *sql.Conn) error { return nil }) }()
		require.Eventually(t, func() bool { return db.Stats().Waiting == 1 }, time.Minute, time.Millisecond)
		return nil
	}))
	require.NoError(t, <-waited)
	require.Equal(t, 0, db.Stats().Waiting)
	require.Equal(t, int64(1), db.Stats().Waits)
}
