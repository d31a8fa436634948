package check_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

func TestViewQuery(t *testing.T) {
	t.Parallel()
	for create, want := range map[string]struct {
		query   string
		columns []string
	}{
		"CREATE VIEW analytics.v AS SELECT 1;":                                     {"SELECT 1", nil},
		"CREATE VIEW v (a, b) AS SELECT 1 AS as_, 2;":                              {"SELECT 1 AS as_, 2", []string{"a", "b"}},
		`CREATE VIEW "as"."view" ("as", "a""b", "c)") AS SELECT '(' AS x;`:         {"SELECT '(' AS x", []string{"as", `a"b`, "c)"}},
		`CREATE VIEW memory."a b"."c;d" AS (SELECT 1)`:                             {"(SELECT 1)", nil},
		"CREATE OR REPLACE TEMPORARY VIEW größe(ä) AS WITH a AS (SELECT 1) FROM a": {"WITH a AS (SELECT 1) FROM a", []string{"ä"}},
	} {
		query, columns, err := check.ViewQuery(create)
		require.NoError(t, err, create)
		require.Equal(t, want.query, query)
		require.Equal(t, want.columns, columns)
	}
	for _, bad := range []string{"", "SELECT 1", "CREATE VIEW v", "CREATE VIEW v (a", `CREATE VIEW "v AS SELECT 1`, "CREATE VIEW v (a)"} {
		_, _, err := check.ViewQuery(bad)
		require.Error(t, err, bad)
	}
}

// TestViewsAreSeenLikeTables puts masks and a filter on views and on the tables beneath them.
func TestViewsAreSeenLikeTables(t *testing.T) {
	t.Parallel()
	e := open(t)
	filter, err := check.Expression(e.parse(t, "SELECT (paid > 31000)"))
	require.NoError(t, err)
	r := e.rules
	r.Rewrites = map[string]check.TableView{
		"analytics.paid_by_region": {Columns: []check.Column{{Name: "region", Mask: check.MaskLast("region", 2)}, {Name: "paid"}}, Filter: filter},
		"analytics.customers":      {Columns: []check.Column{{Name: "id"}, {Name: "region", Mask: check.MaskText("nowhere")}}},
	}
	a := e.ask(t, "SELECT * FROM analytics.paid_by_region", r)
	require.NoError(t, a.refused)
	require.NoError(t, a.failed, a.ran)
	require.Equal(t, []string{"region", "paid"}, a.columns)
	require.Len(t, a.rows, 1)
	require.Contains(t, a.rows[0], `"string:***re"`, "the view's mask is over the table's")

	delete(r.Rewrites, "analytics.paid_by_region")
	a = e.ask(t, "SELECT region FROM analytics.paid_by_region", r)
	require.Equal(t, []string{`["string:nowhere"]`}, a.rows)

	// A definer's view is read as its maker reads.
	r.Definer = map[string]bool{"analytics.paid_by_region": true}
	a = e.ask(t, "SELECT region FROM analytics.paid_by_region ORDER BY 1", r)
	require.NoError(t, a.failed)
	require.NotContains(t, a.rows[0], "nowhere")
	require.Equal(t, []string{"analytics.paid_by_region"}, a.checked.Tables)

	// A view over a column that is hidden fails, in whatever way; it does not show it.
	r = e.rules
	r.Views = func(name string) (check.View, bool) {
		return check.View{Tree: e.parse(t, "SELECT id, note FROM analytics.people"), Schema: "main"}, name == "analytics.notes"
	}
	a = e.ask(t, "SELECT * FROM analytics.notes", r)
	require.True(t, a.refused != nil || a.failed != nil)
}

func TestViewsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	e := open(t)
	views := map[string]string{
		"analytics.self":  "SELECT * FROM analytics.self",
		"analytics.ping":  "SELECT * FROM analytics.pong",
		"analytics.pong":  "SELECT * FROM analytics.ping",
		"analytics.two":   "SELECT 1; SELECT 2",
		"analytics.param": "SELECT $1",
		"analytics.macro": "SELECT peek()",
		"analytics.bare":  "SELECT * FROM orders",
	}
	for i := range 30 {
		views[fmt.Sprintf("analytics.deep%d", i)] = fmt.Sprintf("SELECT * FROM analytics.deep%d", i+1)
		views[fmt.Sprintf("analytics.wide%d", i)] = fmt.Sprintf("SELECT * FROM analytics.wide%d UNION ALL SELECT * FROM analytics.wide%d", i+1, i+1)
	}
	r := e.rules
	r.Views = func(name string) (check.View, bool) {
		query, ok := views[name]
		if !ok {
			return check.View{}, false
		}
		return check.View{Tree: e.parse(t, query)}, true
	}
	for name, want := range map[string]check.Code{
		"self": check.CodeView, "ping": check.CodeView, "two": check.CodeView, "param": check.CodeView, "macro": check.CodeView, "bare": check.CodeView,
		"deep0": check.CodeSize, "wide0": check.CodeSize,
	} {
		a := e.ask(t, "SELECT * FROM analytics."+name, r)
		require.Equal(t, want, codeOf(a), "%s: %v", name, a.refused)
		for _, beneath := range []string{"orders", "peek", "pong", "deep1", "wide1"} {
			require.NotContains(t, a.refused.Error(), beneath)
		}
	}
	r.Views = func(string) (check.View, bool) { return check.View{Tree: []byte(`{`)}, true }
	require.Equal(t, check.CodeView, codeOf(e.ask(t, "SELECT * FROM analytics.orders", r)))
}
