package policy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

type line struct {
	Region string `json:"region"`
	Amount int    `json:"amount"`
	Note   string `json:"note" gov:"pii"`
}

type region struct {
	Name   string   `json:"name"`
	Orders []line   `json:"orders"`
	More   *[]*line `json:"a/b~c,omitempty"`
}

type meta struct {
	Flagged []string `json:"flagged"`
}

type report struct {
	meta
	*region2
	Owner   string   `json:"owner"`
	Orders  []line   `json:"orders"`
	Regions []region `json:"regions"`
	Fixed   [2]line  `json:"fixed,omitzero"`
	Grid    [][]line `json:"grid"`
	Any     []any    `json:"any"`
	Maps    []rowMap `json:"maps"`
	ByName  map[string]region
	Loose   any             `json:"loose"`
	Raw     json.RawMessage `json:"raw"`
	Own     selfMade        `json:"own"`
	Zero    zeroList        `json:"zero,omitzero"`
}

type (
	rowMap   map[string]any
	region2  struct{ Deep []line }
	selfMade []line
	zeroList []line
)

func (selfMade) MarshalJSON() ([]byte, error) { return []byte("[]"), nil }
func (zeroList) IsZero() bool                 { return true }

func filter(id, path, where string) policy.Rule {
	return policy.Rule{ID: id, Condition: "true", Action: policy.ActionFilterRows, Path: path, Where: where}
}

func limit(id, path string, n int) policy.Rule {
	return policy.Rule{ID: id, Condition: "true", Action: policy.ActionLimitRows, Path: path, Limit: n}
}

func lines(regions ...string) []line {
	var all []line
	for i, r := range regions {
		all = append(all, line{Region: r, Amount: i})
	}
	return all
}

func shapeReport(t testing.TB, out *report, rules ...policy.Rule) (policy.Obligations, error) {
	t.Helper()
	target := tool("report", orderIn{}, report{})
	d := mustBind(t, one(policy.Allow, nil, rules...), nil, target)
	return d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{ID: "u", Tenant: "eu", Role: "clerk"}, Args: &orderIn{Count: 2}}, out)
}

// inPointers shows cuts as "/orders 0 2", with a * behind those that only a limit made.
func inPointers(cuts []policy.RowCut) []string {
	var all []string
	for _, c := range cuts {
		text := c.List
		for _, i := range c.Keep {
			text += " " + strconv.Itoa(i)
		}
		if c.Limit {
			text += " *"
		}
		all = append(all, text)
	}
	return all
}

