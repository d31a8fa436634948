package canon_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/canon"
)

func ExampleJSON() {
	out, err := canon.JSON([]byte(`{ "b": 1.50, "a": "\u00e9", "id": 9007199254740993 }`))
	fmt.Println(string(out), err)
	_, err = canon.JSON([]byte(`{"a":1,"a":2}`))
	fmt.Println(err)
	// Output:
	// {"a":"é","b":1.5,"id":9007199254740993} <nil>
	// canon: byte 7: member name used twice in one object; keep one
}

func TestJSON(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", canon.MaxDepth) + strings.Repeat("]", canon.MaxDepth)
	for _, c := range []struct{ name, in, out string }{
		{"RFC 8785 3.2.2", `{
			"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
			"literals": [null, true, false]
		}`, `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{
			"RFC 8785 3.2.3", `{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
			"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			`{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`,
		},
		{"nested", ` { "b" : { "y" : [ ] , "x" : { } } , "a" : [ 1 , { "d" : 0 , "c" : 0 } ] } `, `{"a":[1,{"c":0,"d":0}],"b":{"x":{},"y":[]}}`},
		{"big integers keep their digits", `[9007199254740993,-123456789012345678901234567890,1000000000000000000000]`, `[9007199254740993,-123456789012345678901234567890,1000000000000000000000]`},
		{"minus zero", `[-0,-0.0,-0e5,0]`, `[0,0,0,0]`},
		{"too small is zero", `1e-400`, `0`},
		{"escaped names sort by character", `{"b":1,"\u000a":2,"\"":3,"!":4}`, `{"\n":2,"!":4,"\"":3,"b":1}`},
		{"prefix first, empty name", `{"ab":1,"a":2,"":3}`, `{"":3,"a":2,"ab":1}`},
		{"line separators stay", `"\u2028\u2029\u007f<>&"`, "\"\u2028\u2029\u007f<>&\""},
		{"short escapes", `"\u0008\u0009\u000a\u000c\u000d\u0000\u001F"`, `"\b\t\n\f\r\u0000\u001f"`},
		{"deepest", deep, deep},
		{"scalar", ` true `, `true`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, err := canon.JSON([]byte(c.in))
			require.NoError(t, err)
			require.Equal(t, c.out, string(out))
			again, err := canon.Append([]byte("x"), out)
			require.NoError(t, err)
			require.Equal(t, "x"+c.out, string(again), "idempotent, and appended")
		})
	}
}

func TestJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{``, `byte 0: a value is missing`},
		{`{"a":1,"\u0061":2}`, `byte 7: member name used twice`},
		{`{"b":1,"a":{"x":1,"x":2}}`, `byte 18: member name used twice`},
		{`"\ud800"`, `byte 1: half of a surrogate pair`},
		{`"\udc00\ud800"`, `byte 1: half of a surrogate pair`},
		{`"\ud800\u0041"`, `byte 1: half of a surrogate pair`},
		{"\"\xff\"", `byte 1: string is not UTF-8`},
		{"\"a\nb\"", `byte 2: control character`},
		{`"\x"`, `byte 1: no such escape`},
		{`"\u12g4"`, `byte 1: \u needs four`},
		{`"abc`, `byte 4: string without an end`},
		{`"abc\`, `byte 4: string without an end`},
		{`1e400`, `byte 0: number beyond the range`},
		{`[01]`, `byte 2: expected a comma or the end of the array`},
		{`[1.]`, `byte 1: not a JSON value`},
		{`[+1]`, `byte 1: not a JSON value`},
		{`[1,]`, `byte 3: not a JSON value`},
		{`{"a":1,}`, `byte 7: expected a member name`},
		{`{a:1}`, `byte 1: expected a member name`},
		{`{"a" 1}`, `byte 5: expected a colon`},
		{`{"a":}`, `byte 5: not a JSON value`},
		{`{"a":1`, `byte 6: expected a comma or the end of the object`},
		{`1 2`, `byte 2: data after the end`},
		{`nul`, `byte 0: not a JSON value`},
		{strings.Repeat("[", canon.MaxDepth+1), `byte 1000: nested deeper than 1000 levels`},
		{strings.Repeat("[", 1<<20), `nested deeper`},
	} {
		dst := []byte("kept")
		out, err := canon.Append(dst, []byte(c.in))
		require.ErrorContains(t, err, c.want, "%.40q", c.in)
		require.Equal(t, "kept", string(out))
	}
}

// Appendix B of RFC 8785: a double by its bits, and its text.
func TestNumbersOfAppendixB(t *testing.T) {
	t.Parallel()
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0", 0x8000000000000000: "0",
		0x0000000000000001: "5e-324", 0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308", 0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992", 0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22", 0x44b52d02c7e14af6: "1e+23", 0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000", 0x444b1ae4d6e2ef4f: "999999999999999900000", 0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7", 0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332", 0x41b3de4355555554: "333333333.33333325", 0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334", 0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333", 0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		in := strconv.FormatFloat(math.Float64frombits(bits), 'e', 25, 64)
		out, err := canon.JSON([]byte(in))
		require.NoError(t, err, in)
		require.Equal(t, want, string(out), in)
	}
}

func TestCanonicalInputDoesNotAllocate(t *testing.T) {
	raw := []byte(`{"account":9007199254740993,"amount":12.5,"name":"Müller","nested":{"a":[1,2,3],"b":null}}`)
	dst := make([]byte, 0, len(raw))
	require.Zero(t, testing.AllocsPerRun(100, func() { dst, _ = canon.Append(dst[:0], raw) }))
}

// FuzzJSON: the result is valid, canonical, idempotent and decodes to the same value; texts survive.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"b":1,"a":[true,null,"\ud83d\ude00"]}`, `{"\n":1,"\u0000":2}`, `[1e21,1E-7,-0.0,123456789012345678901]`, "\"\xf0\x9f\x98\x80\"",
		`{"\ufb33":0,"\ud83d\ude00":0}`, `{"a":1,"a":2}`, ` [ ] `, `"\\\"\/\u001f"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text := canon.AppendString(nil, string(raw))
		n, ok := canon.Span(text)
		require.True(t, ok)
		require.Len(t, text, n)
		require.Equal(t, string([]rune(string(raw))), canon.Text(text), "text survives, each byte that is not UTF-8 as U+FFFD")

		out, err := canon.JSON(raw)
		if err != nil {
			n, ok := canon.Span(raw)
			require.False(t, ok && n == len(raw))
			return
		}
		require.True(t, json.Valid(raw))
		n, ok = canon.Span(out)
		require.True(t, ok)
		require.Len(t, out, n)
		again, err := canon.JSON(out)
		require.NoError(t, err)
		require.Equal(t, string(out), string(again))
		before, after := decode(t, raw), decode(t, out)
		require.Equal(t, before, after)
	})
}

// decode reads raw with every number as a double, infinite if it is a larger integer.
func decode(t *testing.T, raw []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v))
	return doubles(v)
}

func doubles(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, _ := v.Float64()
		return f + 0 // minus zero becomes zero
	case []any:
		for i := range v {
			v[i] = doubles(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = doubles(v[k])
		}
	}
	return v
}

// FuzzOrder compares the ordering of member names with the definition in the RFC.
func FuzzOrder(f *testing.F) {
	f.Add("\U0001F600", "\uFB33")
	f.Add("a", "ab")
	f.Add("\n", "!")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, ""), strings.ToValidUTF8(b, "")
		raw := append(canon.AppendString([]byte("{"), a), ":1,"...)
		raw = append(append(canon.AppendString(raw, b), ":2"...), '}')
		out, err := canon.JSON(raw)
		want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
		if want == 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want < 0, string(out) == string(raw), "untouched only if in order")
	})
}

func BenchmarkAppend(b *testing.B) {
	canonical := []byte(`{"account":9007199254740993,"amount":12.5,"customer_id":"cust_42","name":"Müller","nested":{"a":[1,2,3],"b":null},"note":"a longer text that holds no escapes at all"}`)
	shuffled := []byte(`{"note": "a longer text that holds no escapes at all", "nested": {"b": null, "a": [1, 2, 3]}, "name": "M\u00fcller", "customer_id": "cust_42", "amount": 12.50, "account": 9007199254740993}`)
	for name, raw := range map[string][]byte{"canonical": canonical, "shuffled": shuffled} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			dst := make([]byte, 0, 1024)
			for b.Loop() {
				dst, _ = canon.Append(dst[:0], raw)
			}
		})
	}
}
