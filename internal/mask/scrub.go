package mask

import (
	"encoding/base64"
	"encoding/hex"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Scrubber removes known values from free text: error texts, panic values,
// stacks. Immutable and safe for concurrent use.
//
// A value is found as it stands (without case), in backslash escapes (JSON, Go)
// up to three times over, in URL escapes (path and query form), in base64
// (standard and URL alphabet, padded or not, alone or inside something longer)
// and in hex, also where these are escaped in turn. A value of fewer than four
// characters is replaced only where it is a whole word, and not looked for in
// base64 or hex: it stands inside ordinary words and numbers everywhere, and
// cutting it there would ruin the text.
//
// It is a net and no proof: text that paraphrases a value, or holds only part of
// it, passes. Text that cannot be trusted to be written by a program is better
// withheld.
type Scrubber struct {
	loose needles // in text without case
	exact needles // in text as it stands: base64
}

// NewScrubber returns a Scrubber for values, as [Plan.Collect] returns them.
// Empty values are ignored. A value that reads as a number is also found in the
// other forms Go prints it in ("1e3" as 1000).
func NewScrubber(values []string) *Scrubber {
	s := &Scrubber{loose: newNeedles(), exact: newNeedles()}
	for _, value := range values {
		for _, spelling := range spellings(value) {
			s.add(spelling)
		}
	}
	return s
}

// add enters one spelling of a value in all its encodings. Escapes are not
// encodings: they are undone in the text, see views, because there is no end of
// ways to escape some characters and not others.
func (s *Scrubber) add(value string) {
	s.loose.add(foldText(value))
	if utf8.RuneCountInString(value) < shortest {
		return
	}
	s.loose.add(foldText(hex.EncodeToString([]byte(value))))
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		// The value begins at the first, second or third byte of a group,
		// whatever stands before it. Only the characters that its bits alone
		// decide are the same in every surrounding.
		for before := range 3 {
			encoded := alphabet.EncodeToString(append(make([]byte, before), value...))
			s.exact.add(encoded[(before*8+5)/6 : (before+len(value))*8/6])
		}
	}
}

// spellings returns the value and, for a number, its other usual forms.
func spellings(value string) []string {
	all := []string{value}
	if number, err := strconv.ParseFloat(value, 64); err == nil {
		all = append(all, strconv.FormatFloat(number, 'g', -1, 64))
		if plain := strconv.FormatFloat(number, 'f', -1, 64); len(plain) <= 40 {
			all = append(all, plain)
		}
	}
	return all
}

func foldText(text string) string {
	v, _ := viewOf(text).through(folded)
	return string(v.text)
}

// Scrub returns text with every occurrence of a value replaced by "[redacted]".
// Values that overlap or touch are replaced together, so that no part of one is
// left standing beside another.
func (s *Scrubber) Scrub(text string) string {
	if len(s.loose.long) == 0 && len(s.loose.short) == 0 {
		return text
	}
	var hidden []span
	for v := range views(text) {
		s.exact.find(v.text, func(from, to int) {
			// The characters at both edges, and padding, hold bits of the value too.
			if from > 0 && isBase64(v.text[from-1]) {
				from--
			}
			if to < len(v.text) && isBase64(v.text[to]) {
				to++
			}
			for pad := 0; pad < 2 && to < len(v.text) && v.text[to] == '='; pad++ {
				to++
			}
			hidden = append(hidden, newSpan(v, from, to))
		})
		without, _ := v.through(folded)
		s.loose.find(without.text, func(from, to int) {
			hidden = append(hidden, newSpan(without, from, to))
		})
	}
	return replaceSpans(text, hidden)
}

// views yields all readings of text: up to three rounds of backslash escapes,
// each as it is and through up to two rounds of both kinds of URL escapes. Text
// without escapes has one reading.
func views(text string) iter.Seq[view] {
	return func(yield func(view) bool) {
		for v, more, round := viewOf(text), true, 0; more && round <= maxQuoted; round++ {
			if !yield(v) {
				return
			}
			for _, decode := range []decoder{unpercented, unqueried} {
				for out, rounds := v, 0; rounds < 2; rounds++ {
					decoded, changed := out.through(decode)
					if !changed {
						break
					}
					if !yield(decoded) {
						return
					}
					out = decoded
				}
			}
			v, more = v.through(unslashed)
		}
	}
}

// isBase64 reports the characters of both base64 alphabets.
func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}

// span is a part of a text: text[from:to].
type span struct{ from, to int }

// newSpan returns the part of the original behind v.text[from:to].
func newSpan(v view, from, to int) span {
	start, end := v.span(from, to)
	return span{start, end}
}

// replaceSpans writes Redacted once for each run of spans that overlap or touch.
func replaceSpans(text string, hidden []span) string {
	if len(hidden) == 0 {
		return text
	}
	slices.SortFunc(hidden, func(a, b span) int { return a.from - b.from })
	var out strings.Builder
	done := 0
	for i := 0; i < len(hidden); {
		from, to := hidden[i].from, hidden[i].to
		for i++; i < len(hidden) && hidden[i].from <= to; i++ {
			to = max(to, hidden[i].to)
		}
		out.WriteString(text[done:from])
		out.WriteString(Redacted)
		done = to
	}
	out.WriteString(text[done:])
	return out.String()
}
