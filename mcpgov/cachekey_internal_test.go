package mcpgov

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestExactly: two values have one form only if they are one; what hides its insides has none.
func TestExactly(t *testing.T) {
	t.Parallel()
	type pair struct{ A, B string }
	type renamed string
	number := 1
	all := []any{
		nil, true, false, 1, int8(1), uint(1), 1.0, float32(1), math.Copysign(0, -1), 0.0, "1", renamed("1"), json.Number("1"), json.Number("1.0"),
		[]any{},
		[]any(nil),
		[]any{nil},
		[]string{},
		[]string{""},
		[]string{"", ""},
		[]string{"a", "b"},
		[]string{"ab"},
		[2]string{"a", "b"},
		[]byte("ab"),
		map[string]any{},
		map[string]any(nil),
		map[string]any{"a": nil},
		map[string]any{"a": map[string]any{}},
		map[string]string{"a": "b"},
		map[string]string{"a": "b", "c": "d"},
		map[string]string{"a": "d", "c": "b"},
		map[string]string{"as": "b"},
		pair{"a", "b"},
		pair{"ab", ""},
		pair{"", "ab"},
		&number, (*int)(nil), time.Unix(1, 0).UTC(), time.Unix(1, 1).UTC(), time.Unix(1, 0).In(time.FixedZone("", 0)),
		[][]int{{1}, {}},
		[][]int{{}, {1}},
		map[int]bool{1: true},
	}
	forms := map[string]any{}
	for _, v := range all {
		form, ok := exactly(nil, reflect.ValueOf(&v), 0)
		require.True(t, ok, "%#v", v)
		twin, taken := forms[string(form)]
		require.False(t, taken, "%#v and %#v", v, twin)
		forms[string(form)] = v
	}
	loop := map[string]any{}
	loop["self"] = loop
	for _, v := range []any{struct{ hidden int }{1}, func() {}, make(chan int), []any{struct{ hidden int }{1}}, map[string]any{"a": func() {}}, loop, complex(1, 1)} {
		_, ok := exactly(nil, reflect.ValueOf(v), 0)
		require.False(t, ok, "%T", v)
	}
}

// FuzzExactly: whatever JSON holds, its form is that of nothing else.
func FuzzExactly(f *testing.F) {
	f.Add(`{"a":1}`, `{"a":1.0}`)
	f.Add(`[["a"],[]]`, `[[],["a"]]`)
	f.Add(`{"as":"b"}`, `{"a":"sb"}`)
	f.Add(`null`, `[null]`)
	read := func(text string) (v any, ok bool) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		return v, decoder.Decode(&v) == nil
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		a, ok := read(one)
		b, too := read(two)
		if !ok || !too {
			return
		}
		first, ok := exactly(nil, reflect.ValueOf(&a), 0)
		second, too := exactly(nil, reflect.ValueOf(&b), 0)
		if ok && too && reflect.DeepEqual(a, b) != (string(first) == string(second)) {
			t.Errorf("%s and %s: %q, %q", one, two, first, second)
		}
	})
}