func TestRows(t *testing.T) {
	eu := "item.region == user.tenant"
	out := func() *report {
		more := []*line{{Region: "us"}, {Region: "eu"}}
		return &report{
			Orders:  lines("eu", "us", "eu", "eu", "asia"),
			Regions: []region{{Name: "eu", Orders: lines("eu", "us")}, {Name: "us", Orders: lines("us", "us", "eu")}, {Name: "none"}, {Name: "in", Orders: lines("eu"), More: &more}},
			Fixed:   [2]line{{Region: "us"}, {Region: "eu"}},
			Grid:    [][]line{lines("eu"), nil, lines("us", "us")},
			meta:    meta{Flagged: []string{"a", "b"}},
			Any:     []any{1, "x", nil},
			Maps:    []rowMap{{"region": "eu"}, {"region": "us"}},
			region2: &region2{Deep: lines("us", "eu")},
		}
	}
	for _, c := range []struct {
		name  string
		rules []policy.Rule
		want  []string
	}{
		{"a filter", []policy.Rule{filter("", "orders", eu)}, []string{"/orders 0 2 3"}},
		{"everything stays", []policy.Rule{filter("", "orders", "item.amount >= 0"), limit("", "orders", 5)}, nil},
		{"nothing stays", []policy.Rule{filter("", "orders", "false")}, []string{"/orders"}},
		{"a limit", []policy.Rule{limit("", "orders", 2)}, []string{"/orders 0 1 *"}},
		{"a limit of none", []policy.Rule{limit("", "orders", 0)}, []string{"/orders *"}},
		{"the smallest limit, wherever it stands", []policy.Rule{limit("", "orders", 1), limit("", "orders", 3), filter("", "orders", eu)}, []string{"/orders 0"}},
		{"a limit behind a filter that lets all through", []policy.Rule{filter("", "orders", "true"), limit("", "orders", 3)}, []string{"/orders 0 1 2 *"}},
		{"all filters", []policy.Rule{filter("", "orders", eu), filter("", "orders", "item.amount > args.count")}, []string{"/orders 3"}},
		{"through a list", []policy.Rule{filter("", "regions.orders", eu)}, []string{"/regions/0/orders 0", "/regions/1/orders 2"}},
		{"what lies in a row that goes", []policy.Rule{filter("", "regions.orders", "false"), filter("", "regions", "item.name == 'us'")}, []string{"/regions 1", "/regions/1/orders"}},
		{"what lies in a row beyond the limit", []policy.Rule{limit("", "regions.orders", 0), limit("", "regions", 1)}, []string{"/regions 0 *", "/regions/0/orders *"}},
		{"pointers, and a name to escape", []policy.Rule{filter("", "regions.a/b~c", eu)}, []string{"/regions/3/a~1b~0c 1"}},
		{"an array", []policy.Rule{filter("", "fixed", eu)}, []string{"/fixed 1"}},
		{"a list of lists", []policy.Rule{filter("", "grid", "size(item) == 1")}, []string{"/grid 0"}},
		{"an embedded list", []policy.Rule{filter("", "flagged", "item == 'b'")}, []string{"/flagged 1"}},
		{"below an embedded pointer", []policy.Rule{filter("", "Deep", eu)}, []string{"/Deep 1"}},
		{"a limit needs no types", []policy.Rule{limit("", "any", 1)}, []string{"/any 0 *"}},
		{"rows that are maps", []policy.Rule{filter("", "maps", "item.region == 'us'")}, []string{"/maps 1"}},
		{"the original response", []policy.Rule{filter("", "orders", "false"), filter("", "flagged", "size(response.orders) == 5 && item == 'a'")}, []string{"/flagged 0", "/orders"}},
		{"a condition that does not hold", []policy.Rule{{Condition: "user.role == 'boss'", Action: policy.ActionFilterRows, Path: "orders", Where: "false"}}, nil},
		{"a where that loops", []policy.Rule{filter("", "orders", "[user.tenant, 'asia'].exists(r, r == item.region)")}, []string{"/orders 0 2 3 4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			value := out()
			o, err := shapeReport(t, value, c.rules...)
			require.NoError(t, err)
			require.Equal(t, c.want, inPointers(o.Rows))
			require.Equal(t, out(), value, "the handler's value is left alone")
			for _, cut := range o.Rows {
				require.NotNil(t, cut.Keep)
			}
		})
	}

	o, err := shapeReport(t, &report{}, filter("f", "regions.orders", "false"), filter("g", "Deep", "false"), filter("h", "fixed", "false"))
	require.NoError(t, err)
	require.Empty(t, o.Rows, "of what is nil or left out nothing is cut")
	require.Equal(t, []string{"f", "g", "h"}, o.Rules)
}

// TestStagesOfAResult: deny, rows, removals, masks, whatever the order of the rules.
func TestStagesOfAResult(t *testing.T) {
	out := &report{Orders: lines("eu", "us")}
	rules := []policy.Rule{
		{ID: "mask", Condition: "size(response.orders) == 2", Action: policy.ActionMaskFields, Fields: []string{"orders.note", "owner"}},
		limit("limit", "orders", 1),
		filter("filter", "orders", "item.region == 'us'"),
		{ID: "remove", Condition: "size(response.orders) == 2", Action: policy.ActionFilterFields, Fields: []string{"owner"}},
		{ID: "deny", Condition: "user.role == 'guest'", Action: policy.ActionDeny},
	}
	for range rules {
		rules = append(rules[1:], rules[0])
		o, err := shapeReport(t, out, rules...)
		require.NoError(t, err)
		require.Nil(t, o.Deny)
		require.Equal(t, []string{"/orders 1"}, inPointers(o.Rows))
		require.Equal(t, []string{"orders.note=redact", "-owner"}, inWords(o.Edits))
		require.ElementsMatch(t, []string{"mask", "limit", "filter", "remove"}, o.Rules)
	}
	target := tool("report", orderIn{}, report{})
	scope := mustBind(t, one(policy.Allow, nil, append(rules, filter("again", "orders", "true"), limit("deep", "regions.orders", 3))...), nil, target).Scope(target)
	require.Equal(t, []string{"orders", "regions.orders"}, scope.Rows)

	rules[0].Condition, rules[1].Condition = "user.role == 'clerk'", "user.role == 'clerk'"
	deny := policy.Rule{ID: "stop", Condition: "true", Action: policy.ActionDeny}
	o, err := shapeReport(t, out, append(rules, deny)...)
	require.NoError(t, err)
	require.Equal(t, "stop", o.Deny.Rule)
	require.Empty(t, o.Rows)
}

