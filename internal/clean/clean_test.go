package clean_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/clean"
)

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain text, ünïcödé – “quoted” 漢字\n\ttab\r\n": "",
		"pay\u200b now":                      "pay now",
		"a\x00b\x07c\u0085d\x7f":             "abcd",
		"\x1b[31mred\x1b[0m \x1b[8;1Hhidden": "red hidden",
		"\u009b31mred":                       "red",
		"\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\": "textlink",
		"\x1b(Bascii\x1bMup\x1b":                 "asciiup",
		"\x1b]no end":                            "no end",
		"\x1b[99999":                             "99999",
		"\u202egnirts\u202c \u2066x\u2069\u200e": "gnirts x",
		"hi\U000E0069\U000E0067\U000E006E":       "hi",
		"\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F": "", // the flag of Scotland
		"\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074":           "\U0001F3F4",
		"\U0001F3F4" + strings.Repeat("\U000E0061", 50) + "\U000E007F":           "\U0001F3F4",
		"👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 ☺\ufe0e":                          "",
		"👋🏽\u200d♂\ufe0f":                               "",
		"می\u200cخواهم क्\u200dष":                       "",
		"a\u200db c\ufe0fd":                             "ab cd",
		"😀\ufe0f\ufe0f\ufe0f":                           "😀\ufe0f",
		"soft\u00adhyphen \ufeffbom \u2060joiner\u180e": "softhyphen bom joiner",
		"a\u3164b\u115fc":                               "abc",
		"\u200b\x1b\u200b[31mred":                       "[31mred", // what was put into the sequence keeps it from being one
	} {
		if want == "" {
			want = text
		}
		got, counts, err := clean.New(clean.Options{}).Text(text)
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", text)
		require.Equal(t, text != want, counts.Sum() > 0, "%q", text)
		_, _, err = clean.New(clean.Options{Mode: clean.Refuse}).Text(text)
		require.Equal(t, text != want, err != nil, "%q", text)
		got, _, err = clean.New(clean.Options{Mode: clean.Off}).Text(text)
		require.NoError(t, err)
		require.Equal(t, text, got)
	}
	got, counts, err := clean.New(clean.Options{Mode: clean.Mark}).Text("a\u202e\u202eb\x1b[31mc")
	require.NoError(t, err)
	require.Equal(t, "a[U+202E]b[U+001B]c", got)
	require.Equal(t, clean.Counts{clean.Bidi: 2, clean.Escape: 1}, counts)
	_, _, err = clean.New(clean.Options{Mode: clean.Refuse}).Text("secret\u202e")
	require.EqualError(t, err, "the text holds characters nobody sees: a direction character")
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"a":"plain – “text”","b":[1,2.50,"\n\\\"\/"],"c":{"d":null}}`: "",
		`{"a":"x\u200by" , "b":"x` + "\u200b" + `y"}`:                   `{"a":"xy" , "b":"xy"}`,
		`{"a":"\u001b[31mred\b\f"}`:                                     `{"a":"red"}`,
		`["\udb40\udc69hi"]`:                                            `["hi"]`,
		`{"na\u200bme":1,"\u00e4":"\u00e4\\u200b"}`:                     `{"name":1,"\u00e4":"\u00e4\\u200b"}`,
		`"\u200b"`:                      `""`,
		`{"n":12345678901234567890.10}`: "",
	} {
		if want == "" {
			want = doc
		}
		got, counts, err := clean.New(clean.Options{}).JSON(nil, []byte(doc))
		require.NoError(t, err)
		require.Equal(t, want, string(got))
		require.Equal(t, doc != want, counts.Sum() > 0)
	}
	_, _, err := clean.New(clean.Options{}).JSON(nil, []byte(`{"name":1,"na\u200bme":2}`))
	require.ErrorIs(t, err, clean.ErrRefused, "one of the two would hide the other")
	_, _, err = clean.New(clean.Options{Mode: clean.Refuse}).JSON(nil, []byte(`["a\u200b"]`))
	require.ErrorIs(t, err, clean.ErrRefused)
	_, _, err = clean.New(clean.Options{}).JSON(nil, []byte(`["a\u200b`))
	require.Error(t, err)
}

func TestPlainIsNotCopied(t *testing.T) { //nolint:paralleltest // it counts allocations
	doc := []byte(`{"name":"Ann – “x”","list":[1,2,3]}`)
	c := clean.New(clean.Options{})
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if got, _, err := c.JSON(nil, doc); err != nil || &got[0] != &doc[0] {
			t.Fatal("copied")
		}
	}))
}

// TestQuickLookMissesNothing: what the slow look finds, beside something that makes it look, the quick look finds alone.
func TestQuickLookMissesNothing(t *testing.T) {
	t.Parallel()
	c := clean.New(clean.Options{})
	for r := rune(1); r <= 0x10ffff; r++ {
		if r >= 0xd800 && r <= 0xdfff {
			continue
		}
		beside, _, err := c.Text("a" + string(r) + "b\x00")
		require.NoError(t, err)
		alone, _, err := c.Text("a" + string(r) + "b")
		require.NoError(t, err)
		if beside != alone {
			require.Failf(t, "missed", "%U", r)
		}
		inJSON, _, err := c.JSON(nil, []byte(`"a`+string(r)+`b"`))
		require.NoError(t, err)
		if r != '"' && r != '\\' && r >= 0x20 && string(inJSON) != `"`+alone+`"` {
			require.Failf(t, "missed in JSON", "%U", r)
		}
	}
}
