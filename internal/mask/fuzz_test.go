package mask_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// FuzzMask builds edits and a document of the input and compares with the
// reference: hidden texts survive in no form, everything else is unchanged.
func FuzzMask(f *testing.F) {
	f.Add([]byte("edits and a document"))
	f.Add(bytes.Repeat([]byte{1, 2, 3, 0, 250, 17, 6}, 60))
	f.Add(bytes.Repeat([]byte{2, 7, 1, 1, 6}, 100))
	f.Fuzz(func(t *testing.T, data []byte) { requireAsReference(t, data) })
}

// FuzzApply gives arbitrary bytes to a fixed plan.
func FuzzApply(f *testing.F) {
	for _, seed := range []string{
		`{"user":{"email":"ab@example.com","card":"4111111111111111"},"rows":[{"pin":1,"x":2},{"pin":2,"x":3}],"map":{"k":{"v":1}}}`,
		`[{"user":"drifted"},[{"rows":[[{"pin":"\ud83d\ude00\u0041"}]]}]]`, `{"rows":[{"a":1,"b":2},{"a":1,"c":3,"a":4}]}`,
		"{\"user\":{\"card\":1}}\n{\"user\":{\"card\":2}}", `"{\"user\":1}"`, `{"user":{"card":1 , "a":2 } , "map" : {}}`, "{\"\xff\":1}", `[[[[`, `{"a":-0.1e+5}`,
	} {
		f.Add([]byte(seed))
	}
	var edits []mask.Edit
	for path, how := range map[string]string{
		"user/email": "email", "user/card": "remove", "rows/pin": "last4", "map/*/v": "zero", "map/*": "hash", "*/date": "year", "rows/x": "remove",
	} {
		edits = append(edits, edit(f, path, how))
	}
	key := []byte("key")
	p, err := mask.Compile(edits, key)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, doc []byte) {
		text, ok := p.ApplyText(nil, string(doc), nil)
		values, collectErr := p.Collect(doc)
		out, err := p.Apply(nil, doc, nil)
		require.Equal(t, err == nil, collectErr == nil)
		if err != nil {
			require.Empty(t, out)
			require.Empty(t, values)
			var fault *mask.InputError
			require.ErrorAs(t, err, &fault)
			require.LessOrEqual(t, fault.Offset, len(doc))
			if json.Valid(doc) && utf8.Valid(doc) {
				require.Regexp(t, "given twice|surrogate|too deep", fault.Reason)
			}
			return
		}
		require.True(t, json.Valid(doc), "accepted %q", doc)
		require.True(t, json.Valid(out), "made %q", out)
		if first := bytes.TrimLeft(doc, " \t\r\n")[0]; first == '{' || first == '[' {
			require.True(t, ok)
			require.Equal(t, string(out), string(text))
		}
		if isASCII(doc) && !bytes.Contains(doc, []byte(`\u`)) {
			require.Equal(t, reference(t, edits, key, doc), decodeExact(t, out), "%s", out)
		}
	})
}

func isASCII(doc []byte) bool {
	return bytes.IndexFunc(doc, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// FuzzScrub writes a value into a text in every form and looks for all of them.
func FuzzScrub(f *testing.F) {
	f.Add("Ann O'Neil", "lookup of ", " failed")
	f.Add("p\"\\w\nä 😀+%41", "\\", "%2")
	f.Add("aaaa", "aaa", "aaaaa")
	f.Fuzz(func(t *testing.T, value, before, after string) {
		folded := strings.ToLower(value)
		if utf8.RuneCountInString(value) < 4 || len(value) > 200 || !utf8.ValidString(value) ||
			strings.ContainsAny(value, "[]\ufffd") || strings.Contains("redacted", folded) {
			t.Skip("found as a word only, not writable in every form, or like the replacement")
		}
		s := mask.NewScrubber([]string{value})
		for name, form := range forms(value) {
			if strings.Contains(name, "after") {
				continue // holds more than the value
			}
			got := s.Scrub(before + " " + form + " " + after)
			require.NotContains(t, got, form, name)
			require.NotContains(t, strings.ToLower(got), folded, name)
			require.Contains(t, got, mask.Redacted, name)
		}
	})
}
