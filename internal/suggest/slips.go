package suggest

// slips counts the slips of the hand that turn a into b: a character too many, too few or wrong, or two neighbours swapped (the optimal
// string alignment distance: Levenshtein's, and swaps). It stops counting at enough and then returns that, so that many long names, which
// may come from outside, cost little more than their lengths.
func slips(a, b []rune, enough int) int {
	if len(a)-len(b) >= enough || len(b)-len(a) >= enough {
		return enough
	}
	// Three rows of the usual table: row[j] is the count for what was read of a and the first j characters of b.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	leastOfLast := 0
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			wrong := last[j]
			if a[i] != b[j] {
				wrong++
			}
			row[j+1] = min(wrong, row[j]+1, last[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
			least = min(least, row[j+1])
		}
		// A swap reaches back over a row, so it takes two rows to bound all that follow.
		if min(least, leastOfLast) >= enough {
			return enough
		}
		before, last, row, leastOfLast = last, row, before, least
	}
	return min(last[len(b)], enough)
}
