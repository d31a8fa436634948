package suggest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		written string
		known   []string
		want    string // "" for none
	}{
		{"emial", []string{"id", "email"}, "email"},       // two neighbours swapped are one slip
		{"emil", []string{"email"}, "email"},              // too few
		{"emaill", []string{"email"}, "email"},            // too many
		{"enail", []string{"email"}, "email"},             // wrong
		{"EMAIL", []string{"email"}, "email"},             // case counts nothing
		{"Straße", []string{"straße"}, "straße"},          // characters, not bytes
		{"größe", []string{"grösse", "größen"}, "größen"}, // likewise
		{"policys", []string{"policies"}, "policies"},     // a second slip from four characters on
		{"abc", []string{"xyc"}, ""},                      // but not before
		{"departmentid", []string{"customer_id"}, ""},     // too far is nothing, not the least bad
		{"a", []string{"b"}, ""},                          // all of the word would be slips
		{"on", []string{"one", "no"}, "one"},              // the first of equally near ones
		{"mask", []string{"mask"}, ""},                    // known as it stands: no correction
		{"mask", []string{"mask", "masks"}, "masks"},      // the next may be meant
		{"", []string{"a", "email"}, ""},                  // nothing written, nothing meant
		{"x", []string{""}, ""},                           // likewise the other way
		{"email", nil, ""},                                // nothing known
		{"ca", []string{"abc"}, ""},                       // optimal string alignment: no edit inside a swapped pair
		{"get_custmoer", []string{"get_customer"}, "get_customer"},
	} {
		got, ok := suggest.Nearest(c.written, c.known)
		require.Equal(t, c.want, got, c.written)
		require.Equal(t, c.want != "", ok, c.written)
	}
}

// TestNearestIsNearest compares with the textbook: no known word has fewer slips than the one that is suggested.
func TestNearestIsNearest(t *testing.T) {
	t.Parallel()
	var words []string
	for _, letters := range []string{"ab", "abc", "abcd"} {
		for _, a := range letters {
			for _, b := range letters {
				for _, c := range letters {
					words = append(words, strings.Repeat("z", 6)+string([]rune{a, b, c}))
				}
			}
		}
	}
	for _, written := range words {
		best, ok := suggest.Nearest(written, words)
		require.True(t, ok)
		for _, other := range words {
			if other != written {
				require.LessOrEqual(t, textbook(written, best), textbook(written, other), "%s: %s or %s", written, best, other)
			}
		}
	}
}

// textbook is the recursive definition of the optimal string alignment distance.
func textbook(a, b string) int {
	switch {
	case a == "" || b == "":
		return len(a) + len(b)
	case a[0] == b[0]:
		return textbook(a[1:], b[1:])
	}
	least := 1 + min(textbook(a[1:], b), textbook(a, b[1:]), textbook(a[1:], b[1:]))
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		least = min(least, 1+textbook(a[2:], b[2:]))
	}
	return least
}

func ExampleDidYouMean() {
	fields := []string{"id", "email"}
	fmt.Printf("unknown field %q%s\n", "emial", suggest.DidYouMean("emial", fields))
	fmt.Printf("unknown field %q%s\n", "salary", suggest.DidYouMean("salary", fields))
	// Output:
	// unknown field "emial" (did you mean "email"?)
	// unknown field "salary"
}
