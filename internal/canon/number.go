package canon

import (
	"bytes"
	"math"
	"strconv"
)

// numberEnd returns the index after the JSON number that starts at i, and whether it is written as an integer; -1 if there is none.
func numberEnd(b []byte, i int) (end int, integer bool) {
	digits := func() bool {
		start := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > start
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++ // a leading zero stands alone
	} else if !digits() {
		return -1, false
	}
	integer = true
	if i < len(b) && b[i] == '.' {
		integer = false
		i++
		if !digits() {
			return -1, false
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		integer = false
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return -1, false
		}
	}
	return i, integer
}

// spanNumber returns the index after the canonical number that starts at i, or -1.
func spanNumber(b []byte, i int) int {
	end, integer := numberEnd(b, i)
	if end < 0 {
		return -1
	}
	literal := b[i:end]
	if integer {
		if string(literal) == "-0" {
			return -1
		}
		return end
	}
	var scratch [32]byte
	canonical, ok := appendDouble(scratch[:0], literal)
	if !ok || !bytes.Equal(canonical, literal) {
		return -1
	}
	return end
}

// number rewrites the next number.
func (w *rewriter) number() error {
	end, integer := numberEnd(w.src, w.i)
	if end < 0 {
		return w.fault("not a JSON value")
	}
	literal := w.src[w.i:end]
	switch {
	case integer && string(literal) == "-0":
		w.dst = append(w.dst, '0')
	case integer:
		w.dst = append(w.dst, literal...) // all digits kept: the documented deviation
	default:
		var ok bool
		if w.dst, ok = appendDouble(w.dst, literal); !ok {
			return w.fault("number beyond the range of a double")
		}
	}
	w.i = end
	return nil
}

// appendDouble appends a number as ECMAScript's Number::toString prints it (RFC 8785 section 3.2.2.3): the shortest digits that read back
// as the same double, plain between 1e-6 and 1e21, with an exponent outside. False if the number overflows.
func appendDouble(dst, literal []byte) ([]byte, bool) {
	f, err := strconv.ParseFloat(string(literal), 64)
	if err != nil {
		return dst, false
	}
	abs := math.Abs(f)
	if abs == 0 {
		return append(dst, '0'), true // minus zero too
	}
	if abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64), true
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes at least two digits of exponent, ECMAScript as many as needed: e-07 becomes e-7.
	if n := len(dst); dst[n-2] == '0' && (dst[n-3] == '-' || dst[n-3] == '+') {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst, true
}
