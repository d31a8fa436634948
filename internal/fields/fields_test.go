package fields_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
)

type Deep struct {
	Twice string `json:"twice"`
	Deep  string `json:"deep"`
}

type Left struct {
	Deep
	Name  string
	Twice string `json:"twice"`
	Both  string `json:"both"`
}

type Right struct {
	Both  string `json:"both"`
	Other int    `json:",omitempty"`
}

type hiddenBase struct {
	Shown  string
	hidden string //nolint:unused // encoding/json must not see it
}

type word string

type Word string

type names struct {
	Left
	*Right
	hiddenBase
	Word
	word
	Tagged  Deep `json:"tagged"`
	Dash    int  `json:"-"`
	Minus   int  `json:"-,"`
	Name    string
	Quoted  int       `json:"quoted,string"`
	Pointer *bool     `json:"pointer,string,omitempty"`
	When    time.Time `json:"when,omitzero"`
	Iface   any
	private int //nolint:unused // likewise
}

// TestNamesAreThoseOfTheEncoder: the table lists what encoding/json writes, in its order.
func TestNamesAreThoseOfTheEncoder(t *testing.T) {
	t.Parallel()
	yes := true
	full := names{Right: &Right{Other: 1}, Pointer: &yes, When: time.Unix(1, 0)}
	written, err := json.Marshal(full)
	require.NoError(t, err)
	var want []string
	decoder := json.NewDecoder(bytes.NewReader(written))
	_, err = decoder.Token()
	require.NoError(t, err)
	for decoder.More() {
		name, err := decoder.Token()
		require.NoError(t, err)
		want = append(want, name.(string))
		var value json.RawMessage
		require.NoError(t, decoder.Decode(&value))
	}
	s, err := fields.Of(reflect.TypeFor[*names]())
	require.NoError(t, err)
	require.Equal(t, want, s.Names())

	name, ok := s.ByName("Name")
	require.True(t, ok)
	require.Equal(t, "Name", name.GoName, "the shallower of two wins")
	quoted, _ := s.ByName("quoted")
	require.Equal(t, fields.Text, quoted.Kind)
	when, _ := s.ByName("when")
	require.True(t, when.Optional)
	for i := range s.Fields {
		f := reflect.TypeFor[names]().FieldByIndex(s.Fields[i].Index)
		require.Equal(t, f.Type, s.Fields[i].Type)
	}
}

type labelled struct {
	SSN   string             `json:"ssn" gov:"pii,mask=last4"`
	Homes []home             `json:"homes"`
	ByKey map[string][]*home `json:"by_key"`
	Next  *labelled          `json:"next"`
	Card  home               `json:"card" gov:"secret"`
}

type home struct {
	Street string `json:"street" gov:"pii"`
	City   string `json:"city"`
}

func TestLabelled(t *testing.T) {
	t.Parallel()
	places, err := fields.Labelled(reflect.TypeFor[labelled]())
	require.NoError(t, err)
	var got []string
	for _, p := range places {
		got = append(got, p.String())
	}
	require.Equal(t, []string{"**.ssn", "**.homes.street", "**.by_key.*.street", "**.card", "**.card.street"}, got)
}

type nest []nest

type loop *loop

type nestHolder struct {
	Loop loop            `json:"loop"`
	Nest nest            `json:"nest"`
	Map  map[string]nest `json:"map"`
	A    string          `json:"a" gov:"pii"`
}

// TestListsOfThemselvesEnd: a type that no struct interrupts must not take the process down.
func TestListsOfThemselvesEnd(t *testing.T) {
	t.Parallel()
	places, err := fields.Labelled(reflect.TypeFor[nestHolder]())
	require.NoError(t, err)
	require.Len(t, places, 1)
	for _, path := range [][]string{{"nest", "x"}, {"map", "x", "y"}, {"**", "x"}, {"**", "a"}, {"*", "x"}} {
		_, _ = fields.Resolve(reflect.TypeFor[nestHolder](), path)
	}
}

func TestParseGov(t *testing.T) {
	t.Parallel()
	g, err := fields.ParseGov(`pii,secret, pii,mask=first=3,source=a.b,unit=EUR,means=gross\, with tax`)
	require.NoError(t, err)
	require.Equal(t, fields.Gov{Labels: []string{"pii", "secret"}, Mask: "first=3", Source: "a.b", Unit: "EUR", Means: "gross, with tax"}, g)
	g, err = fields.ParseGov("mask=hash")
	require.NoError(t, err)
	require.True(t, g.Has("sensitive"))
	for tag, want := range map[string]string{
		"pii,,x": "write a word", "maks=x": "unknown key", "mask=": "no value", "mask=a,mask=b": "twice", "p i": "write a word",
	} {
		_, err := fields.ParseGov(tag)
		require.ErrorContains(t, err, want, tag)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	resolve := func(path string) ([]string, error) {
		segments, err := fields.ParsePath(path)
		require.NoError(t, err)
		places, err := fields.Resolve(reflect.TypeFor[labelled](), segments)
		var got []string
		for _, p := range places {
			got = append(got, p.String())
		}
		return got, err
	}
	for path, want := range map[string][]string{
		"homes.city":       {"homes.city"},
		"by_key.street":    {"by_key.*.street", "by_key.street"},
		"by_key.*.street":  {"by_key.*.street"},
		"next.next.ssn":    {"next.next.ssn"},
		"*.city":           {"homes.city", "by_key.city", "card.city"},
		"**.street":        {"**.street"},
		"card":             {"card"},
		"by_key.x.street":  nil, // the values are objects: x would be a member of theirs
		"by_key.\"a.b\"":   nil,
		"homes.zip":        nil,
		"ssn.x":            nil,
		"nothing":          nil,
		"by_key.*.nothing": nil,
	} {
		got, err := resolve(path)
		if want == nil {
			require.Error(t, err, path)
			continue
		}
		require.NoError(t, err, path)
		require.Subset(t, got, want[:1], path)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, place string
		want           bool
	}{
		{"a", "a", true}, {"a", "a.b", true}, {"a.b", "a", false}, {"*.b", "a.b", true}, {"**.b", "b", true},
		{"**.b", "x.y.b.c", true}, {"**.b", "x.y", false}, {"b", "**.b", false}, {"**.b", "**.b", true}, {"a", "b", false},
	} {
		pattern, err := fields.ParsePath(c.pattern)
		require.NoError(t, err)
		place, err := fields.ParsePath(c.place)
		require.NoError(t, err)
		require.Equal(t, c.want, fields.Covers(pattern, place), "%s covers %s", c.pattern, c.place)
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"a.b", `"a.b".c`, `"\"\\"`, "*.x", "**.ssn", `"`, ".", "a..b", `"a"b`, `""`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments, err := fields.ParsePath(path)
		if err != nil {
			return
		}
		again, err := fields.ParsePath(fields.JoinPath(segments))
		require.NoError(t, err)
		require.Equal(t, segments, again)
	})
}

func FuzzParseGov(f *testing.F) {
	f.Add("pii,mask=email,unit=EUR")
	f.Fuzz(func(t *testing.T, tag string) {
		if g, err := fields.ParseGov(tag); err == nil && g.Mask != "" {
			require.True(t, g.Sensitive())
		}
	})
}
