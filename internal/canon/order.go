package canon

// compareNames orders two UTF-8 texts by their UTF-16 code units (RFC 8785 section 3.2.3) without converting them.
//
// UTF-8 sorts by code point, and so does UTF-16 but for one case: characters beyond U+FFFF are written as surrogates (D800 to DFFF),
// which sort before U+E000 to U+FFFF. The first byte of a character tells the two apart: F0 and above against EE and EF.
func compareNames[T string | []byte](a, b T) int {
	n := min(len(a), len(b))
	for i := range n {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
			x, y = y, x
		}
		if x < y {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}
