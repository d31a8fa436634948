package sqltool

import "math/big"

// Decimal is a decimal number of any size, written as text so that no reader rounds it: "1234.50". A json.Number holds the same digits as a
// JSON number, which many readers take for a float64. Where the database has them it holds "NaN", "Infinity" and "-Infinity" as well.
type Decimal string

// Rat returns the number; false if it is none, such as "NaN".
func (d Decimal) Rat() (*big.Rat, bool) {
	if !isNumber(string(d)) {
		return nil, false
	}
	return new(big.Rat).SetString(string(d))
}

// isNumber reports whether a text is a number as JSON writes them.
func isNumber(s string) bool {
	i := 0
	digits := func() bool {
		begun := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		return i > begun
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return false
	}
	if i < len(s) && s[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}
