package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
)

// TestDeadline shows that a call's deadline answers on time and reaches the server: the query there ends, too.
func TestDeadline(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	db := s.db(t, sqltool.Options{})
	type slept struct {
		Done bool `json:"done"`
	}
	tool := spec("sleep")
	tool.Timeout = 100 * time.Millisecond
	c := caller(t, audit.Discard(), sqltool.QueryRow[nothing, slept](db, tool, sqltool.Statement{SQL: "SELECT pg_sleep(60) IS NOT NULL AND '" + s.schema + "' <> '' AS done"}))
	c.Call("sleep", nothing{}).Ended(mcpgov.Timeout)
	require.Eventually(t, func() bool {
		var running int
		err := s.admin.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%' AND query LIKE '%"+s.schema+"%' AND pid <> pg_backend_pid()").Scan(&running)
		return err == nil && running == 0
	}, 10*time.Second, 10*time.Millisecond)
}

// TestCut shows that a result cut by its bytes does not make the server send the rest, and leaves the pool in order.
func TestCut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	type row struct {
		S string `json:"s"`
	}
	for _, db := range []*sqltool.DB{s.db(t, sqltool.Options{}), s.on(t, s.plain(t))} {
		for range 3 {
			var rows []row
			truncated, err := db.Query(t.Context(), sqltool.Statement{Name: "wide", SQL: "SELECT repeat('x', 100000) AS s FROM generate_series(1, 9000)", MaxBytes: 250_000}, nil, &rows)
			require.NoError(t, err)
			require.True(t, truncated)
			require.Len(t, rows, 2)
		}
	}
}

// TestAsOf shows that a freshness nobody tells in time is not claimed, and holds nobody up for long.
func TestAsOf(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	defer close(stuck)
	db := newServer(t, customers).db(t, sqltool.Options{AsOf: func(context.Context) (time.Time, error) {
		<-stuck
		return time.Time{}, nil
	}})
	c := caller(t, audit.Discard(), sqltool.Query[segments, customer](db, spec("find"), sqltool.Statement{SQL: bySegment}))
	for range 3 { // only the first waits at all
		c.Call("find", segments{[]string{"gold"}}).OK()
	}
}
