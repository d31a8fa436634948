package check_test

import (
	"context"
	"database/sql"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the engine whose trees are judged
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

func TestTreeSmoke(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	ctx := context.Background()
	parse := func(query string) []byte {
		var tree string
		require.NoError(t, db.QueryRowContext(ctx, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", query).Scan(&tree))
		return []byte(tree)
	}
	rules := check.Rules{Catalog: "memory", Schemas: []string{"analytics"}, MaxRows: 10}
	for _, query := range []string{
		"SELECT 1",
		"SELECT a.x AS y, count(*) FROM analytics.orders AS a WHERE a.b = 1 AND c LIKE 'x%' GROUP BY ALL ORDER BY ALL",
		"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM t WHERE n<5) SELECT n FROM t ORDER BY ALL LIMIT 50",
		"SELECT [x+1 for x in [1,2,3] if x>1], a.b.c[1:2], x::DECIMAL(10,2), sum(x) OVER (ORDER BY y) FROM analytics.t",
	} {
		checked, err := check.Tree(parse(query), rules)
		require.NoError(t, err, query)
		var back string
		require.NoError(t, db.QueryRowContext(ctx, "SELECT json_deserialize_sql(?::JSON)", string(checked.Tree)).Scan(&back))
		t.Log(back, checked.Tables, checked.Functions, checked.Columns)
	}
	for _, query := range []string{
		"SELECT 1; SELECT 2", "DELETE FROM x", "SELECT * FROM orders", "SELECT * FROM private.secrets", "SELECT current_user", "SELECT version()",
		"SELECT * FROM read_csv('x')", "FROM 'x.csv'", "SHOW TABLES", "SELECT $1", "SELECT nextval('x')", "SELECT x.upper()",
	} {
		_, err := check.Tree(parse(query), rules)
		require.Error(t, err, query)
		t.Log(query, "->", err)
	}
}
