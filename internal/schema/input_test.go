package schema_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

func input[T any](t testing.TB) *schema.Input {
	t.Helper()
	in, err := schema.NewInput(reflect.TypeFor[T]())
	require.NoError(t, err)
	return in
}

// faults returns "pointer keyword" of every fault of raw.
func faults(t testing.TB, in *schema.Input, raw string) (list []string, text string) {
	t.Helper()
	_, err := in.Decode([]byte(raw), strictjson.Limits{})
	if err == nil {
		return nil, ""
	}
	invalid, ok := errors.AsType[*schema.Invalid](err)
	require.True(t, ok, "%T %v", err, err)
	for _, f := range invalid.Faults {
		list = append(list, f.Pointer+" "+f.Keyword)
		require.NotEmpty(t, f.Message)
	}
	return list, err.Error()
}

func TestDecodeAccepts(t *testing.T) {
	t.Parallel()
	in := input[lookupIn](t)
	got, err := in.Decode([]byte(`{"customer_id":"cust_1","tags":["gold"],"since":"2026-01-31T09:30:00Z"}`), strictjson.Limits{})
	require.NoError(t, err)
	require.Equal(t, &lookupIn{CustomerID: "cust_1", Limit: 10, Tags: []string{"gold"}, Since: "2026-01-31T09:30:00Z"}, got)
}

func TestDecodeFaults(t *testing.T) {
	t.Parallel()
	type limits struct {
		Small uint8         `json:"small,omitempty"`
		Big   int64         `json:"big,omitempty"`
		Wait  time.Duration `json:"wait,omitempty"`
		Keys  map[int]int   `json:"keys,omitempty"`
	}
	lookup, bounds := input[lookupIn](t), input[limits](t)
	for _, c := range []struct {
		in   *schema.Input
		raw  string
		want []string
	}{
		{lookup, ``, []string{"/customer_id required"}},
		{lookup, `{}`, []string{"/customer_id required"}},
		{lookup, `null`, []string{" type"}},
		{lookup, `[]`, []string{" type"}},
		{lookup, `{"customer_id":null}`, []string{"/customer_id type"}},
		{lookup, `{"customer_id":"cust_1","limit":null}`, []string{"/limit type"}},
		{lookup, `{"customer_id":"x","limit":0,"email":"no","tags":["gold","gold","zz"],"since":"soon","nope":1}`, []string{
			"/customer_id pattern", "/email format", "/limit minimum", "/nope unknown", "/since format", "/tags uniqueItems", "/tags/2 enum",
		}},
		{lookup, `{"customer_id":"cust_1","Customer_ID":"cust_2"}`, []string{"/Customer_ID case", "/Customer_ID unknown"}},
		{lookup, `{"Customer_ID":"cust_2"}`, []string{"/Customer_ID unknown", "/customer_id required"}},
		{lookup, `{"customer_id":"cust_1","customer_id":"x","limit":0}`, []string{"/customer_id duplicate", "/limit minimum"}},
		{lookup, `{"customer_id":"cust_1"}x`, []string{" trailing"}},
		{lookup, `{"customer_id":"\ud800"}`, []string{"/customer_id utf8"}},
		{lookup, `{"customer_id":`, []string{"/customer_id syntax"}},
		{lookup, strings.Repeat(`[`, 70), []string{strings.Repeat("/0", 64) + " depth"}},
		{bounds, `{"small":256,"big":9223372036854775807}`, []string{"/small maximum"}},
		{bounds, `{"small":-1,"big":9223372036854775808}`, []string{"/big type", "/small minimum"}},
		{bounds, `{"big":1.0}`, []string{"/big type"}},
		{bounds, `{"wait":"1s"}`, []string{"/wait type"}},
		{bounds, `{"keys":{"1":1,"01":2}}`, []string{"/keys/01 propertyNames"}},
	} {
		got, text := faults(t, c.in, c.raw)
		if strings.Contains(c.raw, `"small":-1`) { // the decoder stops at its first fault; the schema names the other
			require.Contains(t, got, "/small minimum", text)
			continue
		}
		require.Equal(t, c.want, got, "%s: %s", c.raw, text)
	}
	_, err := lookup.Decode([]byte(`{"customer_id":"cust_1"}`), strictjson.Limits{Bytes: 10})
	require.ErrorContains(t, err, "at most 10 are read")
	_, text := faults(t, lookup, `{"custmer_id":"cust_1"}`)
	require.Contains(t, text, `did you mean "customer_id"?`)
}