// TestRowErrorsRefuse: a where that cannot be answered for one row withholds the whole result.
func TestRowErrorsRefuse(t *testing.T) {
	out := &report{Orders: lines("eu", "us", "eu"), Maps: []rowMap{{"region": "eu"}, {"ok": "yes"}}}
	nothing := []*line{nil}
	for _, c := range []struct {
		name string
		rule policy.Rule
		want string
	}{
		{"division by zero in the first row", filter("r", "orders", "10 / item.amount > 3"), "rule r: where, asked about /orders/0: division by zero"},
		{"a key that is missing", filter("r", "maps", "item.region == 'eu'"), "/maps/1: no such key: region"},
		{"no boolean", filter("r", "maps", "has(item.region) ? true : item.ok"), "/maps/1: the condition gave no bool but a string"},
		{"what the caller lacks", filter("r", "orders", "item.region == user.email"), "user.email is absent"},
		{"the condition", policy.Rule{ID: "r", Condition: "user.email == 'x'", Action: policy.ActionLimitRows, Path: "orders", Limit: 1}, "rule r: user.email is absent"},
		{"a row that is null", filter("r", "regions.a/b~c", "item.region == 'eu'"), "/regions/0/a~1b~0c/0: "},
		{"a row another filter drops", filter("r", "orders", "10 / item.amount > 3"), "division by zero"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out.Regions = []region{{More: &nothing}}
			o, err := shapeReport(t, out, filter("other", "orders", "item.amount > 0"), c.rule)
			require.ErrorContains(t, err, c.want)
			var rule *policy.RuleError
			require.ErrorAs(t, err, &rule)
			require.Equal(t, "r", rule.Rule)
			require.Zero(t, o)
		})
	}
}

