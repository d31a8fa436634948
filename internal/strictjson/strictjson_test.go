package strictjson_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/canon"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

type base struct {
	Tenant string `json:"tenant,omitempty"`
}

type document struct {
	base
	ID     string            `json:"id"`
	Count  int8              `json:"count,omitempty"`
	Quoted int               `json:"quoted,string,omitempty"`
	Wait   time.Duration     `json:"wait,omitempty"`
	When   time.Time         `json:"when,omitzero"`
	Tags   []string          `json:"tags,omitempty"`
	Attrs  map[string]string `json:"attrs,omitempty"`
	Sub    *document         `json:"sub,omitempty"`
	Raw    json.RawMessage   `json:"raw,omitempty"`
}

// refused are documents no reader may accept, with the fault each is refused for.
var refused = []struct {
	name, raw, pointer string
	tree, decode       strictjson.Kind // "" where that reader cannot know
}{
	{"duplicate", `{"id":"a","id":"b"}`, "/id", "duplicate", "duplicate"},
	{"duplicate by escape", `{"id":"a","\u0069d":"b"}`, "/id", "duplicate", "duplicate"},
	{"duplicate below", `{"id":"a","sub":{"id":"a","id":"b"}}`, "/sub/id", "duplicate", "duplicate"},
	{"duplicate in raw", `{"id":"a","raw":{"x":1,"x":2}}`, "/raw/x", "duplicate", "duplicate"},
	{"case variants", `{"id":"a","Id":"b"}`, "/Id", "case", "unknown"},
	{"case of a map key", `{"id":"a","attrs":{"k":"1","\u212a":"2"}}`, "/attrs/\u212a", "case", ""},
	{"other case alone", `{"ID":"a"}`, "/ID", "", "unknown"},
	{"unknown", `{"id":"a","x":1}`, "/x", "", "unknown"},
	{"invalid UTF-8", "{\"id\":\"\xff\"}", "/id", "utf8", "utf8"},
	{"lone surrogate", `{"id":"\ud800"}`, "/id", "utf8", "utf8"},
	{"reversed surrogates", `{"id":"\udc00\ud800"}`, "/id", "utf8", "utf8"},
	{"bad escape", `{"id":"\q"}`, "/id", "syntax", "syntax"},
	{"trailing", `{"id":"a"} {}`, "", "trailing", ""},
	{"trailing comma", `{"id":"a",}`, "", "syntax", "syntax"},
	{"cut", `{"id":"a`, "/id", "syntax", "syntax"},
	{"empty", ``, "", "syntax", "syntax"},
	{"comment", `{/**/"id":"a"}`, "", "syntax", "syntax"},
	{"NaN", `{"id":NaN}`, "/id", "syntax", "syntax"},
	{"leading zero", `{"count":01}`, "", "syntax", "syntax"},
	{"overflow", `{"id":"a","count":300}`, "/count", "", "type"},
	{"fraction", `{"id":"a","count":1.0}`, "/count", "", "type"},
	{"wrong type", `{"id":7}`, "/id", "", "type"},
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range refused {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := strictjson.Tree([]byte(c.raw), strictjson.Limits{})
			if c.tree != "" {
				fault, ok := errors.AsType[*strictjson.Error](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, c.tree, fault.Kind, fault)
				require.Equal(t, c.pointer, fault.Pointer, fault)
				require.NotEmpty(t, fault.Message)
			} else {
				require.True(t, err == nil || c.decode == "")
			}
			var into document
			err = strictjson.Decode([]byte(c.raw), &into)
			if c.decode != "" {
				fault, ok := errors.AsType[*strictjson.Error](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, c.decode, fault.Kind, fault)
				if c.decode == c.tree || c.tree == "" {
					require.Equal(t, c.pointer, fault.Pointer, fault)
				}
			}
		})
	}
}

func TestTreeKeepsNumbersExact(t *testing.T) {
	t.Parallel()
	tree, err := strictjson.Tree([]byte(`{"a":[9007199254740993,1e300,-0,null,true,"x"],"b":{}}`), strictjson.Limits{})
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"a": []any{json.Number("9007199254740993"), json.Number("1e300"), json.Number("-0"), nil, true, "x"},
		"b": map[string]any{},
	}, tree)
}

