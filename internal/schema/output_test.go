package schema_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	invopop "github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

func output[T any](t testing.TB, edits ...string) *schema.Output {
	t.Helper()
	out, err := schema.NewOutput(reflect.TypeFor[T](), paths(t, edits...), nil)
	require.NoError(t, err)
	return out
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	body, err := strictjson.Marshal(v)
	require.NoError(t, err)
	return body
}

// TestEmittedIsValid is the promise of an output schema: whatever the Go type holds, what the encoder writes fits.
func TestEmittedIsValid(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{reflect.TypeFor[shapes](), reflect.TypeFor[page[shapes]](), reflect.TypeFor[address2]()} {
		out, err := schema.NewOutput(typ, nil, nil)
		require.NoError(t, err)
		edited, err := schema.NewOutput(typ, paths(t, "**.street", "**.ints"), nil)
		if typ == reflect.TypeFor[address2]() {
			edited, err = schema.NewOutput(typ, paths(t, "street"), nil)
		}
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(1, 2))
		for range 400 {
			v := reflect.New(typ)
			randomize(r, v.Elem(), 4)
			body := marshal(t, v.Interface())
			require.NoError(t, out.Validate(body), "%s", body)
			require.NoError(t, edited.Validate(body), "%s", body)
			require.NoError(t, out.Check(v.Interface(), body))
			require.NoError(t, out.Check(v.Elem().Interface(), body))
		}
	}
}

// checked has every kind of keyword on every kind of leaf. Where two schemas are involved (fast check, document) the
// test below holds them together.
type checked struct {
	Text   string            `json:"text" jsonschema:"minLength=2,maxLength=4,pattern=^[a-z]*$"`
	Mail   string            `json:"mail,omitempty" jsonschema:"format=email"`
	Enum   string            `json:"enum" jsonschema:"enum=a,enum=b"`
	Int    int               `json:"int" jsonschema:"minimum=1,maximum=10,multipleOf=2"`
	Uint   uint              `json:"uint" jsonschema:"maximum=18446744073709551614"`
	Float  float64           `json:"float" jsonschema:"exclusiveMinimum=0.1,maximum=0.3"`
	F32    float32           `json:"f32" jsonschema:"maximum=0.1"`
	Ptr    *int              `json:"ptr" jsonschema:"minimum=3"`
	OPtr   *string           `json:"optr,omitempty" jsonschema:"minLength=1"`
	List   []string          `json:"list" jsonschema:"minItems=1,maxItems=2,maxLength=1"`
	Map    map[string]inner  `json:"map"`
	Inner  *inner            `json:"inner,omitempty"`
	Deep   [][]inner         `json:"deep"`
	Date   map[string]string `json:"date"`
	Quoted int               `json:"-"`
}

type inner struct {
	Day string `json:"day" jsonschema:"format=date"`
}

func TestCheckFindsWhatTheDocumentShows(t *testing.T) {
	t.Parallel()
	good := func() checked {
		three, text := 3, "x"
		return checked{
			Text: "abc", Mail: "a@b.de", Enum: "a", Int: 4, Uint: 5, Float: 0.2, F32: 0.1, Ptr: &three, OPtr: &text,
			List: []string{"a"}, Map: map[string]inner{"k": {"2026-01-31"}}, Deep: [][]inner{{{"2026-01-31"}}},
		}
	}
	out := output[checked](t)
	empty, two := "", 2
	for name, c := range map[string]struct {
		change func(*checked)
		want   string // pointer and keyword; "" passes
	}{
		"good":              {func(*checked) {}, ""},
		"nil pointers":      {func(c *checked) { c.Ptr, c.OPtr, c.Inner = nil, nil, nil }, ""},
		"left out":          {func(c *checked) { c.Mail = "" }, ""},
		"short":             {func(c *checked) { c.Text = "a" }, "/text minLength"},
		"long":              {func(c *checked) { c.Text = "abcde" }, "/text maxLength"},
		"pattern":           {func(c *checked) { c.Text = "ABC" }, "/text pattern"},
		"mail":              {func(c *checked) { c.Mail = "nope" }, "/mail format"},
		"enum":              {func(c *checked) { c.Enum = "c" }, "/enum enum"},
		"low":               {func(c *checked) { c.Int = 0 }, "/int minimum"},
		"high":              {func(c *checked) { c.Int = 12 }, "/int maximum"},
		"multiple":          {func(c *checked) { c.Int = 3 }, "/int multipleOf"},
		"uint":              {func(c *checked) { c.Uint = 1<<64 - 1 }, "/uint maximum"},
		"uint at bound":     {func(c *checked) { c.Uint = 1<<64 - 2 }, ""},
		"float at bound":    {func(c *checked) { c.Float = 0.3 }, ""},
		"float at excluded": {func(c *checked) { c.Float = 0.1 }, "/float exclusiveMinimum"},
		"float32":           {func(c *checked) { c.F32 = 0.11 }, "/f32 maximum"},
		"pointer":           {func(c *checked) { c.Ptr = &two }, "/ptr minimum"},
		"optional pointer":  {func(c *checked) { c.OPtr = &empty }, "/optr minLength"},
		"list empty":        {func(c *checked) { c.List = nil }, "/list minItems"},
		"list long":         {func(c *checked) { c.List = []string{"a", "b", "c"} }, "/list maxItems"},
		"element":           {func(c *checked) { c.List = []string{"ab"} }, "/list/0 maxLength"},
		"map value":         {func(c *checked) { c.Map["x/y"] = inner{"no"} }, "/map/x~1y/day format"},
		"inner":             {func(c *checked) { c.Inner = &inner{} }, "/inner/day format"},
		"deep":              {func(c *checked) { c.Deep[0][0].Day = "2026-02-30" }, "/deep/0/0/day format"},
		"invalid UTF-8":     {func(c *checked) { c.Text = "a\xff" }, "/text pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := good()
			c.change(&v)
			body := marshal(t, v)
			err := out.Check(&v, body)
			require.Equal(t, out.Validate(body) == nil, err == nil)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			var invalid *schema.Invalid
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, c.want, invalid.Faults[0].Pointer+" "+invalid.Faults[0].Keyword)
			require.NotContains(t, err.Error(), "nope")
		})
	}
	require.Error(t, out.Check((*checked)(nil), []byte("null")))
	require.Error(t, out.Check(nil, []byte("null")))
}

