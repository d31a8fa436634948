package fields_test

import (
	"encoding/json"
	"iter"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
)

type person struct {
	SSN   string             `json:"ssn" gov:"pii,mask=last4"`
	Homes []home             `json:"homes"`
	ByKey map[string][]*home `json:"by_key"`
	Next  *person            `json:"next"`
	Card  home               `json:"card" gov:"secret"`
}

type home struct {
	Street string `json:"street" gov:"pii"`
	City   string `json:"city"`
}

type ledger struct {
	home
	Name    string                     `json:"name"`
	Books   [][]map[string]entry       `json:"books"`
	Totals  map[string]int             `json:"totals"`
	Nested  map[string]map[string]home `json:"nested"`
	Extra   any                        `json:"extra"`
	Raw     json.RawMessage            `json:"raw"`
	Dynamic map[string]any             `json:"dynamic"`
	Count   int                        `json:"count,string"`
}

type entry struct {
	Amount int    `json:"amount" gov:"sensitive"`
	Memo   string `json:"memo"`
}

// company holds types that hold each other.
type company struct {
	Boss  staff   `json:"boss"`
	Teams []*team `json:"teams"`
}

type team struct {
	Lead    *staff  `json:"lead"`
	Members []staff `json:"members"`
	Budget  int     `json:"budget" gov:"secret"`
}

type staff struct {
	Salary int              `json:"salary" gov:"pii"`
	Leads  map[string]*team `json:"leads"`
}

func TestLabelled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  reflect.Type
		want []string
	}{
		{reflect.TypeFor[home](), []string{"street"}},
		{reflect.TypeFor[[]*home](), []string{"street"}},
		{reflect.TypeFor[ledger](), []string{"street", "books.*.amount", "nested.*.*.street"}},
		{reflect.TypeFor[struct{ A string }](), nil},
		{reflect.TypeFor[string](), nil},
		{reflect.TypeFor[any](), nil},
		// A type that holds itself is labelled at every depth, and so is all that lies below it.
		{reflect.TypeFor[person](), []string{"**.ssn", "**.homes.street", "**.by_key.*.street", "**.card", "**.card.street"}},
		{reflect.TypeFor[struct {
			P []person `json:"p"`
		}](), []string{"p.**.ssn", "p.**.homes.street", "p.**.by_key.*.street", "p.**.card", "p.**.card.street"}},
		// Of two types that hold each other, the one that is met first is the one that recurs.
		{reflect.TypeFor[company](), []string{
			"boss.**.salary", "boss.**.leads.*.budget", "teams.**.lead.salary", "teams.**.members.salary", "teams.**.budget",
		}},
	} {
		places, err := fields.Labelled(c.typ)
		require.NoError(t, err, c.typ)
		var got []string
		for _, p := range places {
			got = append(got, p.String())
			require.True(t, p.Exact)
			require.True(t, p.Gov.Sensitive())
			require.Equal(t, fields.KindOf(p.Type), p.Kind)
		}
		require.Equal(t, c.want, got, c.typ)
	}
	_, err := fields.Labelled(reflect.TypeFor[struct {
		A []struct {
			B string `gov:"p i"`
		}
	}]())
	require.ErrorContains(t, err, `label "p i"`)
}

// TestLabelledCoversEveryDocument: whatever way leads to a labelled field in a document, one of the places covers it.
func TestLabelledCoversEveryDocument(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{
		reflect.TypeFor[person](), reflect.TypeFor[ledger](), reflect.TypeFor[company](), reflect.TypeFor[[]map[string]team](),
		reflect.TypeFor[nests](),
	} {
		places, err := fields.Labelled(typ)
		require.NoError(t, err)
		ways := 0
		for way := range labelledWays(typ, nil, 4) {
			ways++
			covered := false
			for _, p := range places {
				covered = covered || fields.Covers(p.Path, way)
			}
			require.True(t, covered, "%s: %s is covered by none of %v", typ, way, places)
		}
		require.Positive(t, ways, typ)
	}
}

