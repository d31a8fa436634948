package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/postgres"
)

// TestLocked shows that a change that waits for a lock ends with its call, on the server as well, changes nothing and gives its connection back.
func TestLocked(t *testing.T) {
	t.Parallel()
	s := newServer(t, customers)
	pool := s.open(t, "", postgres.Options{MaxOpen: 1})
	db := s.on(t, pool)
	held, err := s.admin.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, held.Close()) }()
	tx, err := held.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "SET TRANSACTION READ WRITE")
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "UPDATE customers SET spent = 1 WHERE customer_id = 'cust_1'")
	require.NoError(t, err)
	tool := spec("raise")
	tool.Timeout = 100 * time.Millisecond
	type one struct {
		N int64 `json:"n"`
	}
	c := caller(t, audit.Discard(), sqltool.Exec[nothing](db, tool, sqltool.Statement{SQL: "UPDATE customers SET spent = 2 WHERE customer_id = 'cust_1' AND name <> '" + s.schema + "'", Writes: true}),
		sqltool.QueryRow[nothing, one](db, spec("one"), sqltool.Statement{SQL: "SELECT 1::bigint AS n"}))
	for range 3 {
		c.Call("raise", nothing{}).Ended(mcpgov.Timeout)
	}
	c.Call("one", nothing{}).OK()
	require.NoError(t, tx.Rollback())
	require.Eventually(t, func() bool {
		var n int
		err := s.admin.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE 'UPDATE customers SET spent = 2%' AND query LIKE '%"+s.schema+"%' AND query NOT LIKE '%pg_stat%'").Scan(&n)
		return err == nil && n == 0
	}, 5*time.Second, 10*time.Millisecond)
	require.Zero(t, pool.Stats().InUse)
	var spent string
	require.NoError(t, s.admin.QueryRowContext(t.Context(), "SELECT spent::text FROM "+s.schema+".customers WHERE customer_id = 'cust_1'").Scan(&spent))
	require.Equal(t, "1234.50", spent)
}
