package duckdb_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

type find struct {
	IDs   []int64         `json:"ids"`
	Least sqltool.Decimal `json:"least"`
	Range struct {
		Start time.Time `json:"start"`
	} `json:"range"`
}

type sale struct {
	ID    int64           `json:"id"`
	Total sqltool.Decimal `json:"total"`
	Tags  []string        `json:"tags"`
	Note  *string         `json:"note"`
	Risk  float64         `json:"risk"`
}

// TestTools: tools of package sqltool on a database opened here, with lists, decimals, times and a Go function.
func TestTools(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Functions: []duckdb.Function{
		duckdb.Scalar("risk_of", func(_ context.Context, id int64) (float64, error) { return float64(id) / 4, nil }),
	}})
	for _, statement := range []string{
		"CREATE TABLE sales (id BIGINT, total DECIMAL(38,10), tags VARCHAR[], note VARCHAR, sold TIMESTAMP)",
		"INSERT INTO sales VALUES (1, 1234567890123456789012345678.0123456789, ['a', 'b'], NULL, '2024-01-02'), (2, 0.5, [], 'x', '2024-01-02'), (3, 9, ['c'], 'y', '2020-01-01')",
	} {
		_, err := db.SQL().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	tools, err := sqltool.New("warehouse", db.SQL(), sqltool.Options{Engine: duckdb.Engine()})
	require.NoError(t, err)
	srv, err := mcpgov.New(mcpgov.Config{Name: "w", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		sqltool.Query[find, sale](tools, mcpgov.ToolSpec{Name: "find_sales", Description: "Finds sales."}, sqltool.Statement{
			SQL: "SELECT id, total, tags, note, risk_of(id) AS risk FROM sales WHERE id IN $ids AND total >= $least AND sold >= $range.start ORDER BY id",
		}))
	require.NoError(t, err)
	client := mcptest.New(t, srv).As(mcpgov.User{Anonymous: true})
	for range 2 {
		result := client.Call("find_sales", map[string]any{"ids": []int{1, 2, 3}, "least": "0.5", "range": map[string]any{"start": "2024-01-01T00:00:00Z"}})
		require.JSONEq(t, `{"rows": [{"id": 1, "total": "1234567890123456789012345678.0123456789", "tags": ["a", "b"], "note": null, "risk": 0.25},
			{"id": 2, "total": "0.5000000000", "tags": [], "note": "x", "risk": 0.5}], "truncated": false}`, result.OK().Text())
	}
}