func TestTreeLimits(t *testing.T) {
	t.Parallel()
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	_, err := strictjson.Tree(deep(64), strictjson.Limits{})
	require.NoError(t, err)
	for _, n := range []int{65, 9999, 1 << 19} {
		_, err = strictjson.Tree(deep(n), strictjson.Limits{})
		fault, _ := errors.AsType[*strictjson.Error](err)
		require.NotNil(t, fault)
		require.Equal(t, strictjson.KindDepth, fault.Kind)
	}
	_, err = strictjson.Tree(deep(9000), strictjson.Limits{Depth: -1})
	require.NoError(t, err)
	_, err = strictjson.Tree([]byte(`"abc"`), strictjson.Limits{Bytes: 4})
	require.ErrorContains(t, err, "5 bytes, at most 4")
	_, err = strictjson.Tree([]byte(`{"a":1,"A":2}`), strictjson.Limits{CaseVariants: true})
	require.NoError(t, err)
}

func TestTreeRefusesExcessiveNumbers(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"1e999999", "1E+401", "0e-99999999999999999999", strings.Repeat("9", 513), "0." + strings.Repeat("0", 600) + "1"} {
		_, err := strictjson.Tree([]byte(`{"a":[`+n+`]}`), strictjson.Limits{})
		fault, _ := errors.AsType[*strictjson.Error](err)
		require.NotNil(t, fault, n)
		require.Equal(t, strictjson.KindNumber, fault.Kind)
		require.Equal(t, "/a/0", fault.Pointer)
		require.Less(t, len(fault.Error()), 200)
	}
}

// What the canonical form of the log cannot write is refused where it comes in, by both readers alike.
func TestNumbersBeyondADouble(t *testing.T) {
	t.Parallel()
	type renamed any
	type holder struct {
		Free any            `json:"free"`
		Map  map[string]any `json:"map"`
		List []any          `json:"list"`
		N    json.Number    `json:"n"`
		Own  renamed        `json:"own"`
	}
	for _, number := range []string{"1e400", "-1.8e308", "1" + strings.Repeat("0", 400) + ".0", "1e999999"} {
		for shape, pointer := range map[string]string{
			`{"free":%}`: "/free", `{"free":{"x":[0,%]}}`: "/free/x/1", `{"map":{"k":%}}`: "/map/k", `{"list":[%]}`: "/list/0",
			`{"n":%}`: "/n", `{"own":{"a":%}}`: "/own/a",
		} {
			raw := []byte(strings.ReplaceAll(shape, "%", number))
			_, treeErr := strictjson.Tree(raw, strictjson.Limits{})
			for _, err := range []error{treeErr, strictjson.Decode(raw, &holder{})} {
				fault, ok := errors.AsType[*strictjson.Error](err)
				require.True(t, ok, "%s: %v", raw, err)
				require.Equal(t, strictjson.KindNumber, fault.Kind)
				require.Equal(t, pointer, fault.Pointer)
				require.Contains(t, fault.Message, "; write it")
				require.NotContains(t, fault.Error(), number)
			}
		}
	}
	for _, number := range []string{"1.7976931348623157e308", "1e-400", strings.Repeat("9", 400), "-0.0"} {
		raw := []byte(`{"free":` + number + `}`)
		_, err := strictjson.Tree(raw, strictjson.Limits{})
		require.NoError(t, err)
		require.NoError(t, strictjson.Decode(raw, &holder{}))
		_, err = canon.JSON(raw)
		require.NoError(t, err)
	}
}

