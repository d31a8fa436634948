package mask

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold returns the form under which two member names are the same. It is
// coarser than strings.EqualFold (and so than encoding/json): names that differ
// only in composition (NFC, NFD), in compatibility forms (fullwidth letters) or
// in invisible characters look alike to whoever reads the result, and a person
// or a model reads by looks.
func fold(name string) string { return string(appendFold(nil, []byte(name))) }

// appendFold appends the folded form of name to dst.
func appendFold(dst, name []byte) []byte {
	start := len(dst)
	for _, c := range name {
		if c >= utf8.RuneSelf {
			return appendFoldUnicode(dst[:start], name)
		}
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// appendFoldUnicode folds case first, so that names equal under
// strings.EqualFold have the same input to everything after, and again at the
// end, because normalising may bring letters back that have case.
func appendFoldUnicode(dst, name []byte) []byte {
	// Names outside ASCII are rare enough to pay for memory of their own.
	folded := make([]byte, 0, len(name))
	for _, r := range string(name) {
		if !invisible(r) {
			folded = utf8.AppendRune(folded, foldRune(r))
		}
	}
	for _, r := range string(norm.NFKC.Bytes(folded)) {
		if !invisible(r) {
			dst = utf8.AppendRune(dst, foldRune(r))
		}
	}
	return dst
}

// foldRune returns the least of the runes that are equal under simple folding.
// For ASCII letters that is the upper case letter.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

// invisible reports whether a rune has no shape of its own: format characters
// (zero-width space and joiners, soft hyphen, byte order mark), variation
// selectors and other characters that renderers ignore.
func invisible(r rune) bool {
	return r >= utf8.RuneSelf &&
		unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}