func TestCheckNeverShowsKeysBelowALabel(t *testing.T) {
	t.Parallel()
	type accounts struct {
		ByIBAN map[string]inner `json:"by_iban" gov:"pii"`
	}
	out := output[accounts](t)
	v := accounts{map[string]inner{"DE89370400440532013000": {"never"}}}
	err := out.Check(v, marshal(t, v))
	require.EqualError(t, err, "/by_iban: inside it: must be a valid date (format)")
}

type described struct{ text string }

func (d described) MarshalJSON() ([]byte, error) { return json.Marshal(d.text) }
func (described) JSONSchema() *invopop.Schema    { return &invopop.Schema{Type: "string", Pattern: "^x"} }

func TestCheckThroughTheDocument(t *testing.T) {
	t.Parallel()
	type own struct {
		Own  described `json:"own"`
		Uniq []int     `json:"uniq" jsonschema:"uniqueItems=true"`
		Num  int       `json:"num,string" jsonschema:"pattern=^[0-9]$"`
		Time time.Time `json:"time" jsonschema:"pattern=Z$"`
		Code color     `json:"code" jsonschema:"pattern=^#0"`
	}
	out := output[own](t)
	good := own{Own: described{"x1"}, Uniq: []int{1, 2}, Num: 5, Time: time.Unix(0, 0).UTC()}
	require.NoError(t, out.Check(good, marshal(t, good)))
	for want, change := range map[string]func(*own){
		"/own":  func(o *own) { o.Own.text = "y" },
		"/uniq": func(o *own) { o.Uniq = []int{1, 1} },
		"/num":  func(o *own) { o.Num = 55 },
		"/time": func(o *own) { o.Time = o.Time.In(time.FixedZone("", 3600)) },
		"/code": func(o *own) { o.Code = 0xffffff },
	} {
		bad := good
		change(&bad)
		require.ErrorContains(t, out.Check(bad, marshal(t, bad)), want+":")
	}
}

// masked has a field of every kind that can be masked, with keywords no mask keeps.
type masked struct {
	Mail   string            `json:"mail" jsonschema:"format=email"`
	Code   string            `json:"code" jsonschema:"pattern=^c[0-9]+$,minLength=3,maxLength=8"`
	Level  string            `json:"level" jsonschema:"enum=low,enum=high"`
	Time   time.Time         `json:"time"`
	Photo  []byte            `json:"photo"`
	Int    int               `json:"int" jsonschema:"minimum=300"`
	Small  uint8             `json:"small" jsonschema:"minimum=3"`
	Float  float64           `json:"float" jsonschema:"exclusiveMinimum=1"`
	Bool   bool              `json:"bool"`
	Ptr    *int              `json:"ptr" jsonschema:"minimum=3"`
	Object address           `json:"object"`
	PObj   *address          `json:"pobj"`
	List   []string          `json:"list" jsonschema:"minItems=1,maxLength=9"`
	Rows   []order           `json:"rows" jsonschema:"minItems=1"`
	Map    map[string]int    `json:"map"`
	Texts  map[string]string `json:"texts"`
	Any    any               `json:"any"`
	Quoted int               `json:"quoted,string"`
}

