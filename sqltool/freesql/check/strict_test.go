package check_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// objects lists every object of a tree.
func objects(v any) []map[string]any {
	var all []map[string]any
	switch v := v.(type) {
	case map[string]any:
		all = append(all, v)
		for _, member := range v {
			all = append(all, objects(member)...)
		}
	case []any:
		for _, element := range v {
			all = append(all, objects(element)...)
		}
	}
	return all
}

// TestWhatIsNotKnownIsRefused puts a member that no engine writes today, or a kind of node that there is not, at every place of legitimate
// trees: a newer engine must not mean something by it that nobody judged.
func TestWhatIsNotKnownIsRefused(t *testing.T) {
	t.Parallel()
	e := open(t)
	places := 0
	for i, s := range e.corpus(t, "legitimate.sql") {
		if i%4 != 0 { // a quarter holds every kind of node, and takes a quarter of the time
			continue
		}
		var tree map[string]any
		require.NoError(t, json.Unmarshal(e.parse(t, s.text), &tree))
		judge := func() error {
			text, err := json.Marshal(tree)
			require.NoError(t, err)
			_, err = check.Tree(text, e.rules)
			return err
		}
		require.NoError(t, judge(), s.text)
		statements, _ := tree["statements"].([]any)
		for _, o := range objects(statements) {
			places++
			o["novelty"] = "x"
			require.Error(t, judge(), "%s: a new member of %v", s.text, o)
			delete(o, "novelty")
			for _, kind := range []string{"class", "type", "id", "subquery_type", "join_type", "ref_type", "setop_type", "aggregate_handling", "materialized"} {
				if was, ok := o[kind].(string); ok {
					o[kind] = "NOVELTY"
					require.Error(t, judge(), "%s: a new %s of %v", s.text, kind, o)
					o[kind] = was
				}
			}
			o["novelty"] = nil
			require.NoError(t, judge(), "a member that says nothing")
			delete(o, "novelty")
		}
	}
	t.Logf("%d places", places)
}

func TestSame(t *testing.T) {
	t.Parallel()
	e := open(t)
	checked, err := check.Tree(e.parse(t, "SELECT id, total FROM analytics.orders WHERE id = 1 AND TRUE"), e.rules)
	require.NoError(t, err)
	require.NoError(t, checked.Same(checked.Tree))
	require.NoError(t, checked.Same(e.parse(t, "select  id, total from warehouse.analytics.orders where (id = 1) and true limit 5001")))
	for _, other := range []string{
		"SELECT id, total FROM warehouse.analytics.orders WHERE id = 1 AND TRUE",
		"SELECT id, total FROM warehouse.analytics.orders WHERE id = 2 AND TRUE LIMIT 5001",
		"SELECT id, total FROM warehouse.analytics.orders WHERE id = 1 AND FALSE LIMIT 5001",
		"SELECT id, total FROM warehouse.analytics.orders WHERE id = 1 OR TRUE LIMIT 5001",
		"SELECT id, total FROM warehouse.private.orders WHERE id = 1 AND TRUE LIMIT 5001",
		"SELECT id, total FROM analytics.orders WHERE id = 1 AND TRUE LIMIT 5001",
		"SELECT id, total FROM warehouse.analytics.orders AS o WHERE id = 1 AND TRUE LIMIT 5001",
		"SELECT id, total FROM warehouse.analytics.orders WHERE id = 1 AND TRUE LIMIT 5001; SELECT 1",
		"SELECT 1", "DROP TABLE x", "SELECT",
	} {
		require.Error(t, checked.Same(e.parse(t, other)), other)
	}
	require.Error(t, checked.Same(nil))
}
