package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuoted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                   "–",
		"ann":                "`ann`",
		"a b":                "`a b`",
		" ":                  "`\\u0020`",
		"a|b`c":              "`a\\u007cb\\u0060c`",
		`a\u007cb`:           "`a\\u005cu007cb`",
		"a\r\nb":             "`a\\u000d\\u000ab`",
		"\u202e\u200b\u00a0": "`\\u202e\\u200b\\u00a0`",
		"\U000e0041":         "`\\U000e0041`",
		"\xff":               "`\\ufffd`",
		"<b>[x](y)":          "`<b>[x](y)`",
		"Zoë 🙂":              "`Zoë 🙂`",
	} {
		require.Equal(t, want, quoted(text), "%q", text)
	}
}

func TestProse(t *testing.T) {
	t.Parallel()
	for _, plain := range []string{"Clinic, third quarter (draft)", "Audit report, profile owasp-mcp", "Who saw what? Ann: doctor!", "Zoë"} {
		require.Equal(t, plain, prose(plain))
	}
	for _, text := range []string{"", "a.b", "www.evil.example", "http://evil", "a|b", "- a", "# a", "a  b", "a\nb", "*a*", "ann@b"} {
		require.Equal(t, quoted(text), prose(text), "%q", text)
	}
}

// What was cut once stays as it is, and two long texts stay two.
func TestClip(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a\uFFFDb", clip("a\xffb"))
	short := strings.Repeat("é", maxText/2)
	require.Equal(t, short, clip(short))
	for _, long := range []string{strings.Repeat("x", maxText+1), strings.Repeat("é", maxText), strings.Repeat("\xff", maxText), strings.Repeat("€", maxText)} {
		once := clip(long)
		require.LessOrEqual(t, len(once), maxText)
		require.Equal(t, once, clip(once))
		require.NotEqual(t, once, clip(long+"x"))
		require.NotContains(t, once[:3], "cut")
	}
}
