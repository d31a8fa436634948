package mask

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Redacted stands where a text was hidden entirely.
const Redacted = "[redacted]"

// stars stand for the hidden part of a text, always as many, because the number
// of hidden characters tells something about them.
const stars = "****"

// hashLength is how much of an HMAC-SHA256 a hash shows: 128 bits, enough that
// no two of the texts one key will ever see are likely to collide.
const hashLength = 16

// conceal appends what stands for the checked value raw under a mask.
func (w *walker) conceal(mask Mask, raw []byte) {
	switch c := raw[0]; {
	case c == '"' && mask.Kind != Null:
		w.dst = append(w.dst, '"')
		w.concealText(mask, raw[1:len(raw)-1])
		w.dst = append(w.dst, '"')
	case mask.Kind == Zero && (c == 't' || c == 'f'):
		w.dst = append(w.dst, "false"...)
	case mask.Kind == Zero && (c == '-' || '0' <= c && c <= '9'):
		w.dst = append(w.dst, '0')
	default:
		// Null, and whatever a mask for text met instead of text: strict clients
		// accept null in every place that may be masked, and nothing else.
		w.dst = append(w.dst, "null"...)
	}
}

// concealText appends what stands for the inside of a string. A text with half
// of a surrogate pair has no certain characters to keep and is redacted.
func (w *walker) concealText(mask Mask, raw []byte) {
	if mask.Kind == Zero {
		return
	}
	text, ok := raw, true
	if mask.Kind != Redact && bytes.IndexByte(raw, '\\') >= 0 {
		w.text, ok = unescape(w.text[:0], raw)
		text = w.text
	}
	if !ok || !w.concealPart(mask, text) {
		w.dst = append(w.dst, Redacted...)
	}
}

// concealPart appends what a mask leaves of text; false, with nothing appended,
// if it leaves nothing.
func (w *walker) concealPart(mask Mask, text []byte) bool {
	switch mask.Kind {
	case Email:
		return w.concealEmail(text)
	case First, Last:
		return w.concealRest(mask, text)
	case Hash:
		w.concealHash(text)
		return true
	case Year:
		return w.concealDate(text)
	default:
		// Redact; Last4 is Last in a plan, Null and Zero have been dealt with. A
		// kind that will be added and forgotten here keeps nothing.
		return false
	}
}

// concealEmail keeps the first character and the domain of text, if it is one
// plain address and nothing else: quoted local parts, comments, address lists
// and IP literals of RFC 5321 are not worth the risk of keeping the wrong part.
func (w *walker) concealEmail(text []byte) bool {
	local, domain, found := bytes.Cut(text, []byte("@"))
	if !found || len(local) == 0 || !isDomain(domain) {
		return false
	}
	for i := 0; i < len(local); {
		r, size := utf8.DecodeRune(local[i:])
		i += size
		if !inWord(r) && !unicode.IsMark(r) && !isAtomSymbol(r) {
			return false
		}
	}
	if _, size := utf8.DecodeRune(local); size < len(local) {
		w.dst = appendEscaped(w.dst, local[:size])
	}
	w.dst = append(append(w.dst, "***@"...), domain...) // nothing in a domain needs an escape
	return true
}

// isAtomSymbol reports the symbols RFC 5322 allows in a plain local part.
func isAtomSymbol(r rune) bool {
	return r < utf8.RuneSelf && strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r)
}

// isDomain reports whether a text is two or more labels of letters, digits and
// hyphens, the last of which has a letter: 1234.5678 is no domain to be kept.
func isDomain(text []byte) bool {
	label, labels, letters := 0, 1, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		switch {
		case r == '.':
			if label == 0 {
				return false
			}
			label, letters, labels = 0, 0, labels+1
			continue
		case inWord(r):
			if r > '9' && !unicode.IsDigit(r) {
				letters++
			}
		case r != '-' && !unicode.IsMark(r):
			return false
		}
		label++
	}
	return labels > 1 && letters > 0 && len(text) <= 255
}

// concealRest keeps the first or last N characters. See [Mask] for the length a
// text must have.
func (w *walker) concealRest(mask Mask, text []byte) bool {
	length := utf8.RuneCount(text)
	if length < max(mask.N+4, 2*mask.N) {
		return false
	}
	if mask.Kind == First {
		end := 0
		for range mask.N {
			_, size := utf8.DecodeRune(text[end:])
			end += size
		}
		w.dst = append(appendEscaped(w.dst, text[:end]), stars...)
		return true
	}
	start := len(text)
	for range mask.N {
		_, size := utf8.DecodeLastRune(text[:start])
		start -= size
	}
	w.dst = appendEscaped(append(w.dst, stars...), text[start:])
	return true
}

// concealHash keeps nothing of a text but whether it equals another. It is keyed
// because what a mask hides is mostly guessable: all nine-digit numbers hash in
// seconds.
func (w *walker) concealHash(text []byte) {
	if w.mac == nil {
		w.mac = hmac.New(sha256.New, w.plan.key)
	}
	w.mac.Reset()
	w.mac.Write(text)
	w.sum = w.mac.Sum(w.sum[:0])
	w.dst = hex.AppendEncode(append(w.dst, "hmac:"...), w.sum[:hashLength])
}

// concealDate keeps the year of a text that begins with a real full-date of RFC
// 3339, section 5.6, and goes on with nothing or with a time.
func (w *walker) concealDate(text []byte) bool {
	const date = len(time.DateOnly)
	if len(text) < date || len(text) > date && text[date] != 'T' && text[date] != 't' && text[date] != ' ' {
		return false
	}
	if _, err := time.Parse(time.DateOnly, string(text[:date])); err != nil {
		return false
	}
	w.dst = append(w.dst, text[:4]...)
	return true
}