func TestNumbersInsideAnyStayExact(t *testing.T) {
	t.Parallel()
	type renamed any
	type inner struct {
		X any `json:"x"`
	}
	type holder struct {
		Free  any              `json:"free"`
		Map   map[string]any   `json:"map"`
		Lists [][]any          `json:"lists"`
		Ptr   *any             `json:"ptr"`
		Inner map[string]inner `json:"inner"`
		Own   renamed          `json:"own,omitempty"`
		Owns  []renamed        `json:"owns,omitempty"`
	}
	const n = json.Number("9007199254740993")
	const text = `{"free":{"a":[9007199254740993,1.50,null,true,"5"]},"map":{"k":9007199254740993},"lists":[[9007199254740993],[]],` +
		`"ptr":9007199254740993,"inner":{"i":{"x":9007199254740993}},"own":{"o":9007199254740993},"owns":[9007199254740993,null,"t"]}`
	var v holder
	require.NoError(t, strictjson.Decode([]byte(text), &v))
	var ptr any = n
	require.Equal(t, holder{
		Free: map[string]any{"a": []any{n, json.Number("1.50"), nil, true, "5"}}, Map: map[string]any{"k": n},
		Lists: [][]any{{n}, {}}, Ptr: &ptr, Inner: map[string]inner{"i": {n}},
		Own: map[string]any{"o": n}, Owns: []renamed{n, nil, "t"},
	}, v)
	out, err := strictjson.Marshal(v)
	require.NoError(t, err)
	require.Equal(t, text, string(out), "and go out as they came")

	fault, _ := errors.AsType[*strictjson.Error](strictjson.Decode([]byte(`{"free":{"a":[{"x":1,"x":2}]}}`), &v))
	require.NotNil(t, fault)
	require.Equal(t, strictjson.KindDuplicate, fault.Kind)
	require.Equal(t, "/free/a/0/x", fault.Pointer)
	fault, _ = errors.AsType[*strictjson.Error](strictjson.Decode([]byte(`{"free":[1,`), &v))
	require.NotNil(t, fault)
	require.Equal(t, strictjson.KindSyntax, fault.Kind)

	target := inner{}
	require.NoError(t, strictjson.Decode([]byte(`{"x":null}`), &target))
	require.Nil(t, target.X)
	held := 0
	target.X = &held // encoding/json fills what a pointer in an interface points to
	require.NoError(t, strictjson.Decode([]byte(`{"x":7}`), &target))
	require.Equal(t, 7, held)
}

func TestTreeGoesOnAfterDuplicates(t *testing.T) {
	t.Parallel()
	tree, err := strictjson.Tree([]byte(`{"a":1,"a":2,"b":{"c":1,"C":2},"d":3}`), strictjson.Limits{})
	require.Len(t, err, 2)
	require.Equal(t, json.Number("1"), tree.(map[string]any)["a"])
	require.Equal(t, json.Number("3"), tree.(map[string]any)["d"])

	many := `{` + strings.Repeat(`"a":1,`, 5000) + `"a":1}`
	_, err = strictjson.Tree([]byte(many), strictjson.Limits{})
	require.Len(t, err, 32, "a hostile document is not answered at length")
}

func TestTreeComparesManyNamesWithoutCase(t *testing.T) {
	t.Parallel()
	var members []string
	for i := range 40 {
		members = append(members, `"name`+strings.Repeat("x", i)+`":{"id":1,"other":2}`)
	}
	_, err := strictjson.Tree([]byte(`{`+strings.Join(members, ",")+`}`), strictjson.Limits{})
	require.NoError(t, err)
	members = append(members, `"NAMEXX":1`)
	_, err = strictjson.Tree([]byte(`{`+strings.Join(members, ",")+`}`), strictjson.Limits{})
	require.ErrorContains(t, err, `"namexx"`)
}

func TestErrorsNeverQuoteValues(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for _, raw := range []string{
		`{"id":"a","count":"hunter2"}`, `{"when":"hunter2"}`, `{"quoted":"hunter2"}`, `{"wait":"hunter2"}`,
		`{"id":"hunter2\ud800"}`, `{"id":"hunter2\q"}`, `{"id":"hunter2" hunter2}`, `{"id":hunter2}`, `"hunter2`,
	} {
		var into document
		err := strictjson.Decode([]byte(raw), &into)
		require.Error(t, err, raw)
		require.NotContains(t, err.Error(), secret)
		if _, err = strictjson.Tree([]byte(raw), strictjson.Limits{}); err != nil {
			require.NotContains(t, err.Error(), secret)
		}
	}
	err := strictjson.Decode([]byte(`{"`+strings.Repeat("n", 5000)+`":1}`), &document{})
	require.Less(t, len(err.Error()), 400, "names come back clipped")
}

