package report

import (
	"fmt"
	"strings"
	"unicode"
)

// quoted writes a text from outside as a code span. In a code span Markdown knows no links, HTML, emphasis or entities, and the characters
// that end the span, the cell or the line are written as escapes, and so are those nobody sees. The text of the escapes themselves is
// escaped, too, so that two texts never look alike.
func quoted(text string) string {
	if text == "" {
		return "–"
	}
	var b strings.Builder
	b.WriteByte('`')
	for _, c := range text {
		switch {
		case c == '`' || c == '|' || c == '\\' || c == unicode.ReplacementChar || c != ' ' && !unicode.IsGraphic(c), c != ' ' && unicode.IsSpace(c):
			if c > 0xFFFF {
				fmt.Fprintf(&b, `\U%08x`, c)
			} else {
				fmt.Fprintf(&b, `\u%04x`, c)
			}
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('`')
	if strings.TrimSpace(text) == "" {
		return strings.ReplaceAll(b.String(), " ", `\u0020`) // a span of spaces cannot be seen
	}
	return b.String()
}

// prose writes a text of the report's maker. If it holds anything that Markdown could take for more than text, it is quoted.
func prose(text string) string {
	for word := range strings.SplitSeq(text, " ") {
		bare := strings.TrimRight(word, ".,:;?!)")
		bare = strings.TrimLeft(bare, "(")
		plain := bare != "" && strings.IndexFunc(bare, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' }) < 0 &&
			strings.Trim(bare, "-") != ""
		if !plain {
			return quoted(text)
		}
	}
	return text
}

// quotedAll writes texts one after the other.
func quotedAll(texts []string) string {
	if len(texts) == 0 {
		return "–"
	}
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = quoted(text)
	}
	return strings.Join(all, ", ")
}

// counts writes what a tally holds, with numbers where a text occurs more than once.
func (t *Tally) markdown() string {
	if len(t.Counts) == 0 && t.Other == 0 {
		return "–"
	}
	var all []string
	for _, text := range t.names() {
		one := quoted(text)
		if n := t.Counts[text]; n > 1 {
			one += fmt.Sprintf(" %d×", n)
		}
		all = append(all, one)
	}
	if t.Other > 0 {
		all = append(all, fmt.Sprintf("others %d×", t.Other))
	}
	return strings.Join(all, ", ")
}
