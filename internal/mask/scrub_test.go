package mask_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/mask"
)

// forms returns the ways in which programs write a value into a text.
func forms(value string) map[string]string {
	quoted, _ := json.Marshal(value)
	twice, _ := json.Marshal(string(quoted))
	inner := func(text []byte) string { return string(text[1 : len(text)-1]) }
	var escaped strings.Builder
	for _, r := range value {
		if r > 0xffff {
			escaped.WriteRune(r)
			continue
		}
		fmt.Fprintf(&escaped, `\u%04x`, r)
	}
	all := map[string]string{
		"raw": value, "json": inner(quoted), "json twice": inner(twice), "json, all escaped": escaped.String(),
		"%q": strconv.Quote(value), "%+q": strconv.QuoteToASCII(value),
		"query": url.QueryEscape(value), "path": url.PathEscape(value), "query twice": url.QueryEscape(url.QueryEscape(value)),
	}
	for name, alphabet := range map[string]*base64.Encoding{
		"std": base64.StdEncoding, "raw std": base64.RawStdEncoding, "url": base64.URLEncoding, "raw url": base64.RawURLEncoding,
	} {
		all["base64 "+name] = alphabet.EncodeToString([]byte(value))
		for before := range 4 {
			all[fmt.Sprintf("base64 %s after %d", name, before)] = alphabet.EncodeToString([]byte("\x00\x00\x00"[:before%3] + value + "\x00\x00\x00"[:before]))
		}
	}
	all["hex"] = hex.EncodeToString([]byte(value))
	all["HEX"] = strings.ToUpper(all["hex"])
	all["%x in a URL"] = "%3D" + all["hex"] + "%26"
	return all
}

func TestScrubFindsEveryForm(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"Xk7-secret-Qz9", "Ann O'Neil <ann@example.com>", `quote " back \ slash / tab	end`, "Zoë Ångström 李雷 😀", "line one\nline two", "50% + 3 = a&b?", "4111 1111 1111 1111", "pass"} {
		s := mask.NewScrubber([]string{"other value", value})
		for name, form := range forms(value) {
			got := s.Scrub("lookup failed: " + form + "; see manual")
			if strings.Contains(name, "after") {
				require.NotContains(t, got, strings.Trim(form, "=AB")[3:], "%s of %q", name, value)
				require.Contains(t, got, mask.Redacted, "%s of %q", name, value)
				continue
			}
			want := "lookup failed: [redacted]; see manual"
			if strings.HasPrefix(form, `"`) {
				want = `lookup failed: "[redacted]"; see manual`
			}
			if name == "json twice" {
				want = `lookup failed: \"[redacted]\"; see manual`
			}
			if strings.HasPrefix(name, "%x") {
				want = "lookup failed: %3D[redacted]%26; see manual"
			}
			require.Equal(t, want, got, "%s of %q: %s", name, value, form)
		}
	}
}

func TestScrubIgnoresCase(t *testing.T) {
	t.Parallel()
	s := mask.NewScrubber([]string{"Ann Straße"})
	require.Equal(t, "user [redacted] and [redacted]", s.Scrub("user ANN STRAẞE and ann straße"))
	s = mask.NewScrubber([]string{"Kelvin"})
	require.Equal(t, "[redacted]", s.Scrub("\u212aelvin"))
}

func TestScrubShortValuesAsWords(t *testing.T) {
	t.Parallel()
	s := mask.NewScrubber([]string{"5", "no", "DE", "€9", "", "a-b"})
	require.Equal(t, "x=[redacted], 15 and 5th, [redacted]: nothing known in Denver, [redacted] [redacted] [redacted]", s.Scrub("x=5, 15 and 5th, No: nothing known in Denver, de €9 a-b"))
	require.Equal(t, "[redacted]", s.Scrub("5"))
}

func TestScrubLeavesNoPartOfOverlappingValues(t *testing.T) {
	t.Parallel()
	s := mask.NewScrubber([]string{"Jones", "Anna Jones", "Jones-Smith", "Anna"})
	require.Equal(t, "[redacted] called", s.Scrub("Anna Jones-Smith called"))
	require.Equal(t, "[redacted]", s.Scrub("AnnaJones"))
}

func TestScrubNumbersInOtherForms(t *testing.T) {
	t.Parallel()
	s := mask.NewScrubber([]string{"1.5e4", "98765.10"})
	require.Equal(t, "[redacted] and [redacted]", s.Scrub("15000 and 98765.1"))
	require.Equal(t, "115000", mask.NewScrubber([]string{"5e0"}).Scrub("115000"))
}

func TestScrubReadsGoEscapes(t *testing.T) {
	t.Parallel()
	s := mask.NewScrubber([]string{"bell\a\v\b\f\r\t'/end", "raw\xffbyte", "face 😀 end"})
	require.Equal(t, "x [redacted] [redacted] [redacted] [redacted] \\q \\x4 \\u00 \\U0001",
		s.Scrub(`x bell\a\v\b\f\r\t\'\/end raw\xffbyte face \U0001f600 end face \ud83d\ude00 end \q \x4 \u00 \U0001`))
}

func TestScrubWithoutValues(t *testing.T) {
	t.Parallel()
	require.Equal(t, "text", mask.NewScrubber(nil).Scrub("text"))
	require.Empty(t, mask.NewScrubber([]string{"value"}).Scrub(""))
}

func TestScrubCollectedValues(t *testing.T) {
	t.Parallel()
	values, err := plan(t, "user", "redact").Collect([]byte(`{"user":{"name":"Ann Jones","pin":4711}}`))
	require.NoError(t, err)
	require.Equal(t, `no row for {"name":"[redacted]","pin":[redacted]} at main.go:12`,
		mask.NewScrubber(values).Scrub(`no row for {"name":"Ann Jones","pin":4711} at main.go:12`))
}
