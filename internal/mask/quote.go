package mask

import (
	"unicode/utf16"
	"unicode/utf8"
)

// unescape appends the text of a string that skipString has checked, without
// its quotes. ok is false if a \u escape is half of a surrogate pair; such a
// half is no character, readers disagree about it, and U+FFFD stands in for it.
func unescape(dst, raw []byte) (text []byte, ok bool) {
	ok = true
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			i++
			continue
		}
		c := raw[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(raw[i:])
			i += 4
			if utf16.IsSurrogate(r) {
				pair := rune(utf8.RuneError)
				if i+6 <= len(raw) && raw[i] == '\\' && raw[i+1] == 'u' {
					low, _ := hex4(raw[i+2:])
					pair = utf16.DecodeRune(r, low)
				}
				if pair == utf8.RuneError {
					ok = false
				} else {
					i += 6
				}
				r = pair
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst, ok
}

// appendEscaped appends text as the inside of a JSON string. It escapes what
// encoding/json escapes, so that a kept part is as safe to embed in HTML or a
// script as the document it came from.
func appendEscaped(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	for i := 0; i < len(text); {
		plain := i
		for i < len(text) && isPlain(text[i]) {
			i++
		}
		if dst = append(dst, text[plain:i]...); i == len(text) {
			break
		}
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c < utf8.RuneSelf:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			r, size := utf8.DecodeRune(text[i:])
			i += size - 1
			switch r {
			case '\u2028':
				dst = append(dst, `\u2028`...)
			case '\u2029':
				dst = append(dst, `\u2029`...)
			default:
				dst = utf8.AppendRune(dst, r) // a byte that is not UTF-8 becomes U+FFFD
			}
		}
		i++
	}
	return dst
}

// isPlain reports the ASCII characters that stand for themselves in a string.
func isPlain(c byte) bool {
	return ' ' <= c && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
}
