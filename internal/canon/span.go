package canon

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Span returns the length of the canonical JSON value at the start of b, and whether there is one. It never allocates for input without
// escaped member names, and reads each byte once: it is the fast path of [Append] and the check behind reading canonical lines.
func Span(b []byte) (n int, ok bool) {
	n = span(b, 0, 0)
	if n < 0 {
		return 0, false
	}
	return n, true
}

// span returns the index after the canonical value that starts at i, or -1.
func span(b []byte, i, depth int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return spanText(b, i)
	case '{':
		return spanObject(b, i, depth)
	case '[':
		return spanArray(b, i, depth)
	case 't':
		return spanWord(b, i, "true")
	case 'f':
		return spanWord(b, i, "false")
	case 'n':
		return spanWord(b, i, "null")
	default:
		return spanNumber(b, i)
	}
}

func spanWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -1
	}
	return i + len(word)
}

func spanArray(b []byte, i, depth int) int {
	if depth == MaxDepth {
		return -1
	}
	i++
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = span(b, i, depth+1); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i++
		case ']':
			return i + 1
		default:
			return -1
		}
	}
}

// spanObject checks order and uniqueness of names by comparing each with the one before.
func spanObject(b []byte, i, depth int) int {
	if depth == MaxDepth {
		return -1
	}
	i++
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	var before []byte
	for first := true; ; first = false {
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		end := spanText(b, i)
		if end < 0 || end >= len(b) || b[end] != ':' {
			return -1
		}
		name := b[i+1 : end-1]
		if !first && !inOrder(before, name) {
			return -1
		}
		before = name
		if i = span(b, end+1, depth+1); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case ',':
			i++
		case '}':
			return i + 1
		default:
			return -1
		}
	}
}

// inOrder reports whether two names, as they stand between their quotes, follow each other in canonical order.
func inOrder(a, b []byte) bool {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x == '\\' || y == '\\' || x >= utf8.RuneSelf && y >= utf8.RuneSelf {
			return compareNames(unescape(a), unescape(b)) < 0
		}
		if x != y {
			return x < y
		}
	}
	return len(a) < len(b)
}

// spanText returns the index after the canonical string whose opening quote stands at i, or -1. It passes over eight bytes at a time where they
// stand for themselves: hashes and ids make up most of a line, and reading them byte by byte was a third of the time a log took to verify.
func spanText(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for i++; ; {
		for len(b)-i >= 8 {
			x := binary.LittleEndian.Uint64(b[i:])
			// A high bit stays set, in the lowest such byte rightly, where a byte is beyond ASCII, a control character, a quote or a backslash.
			stop := (x | (x - ones*' ') | ((x ^ ones*'"') - ones) | ((x ^ ones*'\\') - ones)) & highs
			if stop != 0 {
				i += bits.TrailingZeros64(stop) / 8
				break
			}
			i += 8
		}
		if i >= len(b) {
			return -1
		}
		if b[i] == '"' {
			return i + 1
		}
		n := spanRune(b[i:])
		if n == 0 {
			return -1
		}
		i += n
	}
}

// spanRune returns the length of the character or escape sequence b starts with, or 0 if it cannot stand in a canonical string.
func spanRune(b []byte) int {
	switch c := b[0]; {
	case plain[c]:
		return 1
	case c == '\\':
		return spanEscape(b)
	case c < utf8.RuneSelf: // a control character
		return 0
	default:
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return 0
		}
		return n
	}
}

// spanEscape returns the length of the escape sequence b starts with if it is the one canonical spelling of its character, else 0.
func spanEscape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		c, ok := hex4(b[2:6])
		if !ok || c >= ' ' || shortEscape[c] != 0 || b[5] >= 'A' && b[5] <= 'F' {
			return 0
		}
		return 6
	default:
		return 0
	}
}