func TestMarshal(t *testing.T) {
	t.Parallel()
	out, err := strictjson.Marshal(struct {
		List []int           `json:"list"`
		Map  map[string]int  `json:"map"`
		Ptr  *int            `json:"ptr"`
		Text string          `json:"text"`
		Raw  json.RawMessage `json:"raw"`
		Dur  time.Duration   `json:"dur"`
		Omit []int           `json:"omit,omitempty"`
		Any  any             `json:"any"`
	}{Text: "<a&b>\u2028", Raw: json.RawMessage(`{ "\u0061": "\u003c" }`), Dur: time.Second})
	require.NoError(t, err)
	require.Equal(t, `{"list":[],"map":{},"ptr":null,"text":"<a&b>`+"\u2028"+`","raw":{"a":"<"},"dur":1000000000,"any":null}`, string(out))

	again, err := strictjson.Append([]byte("x"), map[string]int{"b": 1, "a": 2})
	require.NoError(t, err)
	require.Equal(t, `x{"a":2,"b":1}`, string(again))

	_, err = strictjson.Marshal(json.RawMessage(`{"a":1,"\u0061":2}`))
	require.Error(t, err, "doubled names in raw JSON")
	out, err = strictjson.Marshal("a\xffb")
	require.NoError(t, err)
	require.Equal(t, "\"a\ufffdb\"", string(out))
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	type numbers struct {
		N     json.Number            `json:"n"`
		P     *json.Number           `json:"p,omitempty"`
		List  []json.Number          `json:"list,omitempty"`
		Keys  map[json.Number]string `json:"keys,omitempty"`
		Any   any                    `json:"any,omitempty"`
		Zero  json.Number            `json:"zero,omitempty"`
		Inner *numbers2              `json:"inner,omitempty"`
	}
	const text = `{"n":9007199254740993,"p":1.50,"list":[1,2e3],"keys":{"7":"x"},"any":0.10,"inner":{"deep":-0}}`
	var v numbers
	require.NoError(t, strictjson.Decode([]byte(text), &v))
	v.Any = json.Number("0.10")
	out, err := strictjson.Marshal(v)
	require.NoError(t, err)
	require.Equal(t, text, string(out))
	require.ErrorContains(t, strictjson.Decode([]byte(`{"n":"5"}`), &v), "write a number")
	_, err = strictjson.Marshal(numbers{N: "1,2"})
	require.Error(t, err)
	out, err = strictjson.Marshal([]any{json.Number("")})
	require.NoError(t, err)
	require.Equal(t, `[0]`, string(out))
}

type numbers2 struct {
	Deep json.Number `json:"deep"`
}

func FuzzTree(f *testing.F) {
	for _, c := range refused {
		f.Add([]byte(c.raw))
	}
	f.Add([]byte(`{"a":[1,2.50,{"b":null}],"ü":"\u00fc"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		tree, err := strictjson.Tree(raw, strictjson.Limits{})
		if err != nil {
			_ = err.Error()
			return
		}
		var std any
		decoder := json.NewDecoder(strings.NewReader(string(raw)))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&std))
		require.Equal(t, std, tree)
		again, err := strictjson.Marshal(tree)
		require.NoError(t, err, "what Tree accepts has no doubled names, which Marshal refuses")
		tree2, err := strictjson.Tree(again, strictjson.Limits{Bytes: -1})
		require.NoError(t, err)
		require.Equal(t, tree, tree2)
	})
}

func FuzzDecode(f *testing.F) {
	for _, c := range refused {
		f.Add([]byte(c.raw))
	}
	f.Add([]byte(`{"id":"a","count":3,"quoted":"4","wait":5,"when":"2026-01-31T09:30:00Z","tags":["x"],"attrs":{"a":"b"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var ours, std document
		if err := strictjson.Decode(raw, &ours); err != nil {
			_ = err.Error()
			return
		}
		if len(raw) > 0 && json.Valid(raw) {
			require.NoError(t, json.Unmarshal(raw, &std))
			require.Equal(t, std, ours)
		}
	})
}

// BenchmarkDecode shows what an any costs: nothing where there is none.
func BenchmarkDecode(b *testing.B) {
	type plain struct {
		ID    string           `json:"id"`
		Attrs map[string]int64 `json:"attrs"`
	}
	type open struct {
		ID    string         `json:"id"`
		Attrs map[string]any `json:"attrs"`
	}
	raw := []byte(`{"id":"cust_42","attrs":{"a":1,"b":2,"c":3,"d":4}}`)
	for name, into := range map[string]func() any{"plain": func() any { return &plain{} }, "any": func() any { return &open{} }} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := strictjson.Decode(raw, into()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTree(b *testing.B) {
	raw := []byte(`{"customer_id":"cust_42","with_orders":true,"limit":10,"email":"a@example.com","tags":["a","b"],"since":"2026-01-31T09:30:00Z"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := strictjson.Tree(raw, strictjson.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