// What an any holds reaches the handler as the log shows it, and what the log cannot show does not come in.
func TestNumbersInsideAny(t *testing.T) {
	t.Parallel()
	type in struct {
		Free map[string]any `json:"free"`
	}
	s := input[in](t)
	got, err := s.Decode([]byte(`{"free":{"account":9007199254740993,"rate":1.5}}`), strictjson.Limits{})
	require.NoError(t, err)
	require.Equal(t, &in{Free: map[string]any{"account": json.Number("9007199254740993"), "rate": json.Number("1.5")}}, got)
	list, _ := faults(t, s, `{"free":{"rate":1e400}}`)
	require.Equal(t, []string{"/free/rate number"}, list)
}

func TestBigIntegersAreExact(t *testing.T) {
	t.Parallel()
	type big struct {
		N int64 `json:"n" jsonschema:"maximum=9007199254740993"`
	}
	in := input[big](t)
	got, err := in.Decode([]byte(`{"n":9007199254740993}`), strictjson.Limits{})
	require.NoError(t, err)
	require.Equal(t, int64(9007199254740993), got.(*big).N)
	list, _ := faults(t, in, `{"n":9007199254740994}`)
	require.Equal(t, []string{"/n maximum"}, list)
}

func TestSensitiveValuesAreNeverQuoted(t *testing.T) {
	t.Parallel()
	type card struct {
		Number string `json:"number" jsonschema:"pattern=^[0-9]+$"`
		PIN    int    `json:"pin" jsonschema:"maximum=9999"`
	}
	type in struct {
		SSN    string            `json:"ssn" jsonschema:"pattern=^[0-9]{3}$,minLength=3,format=uuid" gov:"pii"`
		Kind   string            `json:"kind" jsonschema:"enum=a,enum=b" gov:"pii"`
		Card   card              `json:"card" gov:"secret"`
		Cards  map[string][]card `json:"cards" gov:"secret"`
		Born   time.Time         `json:"born" gov:"pii"`
		Wait   []int             `json:"wait" gov:"pii"`
		Public string            `json:"public" jsonschema:"pattern=^[0-9]+$"`
	}
	s := input[in](t)
	list, text := faults(t, s, `{"ssn":"hunter2","kind":"hunter2","card":{"number":"hunter2","pin":7654321},"cards":{"x":[{"number":"hunter2","pin":"hunter2"}]},
		"born":"hunter2","wait":["hunter2",7654321.5],"public":"visible"}`)
	require.NotContains(t, text, "hunter2")
	require.NotContains(t, text, "7654321")
	require.Contains(t, text, `not "visible"`)
	require.Contains(t, list, "/cards type")
	require.Contains(t, list, "/card maximum")
	require.Contains(t, text, "/card: inside it: must be at most 9999 (maximum)")
	require.Len(t, s.Sensitive(), 6)

	long := strings.Repeat("v", 5000)
	_, text = faults(t, s, `{"public":"`+long+`","`+long+`":1}`)
	require.Less(t, len(text), 1500, "values and names come back clipped")
}

func TestAlternatives(t *testing.T) {
	t.Parallel()
	type in struct {
		ID    string `json:"id,omitempty" jsonschema:"oneof_required=by id"`
		Email string `json:"email,omitempty" jsonschema:"oneof_required=by email"`
	}
	s := input[in](t)
	for raw, want := range map[string][]string{
		`{}`: {" oneOf"}, `{"id":"1","email":"2"}`: {" oneOf"}, `{"id":"1"}`: nil,
	} {
		list, text := faults(t, s, raw)
		require.Equal(t, want, list, text)
	}
	type nullable struct {
		Sub *address `json:"sub" jsonschema:"nullable"`
		Age *int     `json:"age" jsonschema:"nullable,minimum=3,enum=5"`
	}
	n := input[nullable](t)
	list, _ := faults(t, n, `{"sub":null,"age":null}`)
	require.Empty(t, list)
	list, _ = faults(t, n, `{"sub":{"street":"s","city":"x"},"age":4}`)
	require.Equal(t, []string{"/age enum", "/sub/city minLength"}, list)
}

type item struct {
	Qty  int    `json:"qty" jsonschema:"default=1"`
	Unit string `json:"unit,omitempty" jsonschema:"default=piece"`
	More *item  `json:"more,omitempty"`
}

type defaulted struct {
	embeddedDefault
	Name   string           `json:"name"`
	First  item             `json:"first,omitempty"` //nolint:modernize // that encoding/json ignores the option is the case under test
	Opt    *item            `json:"opt,omitempty"`
	List   []item           `json:"list,omitempty"`
	Map    map[string]item  `json:"map,omitempty"`
	Ptrs   map[int8]*item   `json:"ptrs,omitempty"`
	Tags   []string         `json:"tags" jsonschema:"default=a,default=b"`
	Nums   []int            `json:"nums,omitempty" jsonschema:"default=1"`
	Ptr    *int             `json:"ptr" jsonschema:"default=7"`
	Null   *int             `json:"null" jsonschema:"nullable,default=7"`
	Quoted int              `json:"quoted,string" jsonschema:"default=5"`
	When   time.Time        `json:"when" jsonschema:"default=2026-01-31T09:30:00Z"`
	Deep   [][]item         `json:"deep,omitempty"`
	Rate   float64          `json:"rate" jsonschema:"default=0.5"`
	On     bool             `json:"on" jsonschema:"default=true"`
	Wait   time.Duration    `json:"wait" jsonschema:"default=1000"`
	Text   json.Number      `json:"text" jsonschema:"default=1.50"`
	Small  map[string]uint8 `json:"small,omitempty"`
}

