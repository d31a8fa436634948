package mask

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// view is a text as it reads after decoding, with the place in the original
// each byte came from. A value is looked for in every view, so it does not
// matter how much of it was escaped, or how often.
type view struct {
	text []byte
	// at[i] is where in the original the unit (character, escape) that made
	// text[i] begins; at[len(text)] is the length of the original.
	at []int
}

// viewOf returns a text as it stands.
func viewOf(text string) view {
	v := view{text: []byte(text), at: make([]int, len(text)+1)}
	for i := range v.at {
		v.at[i] = i
	}
	return v
}

// span returns the part of the original that text[from:to] came from, whole
// units at both ends.
func (v view) span(from, to int) (start, end int) {
	for to < len(v.text) && v.at[to] == v.at[to-1] {
		to++
	}
	return v.at[from], v.at[to]
}

// decoder reads one unit at the beginning of text: it appends what the unit
// means to dst and returns its length, or 0 for a byte that means itself.
type decoder func(dst, text []byte) ([]byte, int)

// through returns the view after one round of a decoder. changed is false if
// there was nothing to decode.
func (v view) through(decode decoder) (out view, changed bool) {
	out = view{text: make([]byte, 0, len(v.text)), at: make([]int, 0, len(v.at))}
	for i := 0; i < len(v.text); {
		// Every byte a unit turned into comes from where the unit began.
		var size int
		if out.text, size = decode(out.text, v.text[i:]); size == 0 {
			out.text = append(out.text, v.text[i])
			size = 1
		} else {
			changed = true
		}
		for len(out.at) < len(out.text) {
			out.at = append(out.at, v.at[i])
		}
		i += size
	}
	out.at = append(out.at, v.at[len(v.text)])
	return out, changed
}

// folded is the decoder that makes text equal without case.
func folded(dst, text []byte) ([]byte, int) {
	if text[0] < utf8.RuneSelf {
		return append(dst, byte(foldRune(rune(text[0])))), 1
	}
	r, size := utf8.DecodeRune(text)
	if r == utf8.RuneError && size == 1 {
		return dst, 0
	}
	return utf8.AppendRune(dst, foldRune(r)), size
}

// unslashed reads the backslash escapes of JSON and of Go's %q.
func unslashed(dst, text []byte) ([]byte, int) {
	if text[0] != '\\' || len(text) < 2 {
		return dst, 0
	}
	switch c := text[1]; c {
	case '"', '\\', '/', '\'':
		return append(dst, c), 2
	case 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return append(dst, "\a\b\f\n\r\t\v"[strings.IndexByte("abfnrtv", c)]), 2
	case 'x':
		if b, ok := hexByte(text[2:]); ok {
			return append(dst, b), 4
		}
	case 'u':
		if r, ok := hex4(text[2:]); ok {
			// Half a pair alone is no character and becomes U+FFFD, as when
			// encoding/json reads it.
			if utf16.IsSurrogate(r) && len(text) >= 12 && text[6] == '\\' && text[7] == 'u' {
				low, _ := hex4(text[8:])
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					return utf8.AppendRune(dst, pair), 12
				}
			}
			return utf8.AppendRune(dst, r), 6
		}
	case 'U':
		if high, ok := hex4(text[2:]); ok {
			if low, ok := hex4(text[6:]); ok {
				return utf8.AppendRune(dst, high<<16|low), 10
			}
		}
	}
	return dst, 0
}

// unpercented reads URL escapes as paths write them.
func unpercented(dst, text []byte) ([]byte, int) {
	if text[0] == '%' {
		if b, ok := hexByte(text[1:]); ok {
			return append(dst, b), 3
		}
	}
	return dst, 0
}

// unqueried reads URL escapes as queries and forms write them.
func unqueried(dst, text []byte) ([]byte, int) {
	if text[0] == '+' {
		return append(dst, ' '), 1
	}
	return unpercented(dst, text)
}

// hexByte reads the two hex digits of a %XX or \xXX escape.
func hexByte(digits []byte) (byte, bool) {
	if len(digits) < 2 {
		return 0, false
	}
	high, ok := hexDigit(digits[0])
	low, also := hexDigit(digits[1])
	return byte(high<<4 | low), ok && also
}
