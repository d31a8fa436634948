package sqltool_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	pool, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	pool.SetMaxOpenConns(1)
	_, err = pool.ExecContext(t.Context(), "CREATE TABLE c(id INTEGER, name TEXT); INSERT INTO c VALUES (1,'Ann'),(2,'Bob'),(3,'Cid')")
	require.NoError(t, err)
	db, err := sqltool.New("crm", pool, sqltool.Options{})
	require.NoError(t, err)
	type in struct {
		IDs []int `json:"ids"`
	}
	type row struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	srv, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		sqltool.Query[in, row](db, mcpgov.ToolSpec{Name: "find", Description: "Finds."}, sqltool.Statement{SQL: "SELECT id, name FROM c WHERE id IN $ids ORDER BY id"}))
	require.NoError(t, err)
	var out sqltool.Rows[row]
	mcptest.New(t, srv).As(mcpgov.User{Anonymous: true}).Call("find", in{[]int{1, 3}}).OK().Into(&out)
	require.Equal(t, []row{{1, "Ann"}, {3, "Cid"}}, out.Rows)
}
