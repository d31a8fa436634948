package clean

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Mode is what becomes of characters nobody sees.
type Mode uint8

// The modes.
const (
	Remove Mode = iota // they are taken out
	Mark               // each run of them becomes a text that names the first, such as [U+202E]
	Refuse             // a text that holds one is an error
	Off                // they stay
)

// Options say what a Cleaner does. The zero value removes, and looks for no patterns.
type Options struct {
	Mode     Mode
	Patterns bool // values that look like cards, keys and national numbers become [redacted], whatever the mode
}

// Class is a kind of what is cleaned.
type Class uint8

// The classes, in the order of Counts.
const (
	Control   Class = iota // control characters but tab, line feed and carriage return
	Escape                 // ANSI escape sequences, whole
	ZeroWidth              // characters without width: zero width space, word joiner, soft hyphen, byte order mark and their kin
	Bidi                   // what changes the direction of text: embeddings, overrides, isolates and marks
	Tag                    // Unicode tag characters, which spell invisible ASCII
	Pattern                // values that look like cards, keys or national numbers
	classes
)

// String names the class.
func (c Class) String() string {
	return [...]string{"control character", "escape sequence", "zero-width character", "direction character", "tag character", "pattern"}[c]
}

// Counts is how much was found, by class: characters, and for Escape and Pattern whole sequences and values.
type Counts [classes]int

// Sum is how much was found in all.
func (c Counts) Sum() (sum int) {
	for _, n := range c {
		sum += n
	}
	return sum
}

func (c *Counts) add(more Counts) {
	for i := range c {
		c[i] += more[i]
	}
}

// ErrRefused is what Refuse ends in; the error names the class and never the text.
var ErrRefused = errors.New("the text holds characters nobody sees")

// mostPasses is how often a text is looked through. Honest texts need two.
const mostPasses = 16

// Cleaner cleans texts. It does not change, and is safe for concurrent use.
type Cleaner struct{ options Options }

// New returns a Cleaner.
func New(options Options) *Cleaner { return &Cleaner{options} }

// Idle reports whether the Cleaner leaves every text as it is.
func (c *Cleaner) Idle() bool { return c.options.Mode == Off && !c.options.Patterns }

// Text cleans one text. A text in which nothing is found is returned as it came, without a copy.
func (c *Cleaner) Text(text string) (string, Counts, error) {
	var counts Counts
	if c.options.Mode != Off {
		// Taking one thing out may bring two halves of another together: again, until there is nothing left.
		for pass := 0; suspicious(text); pass++ {
			before := counts
			var err error
			if text, err = c.invisible(text, &counts); err != nil {
				return "", counts, err
			}
			if counts == before {
				break
			}
			if pass == mostPasses {
				return "", counts, fmt.Errorf("%w, hidden in each other too deep to be taken out", ErrRefused)
			}
		}
	}
	if c.options.Patterns {
		text = redactPatterns(text, &counts)
	}
	return text, counts, nil
}

// suspicious is a quick look: false if nothing in a text can be of any class.
func suspicious(text string) bool {
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch {
		case b < 0x20 && b != '\t' && b != '\n' && b != '\r', b == 0x7f:
			return true
		case b >= 0xc2 && suspiciousLead(text, i):
			return true
		}
	}
	return false
}

// suspiciousLead looks at the bytes a character begins with: false if none of its kind is cleaned. Dashes, quotation marks and ideographs, which
// share their first byte with what is, are passed over here.
func suspiciousLead[T string | []byte](text T, i int) bool {
	second, third := byte(0), byte(0)
	if i+1 < len(text) {
		second = text[i+1]
	}
	if i+2 < len(text) {
		third = text[i+2]
	}
	switch text[i] {
	case 0xc2: // U+0080 to U+009F, U+00AD
		return second < 0xa0 || second == 0xad
	case 0xcd: // U+034F
		return second == 0x8f
	case 0xd8: // U+061C
		return second == 0x9c
	case 0xe1: // U+115F, U+1160, U+17B4, U+17B5, U+180E
		return second == 0x85 || second == 0x9e || second == 0xa0
	case 0xe2: // U+200B to U+200F, U+202A to U+202E, U+2060 to U+206F
		return second == 0x80 && (third >= 0x8b && third <= 0x8f || third >= 0xaa && third <= 0xae) || second == 0x81 && third >= 0xa0
	case 0xe3: // U+3164
		return second == 0x85 && third == 0xa4
	case 0xef: // U+FDD0 to U+FDEF, U+FE00 to U+FE0F, U+FEFF, U+FFA0, U+FFF0 and up
		return second >= 0xb7
	}
	return text[i] >= 0xf0
}

// invisible deals with what is in a text once, from its beginning to its end.
func (c *Cleaner) invisible(text string, counts *Counts) (string, error) {
	var out strings.Builder
	kept := 0 // text[kept:i] is still to be written
	marked := false
	for i := 0; i < len(text); {
		class, size := find(text, i)
		if size == 0 {
			_, width := utf8.DecodeRuneInString(text[i:])
			i += width
			marked = false
			continue
		}
		counts[class]++
		switch c.options.Mode {
		case Refuse:
			return "", fmt.Errorf("%w: a %s", ErrRefused, class)
		case Mark:
			out.WriteString(text[kept:i])
			if !marked {
				r, _ := utf8.DecodeRuneInString(text[i:])
				fmt.Fprintf(&out, "[U+%04X]", r)
				marked = true
			}
		default:
			out.WriteString(text[kept:i])
		}
		i += size
		kept = i
	}
	if kept == 0 {
		return text, nil
	}
	out.WriteString(text[kept:])
	return out.String(), nil
}

// find returns the class and the size of what is to be cleaned at i; size 0 for nothing.
func find(text string, i int) (Class, int) {
	r, width := utf8.DecodeRuneInString(text[i:])
	switch {
	case r == 0x1b || r == 0x9b || r == 0x9d || r == 0x90 || r == 0x98 || r == 0x9e || r == 0x9f:
		return Escape, escapeSize(text[i:])
	case r < 0x20 && r != '\t' && r != '\n' && r != '\r', r >= 0x7f && r < 0xa0:
		return Control, width
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c:
		return Bidi, width
	case r >= 0xe0000 && r <= 0xe007f:
		if flag := flagBefore(text, i); flag > 0 {
			return 0, 0
		}
		return Tag, width
	case r == 0x200c || r == 0x200d:
		if joins(text, i, width) {
			return 0, 0
		}
		return ZeroWidth, width
	case r == 0x00ad, r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x180e, r == 0x200b,
		r >= 0x2060 && r <= 0x2065, r >= 0x206a && r <= 0x206f, r == 0x3164, r == 0xfeff, r == 0xffa0,
		r >= 0xfff0 && r <= 0xfffb, r >= 0x1bca0 && r <= 0x1bca3, r >= 0x1d173 && r <= 0x1d17a, r >= 0xe0080 && r <= 0xe0fff,
		r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return ZeroWidth, width
	case r >= 0xfe00 && r <= 0xfe0f:
		if varies(text, i) {
			return 0, 0
		}
		return ZeroWidth, width
	}
	return 0, 0
}

// WithoutPatterns is the Cleaner for what holds binary data written as text.
func (c *Cleaner) WithoutPatterns() *Cleaner { return &Cleaner{Options{Mode: c.options.Mode}} }