type embeddedDefault struct {
	Page int `json:"page" jsonschema:"default=1"`
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	s := input[defaulted](t)
	decode := func(raw string) *defaulted {
		got, err := s.Decode([]byte(raw), strictjson.Limits{})
		require.NoError(t, err)
		return got.(*defaulted)
	}
	seven := 7
	when := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	plain := defaulted{
		embeddedDefault: embeddedDefault{1}, Name: "n", Tags: []string{"a", "b"}, Nums: []int{1}, Ptr: &seven, Null: &seven,
		Quoted: 5, When: when, Rate: 0.5, On: true, Wait: 1000, Text: "1.50",
	}
	require.Equal(t, &plain, decode(`{"name":"n"}`), "nothing is made up below an object that was not sent")

	got := decode(`{"name":"n","first":{},"opt":{"qty":3,"more":{}},"list":[{},{"unit":"kg"}],"map":{"a":{},"b":{"qty":2}},
		"ptrs":{"-1":{}},"deep":[[{}],[]],"tags":[],"null":null,"quoted":"6","page":9,"on":false,"rate":0,"wait":0}`)
	one := item{Qty: 1, Unit: "piece"}
	want := plain
	want.First, want.Opt = one, &item{Qty: 3, Unit: "piece", More: &one}
	want.List = []item{one, {Qty: 1, Unit: "kg"}}
	want.Map = map[string]item{"a": one, "b": {Qty: 2, Unit: "piece"}}
	want.Ptrs = map[int8]*item{-1: &one}
	want.Deep = [][]item{{one}, {}}
	want.Tags, want.Null, want.Quoted, want.Page, want.On, want.Rate, want.Wait = []string{}, nil, 6, 9, false, 0, 0
	require.Equal(t, &want, got)

	first, second := decode(`{"name":"n"}`), decode(`{"name":"n"}`)
	first.Tags[0], *first.Ptr = "changed", 99
	require.Equal(t, &plain, second, "two calls share nothing")
}

func TestDecodeConcurrently(t *testing.T) {
	t.Parallel()
	s := input[defaulted](t)
	done := make(chan error)
	for range 8 {
		go func() {
			var err error
			for range 50 {
				if _, e := s.Decode([]byte(`{"name":"n","list":[{}],"map":{"a":{}}}`), strictjson.Limits{}); e != nil {
					err = e
				}
				if _, e := s.Decode([]byte(`{"name":1}`), strictjson.Limits{}); e == nil {
					err = errors.New("accepted")
				}
			}
			done <- err
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
}

func FuzzInputDecode(f *testing.F) {
	f.Add(`{"customer_id":"cust_1","tags":["gold"],"limit":5,"email":"a@b.de"}`)
	f.Add(`{"name":"n","first":{},"list":[{"more":{}}],"map":{"k":{}},"quoted":"7","when":"2026-01-31T09:30:00+01:00","text":1e5}`)
	f.Add(`{"name":"n","list":[{"qty":1,"Qty":2}]}`)
	f.Add(`{"name":"ab","secret":"s","kids":[{"name":"","secret":"s1","kids":[]}],"named":{"a":{"name":"","secret":"s","kids":[]}}}`)
	inputs := []*schema.Input{input[lookupIn](f), input[defaulted](f), input[node](f)}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, in := range inputs {
			got, err := in.Decode([]byte(raw), strictjson.Limits{})
			if err != nil {
				require.NotEmpty(t, err.Error())
				continue
			}
			again, err := in.Decode([]byte(raw), strictjson.Limits{})
			require.NoError(t, err)
			require.Equal(t, got, again, "policy and handler see one value")
			written, err := strictjson.Marshal(got)
			require.NoError(t, err)
			_, err = in.Decode(written, strictjson.Limits{Bytes: -1, Depth: -1})
			require.NoError(t, err, "%s became %s", raw, written)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	in := input[lookupIn](b)
	raw := []byte(`{"customer_id":"cust_42","with_orders":true,"limit":10,"email":"a@example.com","tags":["gold","lead"],"since":"2026-01-31T09:30:00Z"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := in.Decode(raw, strictjson.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