func TestRowFaults(t *testing.T) {
	other := tool("other", nil, orderOut{})
	for _, c := range []struct {
		name string
		rule policy.Rule
		want string
	}{
		{"a misspelt path", filter("", "ordres", "true"), `path "ordres" is found in none of the selected tools: the document has no field "ordres"`},
		{"and what was meant", filter("", "ordres", "true"), `(did you mean "orders"?) (tool report)`},
		{"no list", filter("", "owner", "true"), `owner is of type string, not a list (tool report)`},
		{"beyond a text", filter("", "owner.x", "true"), `owner is of type string: it has no member "x"`},
		{"with an index", limit("", "regions[0].orders", 1), `lists are passed through: write regions.orders`},
		{"a star", limit("", "regions.*.orders", 1), `path "regions.*.orders": * and ** are not followed here: name the list itself`},
		{"any depth", limit("", "**.orders", 1), "* and ** are not followed here"},
		{"a bad path", limit("", "a..b", 1), `path "a..b": a name is missing`},
		{"through a map", limit("", "ByName.orders", 1), `path "ByName.orders": ByName is a map: rows are cut from lists`},
		{"a map", limit("", "ByName", 1), `ByName is a map: rows are cut from lists`},
		{"through an interface", limit("", "loose.orders", 1), `loose is a Go interface {}, of which only run time knows the JSON: give it a struct`},
		{"raw JSON", limit("", "raw", 1), `raw is a Go json.RawMessage, of which only run time knows the JSON`},
		{"a MarshalJSON of its own", limit("", "own", 1), `own is a Go policy_test.selfMade, of which only run time knows`},
		{"an IsZero of its own", limit("", "zero", 1), `zero is left out where its own IsZero says so: remove omitzero from its json tag`},
		{"rows of no type", filter("", "any", "true"), `path "any": its rows are each a Go interface {}, of which only run time knows the JSON`},
		{"an unknown member of a row", filter("", "orders", "item.regoin == 'x'"), `output[0]: where 1:5: undefined field 'regoin'`},
		{"a where that is no boolean", filter("", "orders", "item.region"), `where: it is a string, not a bool`},
		{"an unknown name in a where", filter("", "orders", "itme.region == 'x'"), `undeclared reference to 'itme' (did you mean "item"?)`},
		{"item in a condition", policy.Rule{Condition: "item.region == 'x'", Action: policy.ActionDeny}, "undeclared reference to 'item'"},
		{"no path", policy.Rule{Condition: "true", Action: policy.ActionLimitRows, Limit: 1}, "limit_rows names no list: write path: name"},
		{"fields for a path", policy.Rule{Condition: "true", Action: policy.ActionLimitRows, Fields: []string{"orders"}, Path: "orders"}, "limit_rows takes a path, not fields: write path: orders"},
		{"no where", filter("", "orders", " "), "filter_rows does not say which rows stay"},
		{"a where that is too long", filter("", "orders", strings.Repeat("a", 20_000)), "where is 20000 bytes long; the limit is 16384"},
		{"a where on a limit", policy.Rule{Condition: "true", Action: policy.ActionLimitRows, Path: "orders", Where: "true"}, "limit_rows takes no where: use filter_rows"},
		{"a limit on a filter", policy.Rule{Condition: "true", Action: policy.ActionFilterRows, Path: "orders", Where: "true", Limit: 3}, "filter_rows takes no limit: use limit_rows"},
		{"a negative limit", limit("", "orders", -1), "the limit is -1: write how many rows stay at most, 0 for none"},
		{"a path on a mask", policy.Rule{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"owner"}, Path: "orders"}, "mask_fields takes no path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := one(policy.Allow, nil, c.rule).Bind(policy.Catalog{Targets: []*policy.Target{tool("report", orderIn{}, report{}), other}})
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := (&policy.Set{Blocks: []policy.Block{{Tools: []string{"*"}, Input: []policy.Rule{filter("", "orders", "true")}}}}).
		Bind(policy.Catalog{Targets: []*policy.Target{other}})
	require.ErrorContains(t, err, "filter_rows changes a result and has no meaning under input")
	_, err = one(policy.Allow, nil, limit("", "orders", 1)).Bind(policy.Catalog{Targets: []*policy.Target{tool("ping", nil, nil)}})
	require.ErrorContains(t, err, "it has no result (tool ping)")

	// A rule that found rows in one tool and let them pass in another, because there they are data, would be no rule.
	type loose struct {
		Orders []any `json:"orders"`
	}
	_, err = one(policy.Allow, nil, filter("", "orders", "true")).
		Bind(policy.Catalog{Targets: []*policy.Target{tool("report", nil, report{}), tool("loose", nil, loose{}), other}})
	require.ErrorContains(t, err, "its rows are each a Go interface {}")
	require.ErrorContains(t, err, "(tool loose)")
}

// TestManyRows: a long list is cut within the deadline of the conditions or refused by it; nobody waits for the rest.
func TestManyRows(t *testing.T) {
	out := &report{Orders: make([]line, 100_000)}
	for i := range out.Orders {
		out.Orders[i] = line{Region: []string{"eu", "us"}[i%2], Amount: i, Note: strings.Repeat("x", 100)}
	}
	for name, where := range map[string]string{
		"short": "item.region == user.tenant",
		"long":  "item.note.matches('^(x|y)*$') && response.orders.exists(o, o.amount == item.amount)",
		"texts": strings.Repeat("item.note.contains('yyy') || ", 50) + "false",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			o, err := shapeReport(t, out, filter("r", "orders", where))
			require.Less(t, time.Since(start), 5*time.Second)
			if err != nil {
				require.ErrorContains(t, err, "rule r: ")
				require.ErrorContains(t, err, "took longer than 100ms")
			} else {
				require.Len(t, o.Rows[0].Keep, 50_000)
			}
		})
	}
	o, err := shapeReport(t, out, limit("r", "orders", 99_999))
	require.NoError(t, err)
	require.Len(t, o.Rows[0].Keep, 99_999)

	// The clock is looked at now and then, also where nothing is asked about a row but to look into it.
	target := tool("report", orderIn{}, report{})
	d := mustBind(t, one(policy.Allow, nil, limit("r", "regions.orders", 0), limit("s", "regions", 1000)), nil, target)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	r := &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}}
	_, err = d.Shape(over, r, &report{Regions: make([]region, 63)})
	require.NoError(t, err)
	_, err = d.Shape(over, r, &report{Regions: make([]region, 64)})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "rule r: ")
	d = mustBind(t, one(policy.Allow, nil, filter("f", "orders", "item.amount == 0")), nil, target)
	_, err = d.Shape(over, r, &report{Orders: lines("eu")})
	require.ErrorIs(t, err, context.Canceled, "a where does not even begin")
}

