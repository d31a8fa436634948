package policy_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestFunctionsAreBounded: whatever the arguments, no function holds a decision up. What is beyond the bounds refuses; what is just
// within them is answered, or refused where the answer were beyond.
func TestFunctionsAreBounded(t *testing.T) {
	const within = 5 * time.Second // finds what hangs; the times are logged, for a loaded machine would prove nothing
	hostile := func(text string, n int, element func(int) string) orderIn {
		args := orderIn{Text: text, ID: text[len(text)/2:], Extra: map[string]any{"any": []any{}}}
		for i := range n {
			args.Tags = append(args.Tags, element(i))
			args.Extra["any"] = append(args.Extra["any"].([]any), float64(i))
		}
		return args
	}
	beyond := hostile(strings.Repeat("a", 1<<20), 100_000, strconv.Itoa)
	long := hostile(strings.Repeat("a", 64<<10), 4096, func(i int) string { return strconv.Itoa(i + 100_000) })
	nearly := hostile(strings.Repeat("a", 64<<10-1)+"b", 4096, strconv.Itoa)
	for condition, refuses := range map[string]bool{ // true: already what is just within the bounds
		"text.lowerAscii() == ''": false, "text.upperAscii() == ''": false, "text.trim() == ''": false,
		"text.indexOf(id + 'b') == 3": false, "text.lastIndexOf('b' + id) == 3": false, "text.charAt(3) == ''": false,
		"text.substring(3) == ''": false, "text.substring(3, 5) == ''": false,
		"text.replace('a', 'b') == ''": false, "text.replace('', text) == ''": true, "text.replace('a', id) == ''": true,
		"text.split('') == []": true, "text.split('a') == []": true, "text.split('x') == []": false,
		"tags.join() == ''": false, "tags.join(text) == ''": true,
		"sets.contains(tags, tags)": false, "sets.equivalent(tags, tags)": false, "sets.intersects(tags, tags)": false, "tags.distinct() == []": false,
		"sets.contains(args.extra.any, args.extra.any)": false, "args.extra.any.distinct() == []": false,
		"text.glob('*" + strings.Repeat("a", 250) + "?x')": false, "glob(text, '*" + strings.Repeat("?", 250) + "x')": false,
		"cidr(text).containsIP('::1')": true, "cidr('10.0.0.0/8').containsIP(text)": true,
		"tags.all(x, text.lowerAscii() != x)": true, "tags.all(x, sets.contains(tags, [x]))": true, // many calls run into the deadline
	} {
		for name, args := range map[string]orderIn{"beyond": beyond, "long": long, "nearly": nearly} {
			start := time.Now()
			_, err := call(t, condition, args)
			took := time.Since(start)
			t.Logf("%8s %-7s %.60s", took.Round(time.Microsecond), name, condition)
			require.Less(t, took, within, condition+" "+name)
			if name == "beyond" || refuses {
				require.Error(t, err, condition+" "+name)
			} else {
				require.NoError(t, err, condition+" "+name)
			}
		}
	}
}