// TestMaskedResultsFit: the advertised schema accepts the real value, every mask's value, null and removal, on every
// kind of field.
func TestMaskedResultsFit(t *testing.T) {
	t.Parallel()
	three := 3
	value := masked{
		Mail: "anna@example.com", Code: "c123456", Level: "low", Time: time.Unix(1e9, 0).UTC(), Photo: []byte("photo"),
		Int: 700, Small: 5, Float: 1.5, Bool: true, Ptr: &three, Object: address{"s", "city"}, PObj: &address{"s", "city"},
		List: []string{"a"}, Rows: []order{{ID: "o1", Total: 5, Status: "paid"}}, Map: map[string]int{"a": 1},
		Texts: map[string]string{"k": "v"}, Any: map[string]any{"x": "text"}, Quoted: 5,
	}
	body := marshal(t, value)
	places := []string{"texts.k", "map.a", "rows.id", "rows.total", "rows.placed", "rows.status", "object.city", "pobj.city", "any.x"}
	for f := range reflect.TypeFor[masked]().Fields() {
		places = append(places, strings.Split(f.Tag.Get("json"), ",")[0])
	}
	masks := []string{"redact", "null", "email", "last4", "first=2", "last=2", "hash", "zero", "year", "remove"}
	for _, place := range places {
		out := output[masked](t, place)
		require.NoError(t, out.Validate(body))
		for _, name := range masks {
			edit := mask.Edit{Path: paths(t, place)[0], Remove: name == "remove"}
			if !edit.Remove {
				m, err := mask.ParseMask(name)
				require.NoError(t, err)
				edit.Mask = m
			}
			plan, err := mask.Compile([]mask.Edit{edit}, []byte("key"))
			require.NoError(t, err)
			hidden, err := plan.Apply(nil, body, nil)
			require.NoError(t, err)
			require.NotEqual(t, string(body), string(hidden))
			require.NoError(t, out.Validate(hidden), "%s masked with %s: %s", place, name, hidden)
		}
	}
	all := output[masked](t, places...)
	require.NoError(t, all.Validate([]byte(`{}`)))
}

// rows is the shape the design measures: fifty rows with one date-time each.
type rows struct {
	Rows []row `json:"rows"`
}

type row struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Amount float64  `json:"amount"`
	Count  int      `json:"count"`
	Open   bool     `json:"open"`
	At     string   `json:"at" jsonschema:"format=date-time"`
	Tags   []string `json:"tags"`
	Email  string   `json:"email" gov:"pii,mask=email"`
	City   string   `json:"city"`
	Note   string   `json:"note,omitempty"`
}

// A name below a map of anything is found at any depth and takes nothing beside it; what is masked fits the schema.
func TestNamesBelowAnOpenMap(t *testing.T) {
	t.Parallel()
	type open struct {
		D map[string]any `json:"d"`
	}
	typ := reflect.TypeFor[open]()
	for path, masked := range map[string]string{
		"d.email":   `{"d":{"beside":7,"email":null,"list":[{"email":null}],"text":"kept","x":{"email":null,"z":1}}}`,
		"d.x.email": `{"d":{"beside":7,"email":"a","list":[{"email":"b"}],"text":"kept","x":{"email":null,"z":1}}}`,
	} {
		places, err := fields.Resolve(typ, paths(t, path)[0])
		require.NoError(t, err)
		require.Len(t, places, 1)
		require.True(t, fields.Covers(places[0].Path, paths(t, path)[0]), "%s covers %s", places[0], path)
		out, err := schema.NewOutput(typ, [][]string{places[0].Path}, nil)
		require.NoError(t, err)
		plan, err := mask.Compile([]mask.Edit{{Path: places[0].Path, Mask: mask.Mask{Kind: mask.Null}}}, nil)
		require.NoError(t, err)
		body := marshal(t, open{D: map[string]any{
			"email": "a", "x": map[string]any{"email": "c", "z": 1}, "list": []any{map[string]any{"email": "b"}}, "beside": 7, "text": "kept",
		}})
		require.NoError(t, out.Validate(body))
		got, err := plan.Apply(nil, body, nil)
		require.NoError(t, err)
		require.JSONEq(t, masked, string(got), path)
		require.NoError(t, out.Validate(got))
	}
}

func BenchmarkCheck50Rows(b *testing.B) {
	out := output[rows](b)
	var v rows
	for i := range 50 {
		v.Rows = append(v.Rows, row{ID: fmt.Sprint(i), Name: "n", At: "2026-01-31T09:30:00Z", Tags: []string{"a"}, Email: "a@b.de"})
	}
	body := marshal(b, v)
	b.ReportAllocs()
	for b.Loop() {
		if err := out.Check(&v, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarshal50Rows(b *testing.B) {
	var v rows
	for i := range 50 {
		v.Rows = append(v.Rows, row{ID: fmt.Sprint(i), Name: "n", At: "2026-01-31T09:30:00Z", Tags: []string{"a"}, Email: "a@b.de"})
	}
	b.Run("strictjson", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := strictjson.Marshal(&v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(&v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
