package clean_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/clean"
)

func TestPatterns(t *testing.T) {
	t.Parallel()
	c := clean.New(clean.Options{Patterns: true})
	for text, want := range map[string]string{
		"card 4111 1111 1111 1111 exp 2027":                                          "card [redacted] exp 2027",
		"4111111111111111 2027":                                                      "[redacted] 2027",
		"2027 4111 1111 1111 1111":                                                   "2027 [redacted]",
		"5500-0000-0000-0004,340000000000009":                                        "[redacted],[redacted]",
		"4111 1111 1111 1112":                                                        "",
		"order 41111111111111110000000":                                              "",
		"key AKIAIOSFODNN7EXAMPLE.":                                                  "key [redacted].",
		"ghp_" + strings.Repeat("a1B2", 9):                                           "[redacted]",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmno":                   "[redacted]",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest": "[redacted]\nrest",
		"ssn 078-05-1120":                                                            "ssn [redacted]",
		"ssn 000-05-1120 666-05-1120":                                                "",
		"ahv 756.9217.0769.85":                                                       "ahv [redacted]",
		"ahv 756.9217.0769.86":                                                       "",
		"CH93 0076 2011 6238 5295 7, GB82WEST12345698765432":                         "[redacted], [redacted]",
		"CH94 0076 2011 6238 5295 7":                                                 "",
		"nino AB 12 34 56 C":                                                         "nino [redacted]",
	} {
		if want == "" {
			want = text
		}
		got, counts, err := c.Text(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, strings.Count(want, "[redacted]"), counts[clean.Pattern])
	}
	got, counts, err := c.JSON(nil, []byte(`{"note":"pay with 4111\u00201111 1111 1111","n":4111111111111111}`))
	require.NoError(t, err)
	require.Equal(t, `{"note":"pay with [redacted]","n":4111111111111111}`, string(got), "numbers stay: a field of numbers has a tag")
	require.Equal(t, 1, counts.Sum())
}

// TestPatternRates prints how many values are found in sentences, and how many numbers of other kinds are taken for one.
func TestPatternRates(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	number := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + random.IntN(10)))
		}
		return b.String()
	}
	luhn := func(body string) string {
		for d := range 10 {
			sum := 0
			for i, r := range body + fmt.Sprint(d) {
				v := int(r - '0')
				if (len(body)-i)%2 == 1 {
					if v *= 2; v > 9 {
						v -= 9
					}
				}
				sum += v
			}
			if sum%10 == 0 {
				return body + fmt.Sprint(d)
			}
		}
		return ""
	}
	spaced := func(s string) string { return s[:4] + " " + s[4:8] + " " + s[8:12] + " " + s[12:] }
	values := []func() string{
		func() string { return luhn("4" + number(14)) },
		func() string { return spaced(luhn("5" + fmt.Sprint(1+random.IntN(5)) + number(13))) },
		func() string { return luhn("37" + number(12)) },
		func() string { return strings.ReplaceAll(spaced(luhn("6011"+number(11))), " ", "-") },
		func() string {
			return fmt.Sprintf("%03d-%02d-%04d", 1+random.IntN(600), 1+random.IntN(99), 1+random.IntN(9999))
		},
		func() string { return "AKIA" + strings.ToUpper(letters(random, 16)) },
		func() string { return "ghp_" + letters(random, 36) },
		func() string { return "xoxb-" + number(12) + "-" + letters(random, 24) },
		func() string { return "sk_live_" + letters(random, 24) },
	}
	others := []func() string{
		func() string { return "+41 79 " + number(3) + " " + number(2) + " " + number(2) },
		func() string { return "2026-11-21T05:28:14." + number(9) + "Z" },
		func() string { return "order-" + number(12) },
		func() string { return "invoice " + number(10) },
		func() string {
			return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", random.Uint32(), random.IntN(1<<16), random.IntN(1<<12), random.IntN(1<<12), random.Uint64()>>16)
		},
		func() string { return fmt.Sprintf("%x", random.Uint64()) + letters(random, 20) },
		func() string { return "1" + number(12) }, // milliseconds
		func() string { return number(8) + "." + number(6) },
		func() string { return "978-" + number(1) + "-" + number(5) + "-" + number(3) + "-" + number(1) },
		func() string { return "tracking " + number(22) },
	}
	c := clean.New(clean.Options{Patterns: true})
	rate := func(kinds []func() string) float64 {
		hits, all := 0, 0
		for range 500 {
			for _, kind := range kinds {
				_, counts, err := c.Text("Please look at " + kind() + ", thank you.")
				require.NoError(t, err)
				all++
				hits += min(counts[clean.Pattern], 1)
			}
		}
		return float64(hits) / float64(all)
	}
	recall, falsely := rate(values), rate(others)
	t.Logf("recall %.4f of %d kinds of values, false positives %.4f of %d kinds of other numbers", recall, len(values), falsely, len(others))
	require.Greater(t, recall, 0.99)
	require.Less(t, falsely, 0.005)
}

func letters(random *rand.Rand, n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(b)
}

func BenchmarkPlainJSON(b *testing.B) {
	doc := []byte(`[` + strings.Repeat(`{"name":"Ann Example","email":"ann@example.com","text":"line\nline"},`, 400) + `1]`)
	c := clean.New(clean.Options{})
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, counts, err := c.JSON(nil, doc); err != nil || counts.Sum() > 0 {
			b.Fatal(err)
		}
	}
}
