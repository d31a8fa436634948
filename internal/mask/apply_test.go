package mask_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// edit writes an edit the short way: "orders/card" with "remove" or a mask.
func edit(t testing.TB, path, how string) mask.Edit {
	t.Helper()
	e := mask.Edit{Path: strings.Split(path, "/")}
	if path == "" {
		e.Path = nil
	}
	if how == "remove" {
		e.Remove = true
		return e
	}
	var err error
	e.Mask, err = mask.ParseMask(how)
	require.NoError(t, err)
	return e
}

// plan compiles pairs of path and mask.
func plan(t testing.TB, pairs ...string) *mask.Plan {
	t.Helper()
	var edits []mask.Edit
	for i := 0; i < len(pairs); i += 2 {
		edits = append(edits, edit(t, pairs[i], pairs[i+1]))
	}
	p, err := mask.Compile(edits, []byte("a key for tests"))
	require.NoError(t, err)
	return p
}

func apply(t testing.TB, p *mask.Plan, doc string) string {
	t.Helper()
	out, err := p.Apply(nil, []byte(doc), nil)
	require.NoError(t, err, doc)
	require.True(t, json.Valid(out), "%s", out)
	return string(out)
}

func TestMaskOfEachType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ how, value, want string }{
		{"redact", `"secret"`, `"[redacted]"`},
		{"redact", `""`, `"[redacted]"`},
		{"redact", `-1.5e3`, `null`},
		{"redact", `true`, `null`},
		{"redact", `{"a":1}`, `null`},
		{"redact", `["a"]`, `null`},
		{"redact", `null`, `null`},
		{"null", `"secret"`, `null`},
		{"null", `12`, `null`},
		{"email", `"alice@example.com"`, `"a***@example.com"`},
		{"email", `"a@example.com"`, `"***@example.com"`},
		{"email", `"\u00e9lodie@ex\u00e4mple.com"`, `"é***@exämple.com"`},
		{"email", `"李雷@例子.中国"`, `"李***@例子.中国"`},
		{"email", `"alice"`, `"[redacted]"`},
		{"email", `"alice@localhost"`, `"[redacted]"`},
		{"email", `"pin@1234.5678"`, `"[redacted]"`},
		{"email", `"alice@example..com"`, `"[redacted]"`},
		{"email", `"alice@.example.com"`, `"[redacted]"`},
		{"email", `"alice@example.com."`, `"[redacted]"`},
		{"email", `"@example.com"`, `"[redacted]"`},
		{"email", `"a@b.com, c@d.com"`, `"[redacted]"`},
		{"email", `"Alice Jones <alice@example.com>"`, `"[redacted]"`},
		{"email", `"\"alice jones\"@example.com"`, `"[redacted]"`},
		{"email", `"alice@[192.168.0.1]"`, `"[redacted]"`},
		{"email", `""`, `"[redacted]"`},
		{"email", `5`, `null`},
		{"last4", `"4111111111111111"`, `"****1111"`},
		{"last4", `"12345678"`, `"****5678"`},
		{"last4", `"1234567"`, `"[redacted]"`},
		{"last4", `"äöüßäöüß"`, `"****äöüß"`},
		{"last4", `"aaaaaaa\"\\\n\u003c"`, `"****\"\\\n\u003c"`},
		{"last4", `true`, `null`},
		{"last4", `["4111111111111111"]`, `null`},
		{"first=3", `"abcdefg"`, `"abc****"`},
		{"first=3", `"abcdef"`, `"[redacted]"`},
		{"first=1", `"\ud83d\ude00abcd"`, `"😀****"`},
		{"last=2", `"abcdef"`, `"****ef"`},
		{"last=2", `"abcde"`, `"[redacted]"`},
		{"last=10", `"12345678901234567890"`, `"****1234567890"`},
		{"hash", `12`, `null`},
		{"hash", `null`, `null`},
		{"hash", `{"a":"b"}`, `null`},
		{"zero", `12`, `0`},
		{"zero", `-0.5`, `0`},
		{"zero", `true`, `false`},
		{"zero", `"x"`, `""`},
		{"zero", `[1]`, `null`},
		{"zero", `{}`, `null`},
		{"zero", `null`, `null`},
		{"year", `"1984-02-29"`, `"1984"`},
		{"year", `"2024-05-06T07:08:09Z"`, `"2024"`},
		{"year", `"2024-05-06 07:08:09+02:00"`, `"2024"`},
		{"year", `"2024-13-06"`, `"[redacted]"`},
		{"year", `"2023-02-29"`, `"[redacted]"`},
		{"year", `"2024"`, `"[redacted]"`},
		{"year", `"2024-05-061"`, `"[redacted]"`},
		{"year", `"born 2024-05-06"`, `"[redacted]"`},
		{"year", `1984`, `null`},
		{"remove", `1`, ``},
	} {
		got := apply(t, plan(t, "v", c.how), `{"v":`+c.value+`}`)
		want := `{"v":` + c.want + `}`
		if c.want == "" {
			want = `{}`
		}
		require.Equal(t, want, got, "%s of %s", c.how, c.value)
	}
}

