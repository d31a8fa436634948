package canon

import (
	"unicode/utf16"
	"unicode/utf8"
)

// plain marks the bytes that stand for themselves in a canonical string: printable ASCII without quote and backslash, and DEL.
//
//nolint:gochecknoglobals // a constant table, looked into for every byte: a switch costs twice as much
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// shortEscape holds the letter of each control character that has a two-byte escape (RFC 8785 section 3.2.2.2).
//
//nolint:gochecknoglobals // a constant table that Go cannot spell as a constant
var shortEscape = [' ']byte{'\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r'}

const lowerHex = "0123456789abcdef"

// AppendString appends text as a canonical JSON string. Bytes that are not UTF-8 become U+FFFD, so any text can be written; control
// characters are escaped, so no text can end a line.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	start := 0 // of the run not yet copied
	for i := 0; i < len(text); {
		c := text[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(dst, text[start:i]...)
				dst = append(dst, "\uFFFD"...)
				start = i + 1
			}
			i += n
			continue
		}
		dst = append(dst, text[start:i]...)
		dst = appendEscape(dst, c)
		i++
		start = i
	}
	dst = append(dst, text[start:]...)
	return append(dst, '"')
}

// appendEscape writes a character that cannot stand for itself.
func appendEscape(dst []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case shortEscape[c] != 0:
		return append(dst, '\\', shortEscape[c])
	default:
		return append(dst, '\\', 'u', '0', '0', lowerHex[c>>4], lowerHex[c&15])
	}
}

// Text returns the text of a canonical string value, quotes included in value. It must have passed [Span].
func Text(value []byte) string {
	return unescape(value[1 : len(value)-1])
}

// unescape decodes the inside of a canonical string.
func unescape(inside []byte) string {
	i := 0
	for i < len(inside) && inside[i] != '\\' {
		i++
	}
	if i == len(inside) {
		return string(inside)
	}
	out := append(make([]byte, 0, len(inside)), inside[:i]...)
	for i < len(inside) {
		c := inside[i]
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		if inside[i+1] == 'u' {
			r, _ := hex4(inside[i+2 : i+6])
			out = append(out, byte(r))
			i += 6
			continue
		}
		out = append(out, unescaped(inside[i+1]))
		i += 2
	}
	return string(out)
}

// unescaped returns the character a two-byte escape stands for, or 0 if there is no such escape.
func unescaped(letter byte) byte {
	switch letter {
	case '"', '\\', '/':
		return letter
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return 0
	}
}

// hex4 decodes hexadecimal digits of either case.
func hex4(b []byte) (r rune, ok bool) {
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// text reads the string at the current position and returns it decoded.
func (w *rewriter) text() (string, error) {
	w.i++ // the opening quote
	var out []byte
	for w.i < len(w.src) {
		switch c := w.src[w.i]; {
		case c == '"':
			w.i++
			return string(out), nil
		case c == '\\':
			r, err := w.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		case c < ' ':
			return "", w.fault("control character in a string; escape it")
		default:
			r, n := utf8.DecodeRune(w.src[w.i:])
			if r == utf8.RuneError && n == 1 {
				return "", w.fault("string is not UTF-8")
			}
			out = append(out, w.src[w.i:w.i+n]...)
			w.i += n
		}
	}
	return "", w.fault("string without an end")
}

// escape reads an escape sequence, surrogate pairs included.
func (w *rewriter) escape() (rune, error) {
	rest := w.src[w.i:]
	if len(rest) < 2 {
		return 0, w.fault("string without an end")
	}
	if rest[1] != 'u' {
		c := unescaped(rest[1])
		if c == 0 {
			return 0, w.fault("no such escape sequence")
		}
		w.i += 2
		return rune(c), nil
	}
	r, ok := hexEscape(rest)
	if !ok {
		return 0, w.fault(`\u needs four hexadecimal digits`)
	}
	if !utf16.IsSurrogate(r) {
		w.i += 6
		return r, nil
	}
	low, ok := hexEscape(rest[6:])
	if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
		w.i += 12
		return pair, nil
	}
	return 0, w.fault("half of a surrogate pair; write both halves or the character itself")
}

// hexEscape decodes the \uXXXX that b starts with.
func hexEscape(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	return hex4(b[2:6])
}