// TestRowPointersLeadToTheLists applies cuts to what is marshalled: of each list stay exactly the rows they name.
func TestRowPointersLeadToTheLists(t *testing.T) {
	more := []*line{{Region: "us"}, {Region: "eu"}, {Region: "eu", Amount: 9}}
	out := &report{
		Orders:  lines("us", "eu"),
		Regions: []region{{Name: "a", Orders: lines("eu", "us"), More: &more}, {Name: "b"}, {Name: "c", Orders: lines("us")}},
		region2: &region2{Deep: lines("eu", "us")},
	}
	o, err := shapeReport(t, out, filter("", "orders", "item.region == 'eu'"), filter("", "regions.orders", "item.region == 'eu'"),
		filter("", "regions.a/b~c", "item.region == 'eu'"), limit("", "regions.a/b~c", 1), filter("", "Deep", "item.region == 'eu'"), filter("", "regions", "item.name != 'b'"))
	require.NoError(t, err)
	body, err := json.Marshal(out)
	require.NoError(t, err)
	var tree any
	require.NoError(t, json.Unmarshal(body, &tree))
	slices.Reverse(o.Rows) // inner lists first: an index means the row of the original
	for _, cut := range o.Rows {
		tree = cutTree(t, tree, strings.Split(cut.List, "/")[1:], cut.Keep)
	}
	text, err := json.Marshal(tree)
	require.NoError(t, err)
	require.NotContains(t, string(text), `"region":"us"`)
	require.NotContains(t, string(text), `"name":"b"`)
	require.Equal(t, 4, strings.Count(string(text), `"region":"eu"`)) // orders, regions/0, its a/b~c, Deep; none is empty of them
}

func cutTree(t *testing.T, at any, tokens []string, keep []int) any {
	t.Helper()
	if len(tokens) == 0 {
		list, ok := at.([]any)
		require.True(t, ok)
		kept := []any{}
		for _, i := range keep {
			kept = append(kept, list[i])
		}
		return kept
	}
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(tokens[0])
	switch at := at.(type) {
	case map[string]any:
		require.Contains(t, at, name)
		at[name] = cutTree(t, at[name], tokens[1:], keep)
	case []any:
		i, err := strconv.Atoi(name)
		require.NoError(t, err)
		at[i] = cutTree(t, at[i], tokens[1:], keep)
	default:
		require.Fail(t, fmt.Sprintf("%v leads into a %v", tokens, reflect.TypeOf(at)))
	}
	return at
}

// TestRowsOfSeveralPolicies: a row must stay in each of them, and what lies in one that goes is not cut.
func TestRowsOfSeveralPolicies(t *testing.T) {
	target := tool("report", orderIn{}, report{})
	out := &report{Orders: lines("eu", "us", "eu", "eu"), Regions: []region{{Name: "a", Orders: lines("us")}, {Name: "b", Orders: lines("us")}}}
	other := foreign{admit: policy.Decision{Effect: policy.Allow}, shape: policy.Obligations{Rows: []policy.RowCut{
		{List: "/orders", Keep: []int{2, 3}, Limit: true}, {List: "/regions", Keep: []int{1}, Limit: true},
	}}}
	set := one(policy.Allow, nil, filter("f", "orders", "item.region == 'eu'"), limit("g", "regions.orders", 0), limit("h", "orders", 2))
	d := mustBind(t, policy.All(set, other), nil, target)
	o, err := d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}}, out)
	require.NoError(t, err)
	require.Equal(t, []string{"/orders 2", "/regions/1/orders *", "/regions 1 *"}, inPointers(o.Rows))
	require.Equal(t, []string{"f", "g", "h"}, o.Rules)
	require.Equal(t, []string{"orders", "regions.orders"}, d.Scope(target).Rows)
}