func TestHashIsStablePerKey(t *testing.T) {
	t.Parallel()
	edits := []mask.Edit{{Path: []string{"*"}, Mask: mask.Mask{Kind: mask.Hash}}}
	hashes := func(key string) map[string]string {
		p, err := mask.Compile(edits, []byte(key))
		require.NoError(t, err)
		var got map[string]string
		require.NoError(t, json.Unmarshal([]byte(apply(t, p, `{"a":"é","b":"\u00e9","c":"e","d":""}`)), &got))
		return got
	}
	one, other := hashes("one"), hashes("other")
	require.Regexp(t, `^hmac:[0-9a-f]{32}$`, one["a"])
	require.Equal(t, one["a"], one["b"], "equal texts, however escaped, are equal")
	require.NotEqual(t, one["a"], one["c"])
	require.NotEqual(t, one["a"], other["a"])
	require.Equal(t, one, hashes("one"))
}

func TestEditsThatMeet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pairs     []string
		doc, want string
	}{
		"same mask twice":             {[]string{"a", "last4", "a", "last=4"}, `{"a":"12345678"}`, `{"a":"****5678"}`},
		"two masks redact":            {[]string{"a", "email", "a", "year"}, `{"a":"ab@example.com"}`, `{"a":"[redacted]"}`},
		"two masks, third the first":  {[]string{"a", "email", "a", "year", "a", "email"}, `{"a":"ab@example.com"}`, `{"a":"[redacted]"}`},
		"removal beats masks":         {[]string{"a", "email", "a", "remove", "a", "null"}, `{"a":1,"b":2}`, `{"b":2}`},
		"above beats below":           {[]string{"a/b", "remove", "a", "null"}, `{"a":{"b":1}}`, `{"a":null}`},
		"removal above":               {[]string{"a/b", "zero", "a", "remove"}, `{"a":{"b":1}}`, `{}`},
		"star and name":               {[]string{"*", "zero", "a", "zero"}, `{"a":1,"b":2}`, `{"a":0,"b":0}`},
		"star and name differ":        {[]string{"*", "last4", "a", "email"}, `{"a":"ab@example.com","b":"12345678"}`, `{"a":"[redacted]","b":"****5678"}`},
		"star above name":             {[]string{"*/x", "zero", "a/y", "zero"}, `{"a":{"x":1,"y":2},"b":{"x":1,"y":2}}`, `{"a":{"x":0,"y":0},"b":{"x":0,"y":2}}`},
		"names that fold to the same": {[]string{"mail", "email", "MAIL", "email"}, `{"Mail":"ab@example.com"}`, `{"Mail":"a***@example.com"}`},
		"whole document":              {[]string{"", "redact"}, `{"a":1}`, `null`},
		"whole document removed":      {[]string{"", "remove"}, `"text"`, `null`},
		"empty plan":                  {nil, ` {"a" : [1.0, "\u0041"]} `, ` {"a" : [1.0, "\u0041"]} `},
		"a name with dots":            {[]string{"a.b", "zero"}, `{"a.b":1,"a":{"b":2}}`, `{"a.b":0,"a":{"b":2}}`},
		"an empty name":               {[]string{"a/", "zero"}, `{"a":{"":1,"b":2}}`, `{"a":{"":0,"b":2}}`},
		"a member named star":         {[]string{"*", "zero"}, `{"*":1}`, `{"*":0}`},
	} {
		require.Equal(t, c.want, apply(t, plan(t, c.pairs...), c.doc), name)
	}
}

