package mask

import (
	"encoding/binary"
	"slices"
	"unicode"
	"unicode/utf8"
)

// shortest is the length, in characters, from which a value is looked for
// inside words. Shorter ones ("5", "no", "DE") stand inside ordinary words and
// numbers everywhere: cutting them there would ruin the text, and the pattern
// of holes would spell the value.
const shortest = 4

// needles is a set of texts to be found in one pass: the cost does not grow
// with their number.
type needles struct {
	long  map[uint32][]string // by their first four bytes
	short map[string]struct{} // found as whole words only
}

func newNeedles() needles {
	return needles{long: map[uint32][]string{}, short: map[string]struct{}{}}
}

// add enters a text that is already in the form it will be looked for.
func (n needles) add(text string) {
	if text == "" {
		return
	}
	if utf8.RuneCountInString(text) < shortest {
		n.short[text] = struct{}{}
		return
	}
	head := binary.LittleEndian.Uint32([]byte(text[:4]))
	if !slices.Contains(n.long[head], text) {
		n.long[head] = append(n.long[head], text)
	}
}

// find calls found for each place a needle has in text. Places may overlap.
func (n needles) find(text []byte, found func(from, to int)) {
	for i := range text {
		if len(n.long) > 0 && i+4 <= len(text) {
			for _, needle := range n.long[binary.LittleEndian.Uint32(text[i:])] {
				if len(needle) <= len(text)-i && string(text[i:i+len(needle)]) == needle {
					found(i, i+len(needle))
				}
			}
		}
		if len(n.short) > 0 && utf8.RuneStart(text[i]) {
			n.findShort(text, i, found)
		}
	}
}

// findShort tries the whole words of one, two and three characters at text[i].
func (n needles) findShort(text []byte, i int, found func(from, to int)) {
	first, _ := utf8.DecodeRune(text[i:])
	if before, _ := utf8.DecodeLastRune(text[:i]); inWord(before) && inWord(first) {
		return
	}
	end := i
	for range shortest - 1 {
		last, size := utf8.DecodeRune(text[end:])
		if end += size; size == 0 {
			return
		}
		if after, _ := utf8.DecodeRune(text[end:]); inWord(last) && inWord(after) {
			continue
		}
		if _, ok := n.short[string(text[i:end])]; ok {
			found(i, end)
		}
	}
}

// inWord reports letters and digits. The underscore is no part of a word here:
// it joins names to values ("id_5") at least as often as it joins words.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
