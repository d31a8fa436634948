package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// wordList joins words for an error text; of a long list only the beginning is shown.
func wordList[S ~string](words []S) string {
	const most = 20
	var b strings.Builder
	for i, w := range words {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(words)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	if b.Len() == 0 {
		return "(none)"
	}
	return b.String()
}

// sortedKeys returns the keys of m in an order that does not change from one run to the next, as error texts need.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