func TestRemovalKeepsCommas(t *testing.T) {
	t.Parallel()
	p := plan(t, "x", "remove", "y", "remove")
	for doc, want := range map[string]string{
		`{"x":1}`:                               `{}`,
		`{"x":1,"y":2}`:                         `{}`,
		`{"x":1,"a":2}`:                         `{"a":2}`,
		`{"a":2,"x":1}`:                         `{"a":2}`,
		`{"x":1,"a":2,"y":3}`:                   `{"a":2}`,
		`{"x":1,"y":2,"a":3}`:                   `{"a":3}`,
		`{"a":3,"x":1,"y":2}`:                   `{"a":3}`,
		`{"a":3,"x":1,"b":4,"y":2,"c":5}`:       `{"a":3,"b":4,"c":5}`,
		`{ "x" : 1 , "a" : 2 , "y" : 3 }`:       `{  "a" : 2  }`,
		`[{"x":{"x":[1,{}]}},{"x":"}","a":{}}]`: `[{},{"a":{}}]`,
		`[[],[[{"x":1}]],{"y":1,"a":[]}]`:       `[[],[[{}]],{"a":[]}]`,
	} {
		require.JSONEq(t, want, apply(t, p, doc), doc)
	}
}

func TestNeighboursAreCopiedVerbatim(t *testing.T) {
	t.Parallel()
	const before, after = `{"big":12345678901234567890123,"f":1.10e+05,"z":-0,"esc":"\u0041\/\ud800","s":"`, `","nested": {"b" : 1,"a":2} , "last":[ 1,2 ]}` + "\n"
	require.Equal(t, before+"[redacted]"+after, apply(t, plan(t, "s", "redact"), before+"secret"+after))
}

func TestApplyAppends(t *testing.T) {
	t.Parallel()
	p := plan(t, "a", "zero")
	out, err := p.Apply([]byte("before:"), []byte(`{"a":5}`), nil)
	require.NoError(t, err)
	require.Equal(t, `before:{"a":0}`, string(out))
	out, err = p.Apply([]byte("before:"), []byte(`{"a":5`), nil)
	require.Error(t, err)
	require.Equal(t, `before:`, string(out))
}

func TestTouched(t *testing.T) {
	t.Parallel()
	p := plan(t, "rows/email", "email", "rows/email", "redact", "rows/card", "remove", "none", "redact", "who/name/last", "redact", "rows", "zero")
	p2 := plan(t, "rows/email", "email", "rows/email", "redact", "rows/card", "remove", "none", "redact", "who/name/last", "redact")
	var touched mask.Touched
	require.False(t, touched.Any())
	doc := []byte(`{"rows":[{"email":"a","card":1},{"email":null},{"card":2}],"who":[{"name":"drifted"},{"name":{"last":"x"}},{"name":null}]}`)
	for range 2 {
		_, err := p2.Apply(nil, doc, &touched)
		require.NoError(t, err)
	}
	require.Equal(t, map[int]int{0: 4, 1: 4, 2: 4, 4: 4}, maps.Collect(touched.All()))
	require.Equal(t, 4, touched.Count(0))
	require.Zero(t, touched.Count(3))
	require.Zero(t, touched.Count(99))
	touched.Reset()
	require.False(t, touched.Any())

	_, err := p.Apply(nil, doc, &touched)
	require.NoError(t, err)
	require.Equal(t, 1, touched.Count(5), "the edit above is what was applied")
	require.Zero(t, touched.Count(0))
}
