package duckdb

import (
	"encoding/binary"
	"encoding/hex"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendString appends a JSON text. What is not UTF-8 becomes U+FFFD.
func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// appendBit appends a string of bits: the first byte says how many bits of the second do not count.
func appendBit(dst, text []byte) []byte {
	if len(text) < 2 {
		return dst
	}
	for i, b := range text[1:] {
		first := 0
		if i == 0 {
			first = int(text[0])
		}
		for bit := first; bit < 8; bit++ {
			dst = append(dst, '0'+b>>(7-bit)&1)
		}
	}
	return dst
}

// appendUUID appends a UUID, of which the engine keeps the first bit turned so that it sorts.
func appendUUID(dst []byte, w wide) []byte {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], w.high^1<<63)
	binary.BigEndian.PutUint64(raw[8:], w.low)
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		begin := [...]int{0, 4, 6, 8, 10}[i]
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, raw[begin:end])
	}
	return dst
}
