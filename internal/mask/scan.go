package mask

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// skipSpace returns the index of the first byte at or after i that is not JSON
// white space.
func skipSpace(src []byte, i int) int {
	for i < len(src) && src[i] <= ' ' && (src[i] == ' ' || src[i] == '\n' || src[i] == '\t' || src[i] == '\r') {
		i++
	}
	return i
}

// skipValue checks the value that begins at src[i] (no space before it) and
// returns the index after it. depth is the number of objects and lists around.
func skipValue(src []byte, i, depth int) (int, error) {
	if i >= len(src) {
		return i, fault(i, "the text ends where a value should begin")
	}
	switch c := src[i]; {
	case c == '"':
		end, _, err := skipString(src, i)
		return end, err
	case c == '{':
		return skipObject(src, i, depth+1)
	case c == '[':
		return skipArray(src, i, depth+1)
	case c == '-' || '0' <= c && c <= '9':
		return skipNumber(src, i)
	}
	return skipWord(src, i)
}

// skipObject checks the object that begins at src[i] and is the depth-th around
// its members. It does not look for doubles: no path leads into it, so which of
// two equal names a reader takes decides nothing that is hidden.
func skipObject(src []byte, i, depth int) (int, error) {
	if depth > MaxDepth {
		return i, fault(i, "nesting too deep")
	}
	if i = skipSpace(src, i+1); i < len(src) && src[i] == '}' {
		return i + 1, nil
	}
	for {
		if i >= len(src) || src[i] != '"' {
			return i, fault(i, "no member name where one should be")
		}
		end, _, err := skipString(src, i)
		if err != nil {
			return end, err
		}
		if i, err = skipColon(src, end); err != nil {
			return i, err
		}
		if i, err = skipValue(src, i, depth); err != nil {
			return i, err
		}
		i = skipSpace(src, i)
		if i < len(src) && src[i] == '}' {
			return i + 1, nil
		}
		if i >= len(src) || src[i] != ',' {
			return i, fault(i, "neither comma nor end of object after a member")
		}
		i = skipSpace(src, i+1)
	}
}

// skipArray checks the list that begins at src[i] and is the depth-th around its
// elements.
func skipArray(src []byte, i, depth int) (int, error) {
	if depth > MaxDepth {
		return i, fault(i, "nesting too deep")
	}
	if i = skipSpace(src, i+1); i < len(src) && src[i] == ']' {
		return i + 1, nil
	}
	for {
		var err error
		if i, err = skipValue(src, i, depth); err != nil {
			return i, err
		}
		i = skipSpace(src, i)
		if i < len(src) && src[i] == ']' {
			return i + 1, nil
		}
		if i >= len(src) || src[i] != ',' {
			return i, fault(i, "neither comma nor end of list after an element")
		}
		i = skipSpace(src, i+1)
	}
}

// skipColon returns the index of the value after the colon, given the index
// after the member name.
func skipColon(src []byte, i int) (int, error) {
	if i = skipSpace(src, i); i >= len(src) || src[i] != ':' {
		return i, fault(i, "no colon after a member name")
	}
	return skipSpace(src, i+1), nil
}

// Words of eight equal bytes, for looking at eight bytes of a string at once.
const (
	everyByte = 0x0101010101010101
	highBits  = 0x8080808080808080
)

// skipString checks the string that begins with the quote at src[i]. It returns
// the index after the closing quote and whether the string holds a backslash.
// It reads eight bytes at a time: most of a document is string.
func skipString(src []byte, i int) (end int, escaped bool, err error) {
	start := i + 1
	var high uint64 // bits of bytes outside ASCII
	for i = start; ; {
		for i+8 <= len(src) {
			word := binary.LittleEndian.Uint64(src[i:])
			quote, slash := word^everyByte*'"', word^everyByte*'\\'
			// A byte's high bit is set if it is a quote, a backslash or a control
			// character; borrows can only spoil bytes after the first such byte.
			stop := ((word-everyByte*' ')&^word | (quote-everyByte)&^quote | (slash-everyByte)&^slash) & highBits
			if stop != 0 {
				n := bits.TrailingZeros64(stop) >> 3
				high |= word & (1<<(n*8) - 1)
				i += n
				break
			}
			high |= word
			i += 8
		}
		if i >= len(src) {
			return i, escaped, fault(i, "the text ends inside a string")
		}
		switch c := src[i]; {
		case c == '"':
			// Bytes that are not UTF-8 are read differently by every reader, in
			// a name above all; only strings outside ASCII pay for the check.
			if high&highBits != 0 && !utf8.Valid(src[start:i]) {
				return i, escaped, fault(start, "a string that is not UTF-8")
			}
			return i + 1, escaped, nil
		case c == '\\':
			escaped = true
			if i, err = skipEscape(src, i); err != nil {
				return i, escaped, err
			}
		case c < ' ':
			return i, escaped, fault(i, "a control character in a string")
		default:
			high |= uint64(c)
			i++
		}
	}
}

// skipEscape checks the escape whose backslash is src[i].
func skipEscape(src []byte, i int) (int, error) {
	if i+1 < len(src) {
		switch src[i+1] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return i + 2, nil
		case 'u':
			if _, ok := hex4(src[i+2:]); ok {
				return i + 6, nil
			}
		}
	}
	return i, fault(i, "an escape that JSON does not have")
}

// hex4 reads the four hex digits of a \u escape.
func hex4(digits []byte) (rune, bool) {
	if len(digits) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range digits[:4] {
		n, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | n
	}
	return r, true
}

// hexDigit returns the value of a hex digit of either case.
func hexDigit(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}

// skipNumber checks a number against the grammar of RFC 8259, section 6.
func skipNumber(src []byte, i int) (int, error) {
	if src[i] == '-' {
		i++
	}
	end := skipDigits(src, i)
	if end == i {
		return i, fault(i, "a number without digits")
	}
	if src[i] == '0' && end > i+1 {
		return i, fault(i, "a number with a leading zero")
	}
	if i = end; i < len(src) && src[i] == '.' {
		if end = skipDigits(src, i+1); end == i+1 {
			return end, fault(end, "a number without digits after its point")
		}
		i = end
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		if i++; i < len(src) && (src[i] == '+' || src[i] == '-') {
			i++
		}
		if end = skipDigits(src, i); end == i {
			return i, fault(i, "a number without digits in its exponent")
		}
		i = end
	}
	return i, nil
}

// skipDigits returns the index of the first byte at or after i that is no digit.
func skipDigits(src []byte, i int) int {
	for i < len(src) && '0' <= src[i] && src[i] <= '9' {
		i++
	}
	return i
}

// skipWord checks true, false and null, and is where every byte ends that begins
// no value.
func skipWord(src []byte, i int) (int, error) {
	word := "null"
	switch src[i] {
	case 't':
		word = "true"
	case 'f':
		word = "false"
	}
	if len(src)-i < len(word) || string(src[i:i+len(word)]) != word {
		return i, fault(i, "something that is not a JSON value")
	}
	return i + len(word), nil
}