// labelledWays yields the ways to the labelled fields in documents that go so many objects deep.
func labelledWays(t reflect.Type, at []string, depth int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		t = fields.Deref(t)
		var inner iter.Seq[[]string]
		switch fields.KindOf(t) {
		case fields.List:
			inner = labelledWays(t.Elem(), at, depth)
		case fields.Map:
			inner = labelledWays(t.Elem(), append(slices.Clip(at), "key"), depth)
		case fields.Object:
			table, err := fields.Of(t)
			if depth == 0 || err != nil {
				return
			}
			for i := range table.Fields {
				f := &table.Fields[i]
				here := append(slices.Clip(at), f.Name)
				if f.Gov.Sensitive() && !yield(here) {
					return
				}
				for way := range labelledWays(f.Type, here, depth-1) {
					if !yield(way) {
						return
					}
				}
			}
			return
		default:
			return
		}
		for way := range inner {
			if !yield(way) {
				return
			}
		}
	}
}

// nests holds types that hold themselves without an object between: no way through them ends.
type nests struct {
	Endless endlessly          `json:"endless"`
	Tree    tree               `json:"tree"`
	Forest  map[string]*forest `json:"forest"`
	A       string             `json:"a" gov:"pii"`
}

func TestResolve(t *testing.T) {
	t.Parallel()
	type place struct {
		path  string
		kind  fields.Kind
		exact bool
	}
	for _, c := range []struct {
		typ  reflect.Type
		path string
		want []place
	}{
		// Members, through lists and pointers, which are not written.
		{reflect.TypeFor[person](), "ssn", []place{{"ssn", fields.Text, true}}},
		{reflect.TypeFor[person](), "homes", []place{{"homes", fields.List, true}}},
		{reflect.TypeFor[person](), "homes.city", []place{{"homes.city", fields.Text, true}}},
		{reflect.TypeFor[**[]person](), "card", []place{{"card", fields.Object, true}}},
		{reflect.TypeFor[person](), "next.next.ssn", []place{{"next.next.ssn", fields.Text, true}}},
		{reflect.TypeFor[ledger](), "street", []place{{"street", fields.Text, true}}}, // promoted
		{reflect.TypeFor[ledger](), "count", []place{{"count", fields.Text, true}}},   // quoted
		{reflect.TypeFor[ledger](), "totals", []place{{"totals", fields.Map, true}}},

		// A name at a map of objects is a member of every value, and may be a key as well; at another map it is a key.
		{reflect.TypeFor[person](), "by_key.street", []place{{"by_key.*.street", fields.Text, true}, {"by_key.street", fields.List, false}}},
		{reflect.TypeFor[person](), "by_key.*.street", []place{{"by_key.*.street", fields.Text, true}}},
		{reflect.TypeFor[person](), "by_key.*", []place{{"by_key.*", fields.List, false}}},
		{reflect.TypeFor[ledger](), "totals.eur", []place{{"totals.eur", fields.Integer, false}}},
		{reflect.TypeFor[ledger](), "totals.*", []place{{"totals.*", fields.Integer, false}}},
		{reflect.TypeFor[ledger](), "books.amount", []place{{"books.*.amount", fields.Integer, true}, {"books.amount", fields.Object, false}}},
		{reflect.TypeFor[ledger](), "nested.*.*.city", []place{{"nested.*.*.city", fields.Text, true}}},
		{reflect.TypeFor[ledger](), "nested.*.city", []place{{"nested.*.*.city", fields.Text, true}, {"nested.*.city", fields.Object, false}}},
		{reflect.TypeFor[map[string]int](), "x", []place{{"x", fields.Integer, false}}},

		// Any one member.
		{reflect.TypeFor[home](), "*", []place{{"street", fields.Text, true}, {"city", fields.Text, true}}},
		{reflect.TypeFor[person](), "*.city", []place{{"homes.city", fields.Text, true}, {"by_key.*.city", fields.Text, true}, {"by_key.city", fields.List, false}, {"card.city", fields.Text, true}}},

		// Any depth: every field of that name, and the path stays as it is.
		{reflect.TypeFor[person](), "**.street", []place{{"**.street", fields.Text, true}}},
		{reflect.TypeFor[company](), "**.salary", []place{{"**.salary", fields.Integer, true}}},
		{reflect.TypeFor[company](), "teams.**.lead.salary", []place{{"teams.**.lead.salary", fields.Integer, true}}},
		{reflect.TypeFor[person](), "next.**.card.city", []place{{"next.**.card.city", fields.Text, true}}},
		{reflect.TypeFor[nests](), "**.a", []place{{"**.a", fields.Text, true}, {"**.a", fields.Any, false}}},

		// Where only run time knows, whatever is written is taken.
		{reflect.TypeFor[any](), "a.b", []place{{"a.b", fields.Any, false}}},
		{reflect.TypeFor[ledger](), "extra.a.*", []place{{"extra.a.*", fields.Any, false}}},
		{reflect.TypeFor[ledger](), "raw.**.a", []place{{"raw.**.a", fields.Any, false}}},
		{reflect.TypeFor[ledger](), "extra", []place{{"extra", fields.Any, true}}},
		{reflect.TypeFor[ledger](), "dynamic.k", []place{{"dynamic.**.k", fields.Any, false}}},
		{reflect.TypeFor[ledger](), "dynamic.k.l", []place{{"dynamic.**.k.l", fields.Any, false}}},
		{reflect.TypeFor[ledger](), "dynamic.*", []place{{"dynamic.*", fields.Any, false}}},
		{reflect.TypeFor[map[string][]any](), "k", []place{{"**.k", fields.Any, false}}},
		{reflect.TypeFor[map[string]map[string]any](), "k", []place{{"*.**.k", fields.Any, false}, {"k", fields.Map, false}}},
		{reflect.TypeFor[nests](), "tree.x.y", []place{{"tree.x.y", fields.Any, false}}},
		{reflect.TypeFor[nests](), "forest.x", []place{{"forest.**.x", fields.Any, false}}},
	} {
		segments, err := fields.ParsePath(c.path)
		require.NoError(t, err)
		places, err := fields.Resolve(c.typ, segments)
		require.NoError(t, err, "%s in %s", c.path, c.typ)
		var got []place
		for _, p := range places {
			got = append(got, place{p.String(), p.Kind, p.Exact})
			require.True(t, p.Type != nil || p.Kind == fields.Any, "%s in %s", c.path, c.typ)
		}
		require.Equal(t, c.want, got, "%s in %s", c.path, c.typ)
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	for path, says := range map[string]string{
		"nothing":          `the document has no field "nothing"; it has: ssn, homes, by_key, next, card`,
		"homes.zip":        `homes has no field "zip"; it has: street, city`,
		"ssn.x":            `ssn is of type string: it has no member "x"`,
		"by_key.x.street":  `by_key.* has no field "x"; it has: street, city`, // the values are objects: x would be a member of theirs
		`by_key."a.b"`:     `by_key.* has no field "a.b"`,
		"by_key.*.nothing": `by_key.* has no field "nothing"`,
		"*.nothing":        `the document: no member leads on to "nothing"`,
		"**.nothing":       `the document: nothing below it has "nothing"`,
		"card.**.ssn":      `card: nothing below it has "ssn"`,
		"**":               `"**" must be followed by a field name`,
		"SSN":              `the document has no field "SSN"`,
	} {
		segments, err := fields.ParsePath(path)
		require.NoError(t, err)
		places, err := fields.Resolve(reflect.TypeFor[person](), segments)
		require.ErrorContains(t, err, says, path)
		require.Empty(t, places)
	}
	_, err := fields.Resolve(reflect.TypeFor[person](), nil)
	require.EqualError(t, err, "empty path: write a field name")
	_, err = fields.Resolve(reflect.TypeFor[string](), []string{"x"})
	require.EqualError(t, err, `the document is of type string: it has no member "x"`)
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, place string
		want           bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a", "a.b", true}, // with all that lies below it
		{"a.b", "a", false},
		{"*.b", "a.b", true},
		{"*.b", "b", false},
		{"*", "a.b", true},
		{"**.b", "b", true}, // no depth at all is a depth
		{"**.b", "x.y.b.c", true},
		{"**.b", "x.y", false},
		{"a.**.b", "a.b", true},
		{"a.**.b", "a.x.b", true},
		{"a.**.b", "b", false},
		{"**.a.**.b", "x.a.y.b", true},
		{"**.a.**.b", "x.b.y.a", false},

		// A place that stands for many is covered only by a pattern that stands for as many.
		{"a.*", "a.*", true},
		{"a.*", "a.*.b", true},
		{"a.b", "a.*", false},
		{"b", "**.b", false},
		{"*.b", "**.b", false},
		{"**.b", "**.b", true},
		{"**.b", "a.**.b", true},
		{"a.**.b", "a.**.b", true},
		{"a.**.b", "**.b", false},
		{"**.b", "**.b.c", true},
	} {
		pattern, err := fields.ParsePath(c.pattern)
		require.NoError(t, err)
		place, err := fields.ParsePath(c.place)
		require.NoError(t, err)
		require.Equal(t, c.want, fields.Covers(pattern, place), "%s covers %s", c.pattern, c.place)
	}
}
