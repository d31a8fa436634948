package clean_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/clean"
)

// FuzzText: what was cleaned once is clean, and only invisible things are gone.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"a\u200bb", "\x1b[31m", "\x1b]0;\x07", "\U0001F3F4\U000E0067\U000E007F", "👨\u200d👩", "4111 1111 1111 1111", "\xff\x1b\xff"} {
		f.Add(seed, byte(0))
	}
	f.Fuzz(func(t *testing.T, text string, mode byte) {
		options := clean.Options{Mode: clean.Mode(mode % 2), Patterns: mode&2 != 0}
		c := clean.New(options)
		once, counts, err := c.Text(text)
		if err != nil {
			return
		}
		if counts.Sum() == 0 {
			require.Equal(t, text, once)
		}
		twice, again, err := c.Text(once)
		require.NoError(t, err)
		if !options.Patterns {
			require.Equal(t, once, twice)
			require.Zero(t, again.Sum())
		}
		require.True(t, !utf8.ValidString(text) || utf8.ValidString(once))
	})
}

// FuzzJSON: valid JSON stays valid, and every text in it is the cleaned text.
func FuzzJSON(f *testing.F) {
	f.Add(`{"a\u200b":["\u001b[31mx",1.50,null]}`)
	f.Add("[\"\u202e\",{\"b\":\"\\u00e4\"}]")
	f.Fuzz(func(t *testing.T, doc string) {
		if !json.Valid([]byte(doc)) || !utf8.ValidString(doc) {
			return
		}
		c := clean.New(clean.Options{})
		got, counts, err := c.JSON(nil, []byte(doc))
		if err != nil {
			return
		}
		require.True(t, json.Valid(got), "%q", got)
		if counts.Sum() == 0 {
			require.Equal(t, doc, string(got))
		}
		var before, after any
		if json.Unmarshal([]byte(doc), &before) != nil {
			return // a number no float64 holds
		}
		require.NoError(t, json.Unmarshal(got, &after))
		if !strings.Contains(doc, ":") { // names that become equal are another matter
			require.True(t, reflect.DeepEqual(cleaned(t, c, before), after), "%q", doc)
		}
	})
}

func cleaned(t *testing.T, c *clean.Cleaner, v any) any {
	t.Helper()
	switch v := v.(type) {
	case string:
		text, _, err := c.Text(v)
		require.NoError(t, err)
		return text
	case []any:
		for i := range v {
			v[i] = cleaned(t, c, v[i])
		}
	}
	return v
}
