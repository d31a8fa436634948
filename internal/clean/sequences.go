package clean

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapeSize is the size of the ANSI escape sequence a text begins with (ECMA-48): ESC [ parameters letter, a string that ends in BEL or ST,
// or ESC and what it escapes. One that has no end is its introducer alone, so that the rest of the text is not taken for a part of it.
func escapeSize(text string) int {
	first, n := utf8.DecodeRuneInString(text)
	introducer := byte(0)
	switch first {
	case 0x1b:
		if len(text) == 1 {
			return 1
		}
		if introducer = text[1]; introducer < utf8.RuneSelf {
			n = 2
		}
	case 0x9b:
		introducer = '['
	case 0x9d, 0x90, 0x98, 0x9e, 0x9f:
		introducer = ']'
	}
	switch introducer {
	case '[':
		for i := n; i < len(text) && i < n+64; i++ {
			switch b := text[i]; {
			case b >= 0x40 && b <= 0x7e:
				return i + 1
			case b < 0x20 || b > 0x3f:
				return n
			}
		}
		return n
	case ']', 'P', 'X', '^', '_':
		for i := n; i < len(text) && i < n+4096; i++ {
			switch {
			case text[i] == 0x07:
				return i + 1
			case strings.HasPrefix(text[i:], "\x1b\\"), strings.HasPrefix(text[i:], "\u009c"):
				return i + 2
			}
		}
		return n
	case 0:
		return n
	}
	if introducer >= 0x20 && introducer <= 0x2f && len(text) > 2 && text[2] >= 0x30 && text[2] <= 0x7e { // ESC ( B and its kin
		return 3
	}
	if introducer < 0x30 || introducer > 0x7e {
		return 1
	}
	return n
}

// flagBefore reports whether the tag characters at i belong to the flag of a region: a black flag, one to six letters or digits in tags, and
// the cancel tag. Those spell a code of a region and nothing else (UTS 51); it returns their number, or 0.
func flagBefore(text string, i int) int {
	const blackFlag, cancel, longest = "\U0001F3F4", 0xe007f, 6
	begin := i
	for steps := 0; begin > 0 && steps <= longest; steps++ { // no further: a run of tags may be as long as the text
		r, size := utf8.DecodeLastRuneInString(text[:begin])
		if r < 0xe0000 || r > 0xe007f {
			break
		}
		begin -= size
	}
	if !strings.HasSuffix(text[:begin], blackFlag) {
		return 0
	}
	n := 0
	for _, r := range text[begin:] {
		switch {
		case r == cancel:
			if n > 2 && n <= longest {
				return n
			}
			return 0
		case r >= 0xe0030 && r <= 0xe0039, r >= 0xe0061 && r <= 0xe007a:
			n++
		default:
			return 0
		}
	}
	return 0
}

// joins reports whether a joiner at i does what it is there for: between two letters of a script that joins, or between two emoji.
func joins(text string, i, width int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+width:])
	if before == 0xfe0f || before >= 0x1f3fb && before <= 0x1f3ff {
		before = 0x1f600 // a variant or a skin colour of an emoji
	}
	return pictures(before) && pictures(after) || joined(before) && joined(after)
}

// pictures reports whether r is an emoji, near enough.
func pictures(r rune) bool {
	return r >= 0x1f000 && r <= 0x1faff || r >= 0x2190 && r <= 0x27bf || r >= 0x2b00 && r <= 0x2bff
}

// joined reports whether r is of a script in which joiners are spelling: the Arabic ones and those of India and its neighbours.
func joined(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// varies reports whether a variation selector at i follows one thing that has variants; a second one in a row, or one behind a letter,
// spells something.
func varies(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	return pictures(before) || before == '#' || before == '*' || before >= '0' && before <= '9' || before == 0xa9 || before == 0xae ||
		before >= 0x203c && before <= 0x2049 || before == 0x2122 || before == 0x2139 || before >= 0x3030 && before <= 0x3299 ||
		unicode.In(before, unicode.Han, unicode.Mongolian, unicode.Myanmar)
}
