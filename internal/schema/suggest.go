package schema

import (
	"fmt"
	"strings"
)

// didYouMean returns `; did you mean "x"?` for the known word nearest to the one written, or "".
func didYouMean(written string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if strings.EqualFold(written, k) {
			best, least = k, 0
			continue
		}
		if d := editDistance(strings.ToLower(written), strings.ToLower(k)); d < least && d < len(k)/2+1 {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// editDistance is Levenshtein's, over bytes; long texts are cut, the words compared are short.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
