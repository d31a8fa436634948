package check_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// codeOf is the code of a refusal, or a word for another end.
func codeOf(a answer) check.Code {
	var refusal *check.Refusal
	switch {
	case errors.As(a.refused, &refusal):
		return refusal.Code
	case a.failed != nil:
		return "failed"
	}
	return ""
}

func TestRulesDecide(t *testing.T) {
	t.Parallel()
	e := open(t)
	with := func(change func(*check.Rules)) check.Rules {
		r := e.rules
		change(&r)
		return r
	}
	const leak, count = "SELECT count(*) FROM analytics.leak", "SELECT count(*) FROM analytics.orders"
	for _, c := range []struct {
		name, query string
		rules       check.Rules
		want        check.Code
	}{
		{"nothing allowed", count, check.Rules{}, check.CodeTable},
		{"no catalog known", "SELECT count(*) FROM warehouse.analytics.orders", with(func(r *check.Rules) { r.Catalog = "" }), check.CodeTable},
		{"schemas fold", count, with(func(r *check.Rules) { r.Schemas = []string{"ANALYTICS"} }), ""},
		{"tables fold", count, with(func(r *check.Rules) { r.Tables = []string{"Analytics.ORDERS"} }), ""},
		{"other table", count, with(func(r *check.Rules) { r.Tables = []string{"analytics.events"} }), check.CodeTable},
		{"no tables", count, with(func(r *check.Rules) { r.Tables = []string{} }), check.CodeTable},
		{"the catalog of the engine never", "SELECT * FROM information_schema.tables", with(func(r *check.Rules) { r.Schemas = []string{"information_schema", "pg_catalog"} }), check.CodeTable},
		{"main without a catalog", "SELECT * FROM main.sqlite_master", with(func(r *check.Rules) { r.Catalog, r.Schemas = "", []string{"main"} }), check.CodeTable},
		{"main with a catalog", "SELECT * FROM main.sqlite_master", with(func(r *check.Rules) { r.Schemas = []string{"main"} }), "failed"},
		{"main", "SELECT * FROM main.secrets", with(func(r *check.Rules) { r.Schemas = []string{"main"} }), ""},
		{"a table like a file", `SELECT * FROM analytics."x.csv"`, with(func(r *check.Rules) { r.Tables = []string{"analytics.x.csv"} }), "failed"},
		{"a second schema", "SELECT token FROM private.secrets", with(func(r *check.Rules) { r.Schemas = []string{"analytics", "private"} }), ""},
		{"view over it", leak, with(func(r *check.Rules) { r.Schemas = []string{"analytics", "private"} }), ""},
		{"view over a table that is not named", leak, with(func(r *check.Rules) { r.Tables = []string{"analytics.leak"} }), check.CodeView},
		{"definer", leak, with(func(r *check.Rules) { r.Definer = map[string]bool{"analytics.leak": true} }), ""},
		{"definer beneath", "SELECT count(*) FROM analytics.leak_twice", with(func(r *check.Rules) { r.Definer = map[string]bool{"analytics.leak": true} }), ""},
		{"a function taken away", "SELECT upper('a')", with(func(r *check.Rules) { r.Functions = map[string]bool{"upper": false} }), check.CodeFunction},
		{"a function added", "SELECT levenshtein('a', 'b')", with(func(r *check.Rules) { r.Functions = map[string]bool{"levenshtein": true} }), ""},
		{"a macro added", "SELECT initcap('a')", with(func(r *check.Rules) { r.Functions = map[string]bool{"initcap": true} }), ""},
		{"a macro of a schema added", "SELECT analytics.peek_here()", with(func(r *check.Rules) { r.Functions = map[string]bool{"analytics.peek_here": true} }), ""},
		{"a macro in the place of a built-in", "SELECT list_sum([1])", e.rules, check.CodeFunction},
		{"a table function added", "SELECT * FROM peek_all()", with(func(r *check.Rules) { r.Functions = map[string]bool{"table:peek_all": true} }), ""},
		{"a table function taken away", "SELECT * FROM range(3)", with(func(r *check.Rules) { r.Functions = map[string]bool{"table:range": false} }), check.CodeFunction},
		{"a filter without columns", "SELECT * FROM analytics.people", with(func(r *check.Rules) {
			r.Rewrites = map[string]check.TableView{"analytics.people": {Filter: e.rules.Rewrites["analytics.people"].Filter}}
		}), check.CodeRules},
		{"no column visible", "SELECT * FROM analytics.people", with(func(r *check.Rules) {
			r.Rewrites = map[string]check.TableView{"analytics.people": {Columns: []check.Column{}}}
		}), check.CodeRules},
		{"two rules for one table", "SELECT 1", with(func(r *check.Rules) {
			r.Rewrites = map[string]check.TableView{"analytics.people": {}, "Analytics.People": {}}
		}), check.CodeRules},
		{"a macro in capitals", "SELECT list_sum([1])", with(func(r *check.Rules) { r.Defined = map[string]bool{"LIST_SUM": true} }), check.CodeFunction},
		{"a hidden column of a table in capitals", "SELECT name FROM analytics.people", with(func(r *check.Rules) {
			r.Rewrites = map[string]check.TableView{"ANALYTICS.People": {Columns: []check.Column{{Name: "id"}}}}
		}), "failed"},
		{"a broken mask", "SELECT * FROM analytics.people", with(func(r *check.Rules) {
			r.Rewrites = map[string]check.TableView{"analytics.people": {Columns: []check.Column{{Name: "id", Mask: []byte("null")}}}}
		}), check.CodeRules},
	} {
		a := e.ask(t, c.query, c.rules)
		require.Equal(t, c.want, codeOf(a), "%s: refused %v failed %v", c.name, a.refused, a.failed)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	e := open(t)
	ids := func(expression string, values map[string]any) answer {
		filter, err := check.Expression(e.parse(t, "SELECT ("+expression+")"))
		require.NoError(t, err, expression)
		filter, err = check.Bind(filter, values)
		require.NoError(t, err, expression)
		r := e.rules
		r.Rewrites = map[string]check.TableView{"analytics.customers": {Columns: []check.Column{{Name: "id"}, {Name: "region"}}, Filter: filter}}
		return e.ask(t, "SELECT count(*) FROM analytics.customers", r)
	}
	at := time.Date(2023, 6, 1, 0, 0, 0, 0, time.UTC)
	for expression, c := range map[string]struct {
		values map[string]any
		want   string
	}{
		"region = $region":                {map[string]any{"region": "north"}, "50"},
		"this.region = $region":           {map[string]any{"region": "nor' OR TRUE --"}, "0"},
		"list_contains($regions, region)": {map[string]any{"regions": []string{"north", "south"}}, "100"},
		"region IN $regions":              {map[string]any{"regions": []any{"north", "x"}}, "50"},
		"region = $nobody":                {map[string]any{"nobody": nil}, "0"},
		"id <= $n":                        {map[string]any{"n": 7}, "7"},
		"id <= $n AND $yes":               {map[string]any{"n": uint64(7), "yes": true}, "7"},
		"id <= $n ":                       {map[string]any{"n": 7.5}, "7"},
		"signed_up < $at":                 {map[string]any{"at": at}, "150"},
		"signed_up < current_date AND signed_up < current_timestamp AND current_time IS NOT NULL AND localtimestamp IS NOT NULL": {nil, "200"},
		"address.city = 'Lyon'":                                                                        {nil, "40"},
		"attributes['tier'] = 'gold'":                                                                  {nil, "66"},
		"len(list_filter(tags, t -> t = 'vip')) > 0":                                                   {nil, "66"},
		"id IN (SELECT o.customer_id FROM analytics.orders AS o WHERE o.id < 4)":                       {nil, "3"},
		"EXISTS (SELECT 1 FROM analytics.orders WHERE orders.customer_id = this.id AND orders.id < 3)": {nil, "2"},
	} {
		a := ids(expression, c.values)
		require.NoError(t, a.refused, expression)
		require.NoError(t, a.failed, "%s\n%s", expression, a.ran)
		require.Equal(t, []string{`["int64:` + c.want + `"]`}, a.rows, expression)
	}
}

func TestFiltersThatCannotBeProved(t *testing.T) {
	t.Parallel()
	e := open(t)
	for expression, want := range map[string]string{
		"EXISTS (SELECT 1 FROM private.grants g WHERE region = g.region)": "name the column region with its table",
		"id IN (SELECT g.id FROM grants g)":                               "with its schema",
		"id IN (WITH x AS (SELECT 1 AS id) SELECT x.id FROM x)":           "WITH",
		"* = 1":              "star",
		"1) FROM x --":       "one expression",
		"1, 2":               "",
		"1), (2":             "one expression",
		"1) LIMIT (1":        "one expression",
		"1) UNION (SELECT 2": "one expression",
	} {
		_, err := check.Expression(e.parse(t, "SELECT ("+expression+")"))
		if want == "" {
			require.NoError(t, err, expression) // a row: not true or false, and the engine says so
			continue
		}
		require.ErrorContains(t, err, want, expression)
	}

	filter, err := check.Expression(e.parse(t, "SELECT (region = $region AND id = $id)"))
	require.NoError(t, err)
	_, err = check.Bind(filter, map[string]any{"region": "north"})
	require.ErrorContains(t, err, "$id of a filter or mask has no value")
	for _, bad := range []any{"a\x00b", "\xff", struct{}{}, map[string]string{}, func() {}} {
		_, err = check.Bind(filter, map[string]any{"region": bad, "id": 1})
		require.ErrorContains(t, err, "$region")
	}

	// An unbound filter refuses the table.
	r := e.rules
	r.Rewrites = map[string]check.TableView{"analytics.customers": {Columns: []check.Column{{Name: "id"}}, Filter: filter}}
	require.Equal(t, check.CodeRules, codeOf(e.ask(t, "SELECT id FROM analytics.customers", r)))
}

// TestLostColumns is about a table that changed after its filter was written: nothing of a statement may take the place of what is gone.
func TestLostColumns(t *testing.T) {
	t.Parallel()
	e := open(t)
	for _, expression := range []string{
		"gone = 'x'", "this.gone = 'x'", "EXISTS (SELECT 1 FROM analytics.orders AS g WHERE g.gone = 'x' AND this.id = this.id)",
		"EXISTS (SELECT 1 FROM analytics.orders WHERE orders.gone = 'x')",
	} {
		filter, err := check.Expression(e.parse(t, "SELECT ("+expression+")"))
		require.NoError(t, err)
		r := e.rules
		r.Rewrites = map[string]check.TableView{"analytics.customers": {Columns: []check.Column{{Name: "id"}}, Filter: filter}}
		for _, query := range []string{
			"SELECT * FROM (SELECT 'x' AS gone) AS s, analytics.customers",
			"SELECT (SELECT count(*) FROM analytics.customers) FROM (SELECT 'x' AS gone) AS this",
			"SELECT (SELECT count(*) FROM analytics.customers) FROM (SELECT 'x' AS gone) AS g",
			"SELECT (SELECT count(*) FROM analytics.customers) FROM (SELECT 'x' AS gone) AS orders",
			"SELECT * FROM (SELECT 'x' AS gone) AS g, LATERAL (SELECT * FROM analytics.customers) AS l",
			"SELECT * FROM (SELECT 'x' AS gone) AS customers, LATERAL (SELECT * FROM analytics.customers) AS l",
			"SELECT * FROM (SELECT {'gone': 'x'} AS g) AS t, LATERAL (SELECT * FROM analytics.customers) AS l",
		} {
			a := e.ask(t, query, r)
			require.True(t, a.refused != nil || a.failed != nil, "%s with %s answered %v\n%s", query, expression, a.rows, a.ran)
		}
	}
}

// TestHiddenRowsTellNothing tries conditions that fail or not depending on a hidden value: the answer must be the same whatever it is.
func TestHiddenRowsTellNothing(t *testing.T) {
	t.Parallel()
	e := open(t)
	for _, condition := range []string{
		"CASE WHEN name LIKE 'CANARY-name-%' THEN error('x')::BOOLEAN ELSE TRUE END",
		"CASE WHEN name LIKE 'CANARY-name-%' THEN name::INTEGER > 0 ELSE TRUE END",
		"CASE WHEN region = 'CANARY-south' THEN 'x'::INTEGER = 1 ELSE TRUE END",
		"CASE WHEN tags[1] = 'CANARY-tag' THEN 'x'::DATE IS NULL ELSE TRUE END",
		"CAST(substr(name, 1, 6) AS INTEGER) IS NOT NULL",
	} {
		r := e.rules
		r.Functions = map[string]bool{"error": true}
		a := e.ask(t, "SELECT id FROM analytics.people WHERE "+condition, r)
		require.NoError(t, a.refused, condition)
		if strings.HasPrefix(condition, "CASE") {
			require.NoError(t, a.failed, condition)
			require.Len(t, a.rows, 20)
		} else {
			require.ErrorContains(t, a.failed, "Person", "it fails, but at what may be seen")
			require.NotContains(t, a.failed.Error(), "CANARY")
		}
	}
}

func TestRefusalsAreSafeToShow(t *testing.T) {
	t.Parallel()
	e := open(t)
	long := strings.Repeat("x", 300)
	for _, query := range []string{
		`SELECT * FROM "` + long + `"`, `SELECT * FROM private."a` + "\n\x1b[31m\u202e" + `b"`, `SELECT "` + long + `"(1)`, `SELECT 1::"` + long + `"`,
		`SELECT * FROM "` + "\u202e" + `x"()`, `SELECT 1 COLLATE "a` + "\x07" + `b"`,
	} {
		a := e.ask(t, query, e.rules)
		require.Error(t, a.refused, query)
		text := a.refused.Error()
		require.Less(t, len(text), 400)
		for _, ch := range text {
			require.True(t, ch >= ' ' && ch <= '~', "%q", text)
		}
	}
	// What may not be read and what does not exist are told in the same words.
	for _, pair := range [][2]string{
		{"SELECT * FROM private.secrets", "SELECT * FROM private.nothing"},
		{"SELECT * FROM private.secrets", "SELECT * FROM nowhere.secrets"},
		{"SELECT * FROM secrets", "SELECT * FROM nothing"},
	} {
		words := func(query string) string {
			text := e.ask(t, query, e.rules).refused.Error()
			for _, name := range []string{"secrets", "nothing", "nowhere", "private"} {
				text = strings.ReplaceAll(text, name, "NAME")
			}
			return text
		}
		require.Equal(t, words(pair[0]), words(pair[1]))
	}
	// A column that is hidden and one that does not exist look alike to the engine.
	hidden := e.ask(t, "SELECT note FROM analytics.people", e.rules).failed.Error()
	missing := e.ask(t, "SELECT nope FROM analytics.people", e.rules).failed.Error()
	require.Equal(t, strings.ReplaceAll(missing, "nope", "note"), hidden)
}

func TestMasks(t *testing.T) {
	t.Parallel()
	e := open(t)
	r := e.rules
	r.Rewrites = map[string]check.TableView{"analytics.customers": {Columns: []check.Column{
		{Name: "id"},
		{Name: "name", Mask: check.MaskText("it's hidden")},
		{Name: "email", Mask: check.MaskHash("email", "key'")},
		{Name: "region", Mask: check.MaskLast("region", 2)},
		{Name: "score", Mask: check.MaskNull("score")},
		{Name: "signed_up", Mask: check.MaskLast("signed_up", 10)},
	}}}
	a := e.ask(t, "SELECT *, typeof(score) AS t, length(email) AS n FROM analytics.customers ORDER BY id LIMIT 1", r)
	require.NoError(t, a.refused)
	require.NoError(t, a.failed, a.ran)
	require.Equal(t, []string{"id", "name", "email", "region", "score", "signed_up", "t", "n"}, a.columns)
	plain := e.ask(t, "SELECT sha256('key''' || sha256('key''' || 'customer1@example.com')) AS h", e.rules).rows[0]
	require.Equal(t, `["int64:1","string:it's hidden",`+plain[1:len(plain)-1]+`,"string:***th","\u003cnil\u003e:\u003cnil\u003e","string:***","string:BIGINT","int64:64"]`, a.rows[0])
}

func TestChecked(t *testing.T) {
	t.Parallel()
	e := open(t)
	a := e.ask(t, "SELECT o.id, sum(total) AS revenue FROM analytics.paid_orders AS o JOIN analytics.people USING (id) GROUP BY ALL ORDER BY 1", e.rules)
	require.NoError(t, a.refused)
	require.Equal(t, []string{"analytics.orders", "analytics.paid_orders", "analytics.people"}, a.checked.Tables)
	require.Equal(t, []string{"id", "revenue"}, a.checked.Columns)
	require.Equal(t, []string{"sum"}, a.checked.Functions)
	require.True(t, a.checked.Ordered)

	a = e.ask(t, "SELECT * FROM analytics.orders", e.rules)
	require.Nil(t, a.checked.Columns)
	require.False(t, a.checked.Ordered)
}

func TestMaxRows(t *testing.T) {
	t.Parallel()
	e := open(t)
	r := e.rules
	r.MaxRows = 3
	for query, want := range map[string]int{
		"SELECT id FROM analytics.orders":                                                              4,
		"SELECT id FROM analytics.orders LIMIT 2":                                                      2,
		"SELECT id FROM analytics.orders LIMIT 3":                                                      3,
		"SELECT id FROM analytics.orders LIMIT 100":                                                    4,
		"SELECT id FROM analytics.orders LIMIT -1":                                                     -1,
		"SELECT id FROM analytics.orders LIMIT NULL":                                                   4,
		"SELECT id FROM analytics.orders LIMIT (SELECT 50)":                                            4,
		"SELECT id FROM analytics.orders LIMIT 50%":                                                    4,
		"SELECT id FROM analytics.orders OFFSET 998":                                                   2,
		"SELECT id FROM analytics.orders LIMIT 100 OFFSET 998":                                         2,
		"SELECT id FROM analytics.orders UNION ALL SELECT 1":                                           4,
		"(SELECT id FROM analytics.orders LIMIT 1) UNION ALL (SELECT id FROM analytics.orders)":        4,
		"SELECT DISTINCT id FROM analytics.orders":                                                     4,
		"FROM range(1000000000000)":                                                                    4,
		"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 20) SELECT n FROM t": 4,
	} {
		a := e.ask(t, query, r)
		require.NoError(t, a.refused, query)
		if want < 0 {
			require.Error(t, a.failed, query)
			continue
		}
		require.NoError(t, a.failed, "%s\n%s", query, a.ran)
		require.Len(t, a.rows, want, "%s\n%s", query, a.ran)
	}
}
