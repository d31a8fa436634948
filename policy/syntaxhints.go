package policy

import (
	"regexp"
	"strings"
)

// Words of other languages at the places where they stand in conditions.
var (
	wordOperator = regexp.MustCompile(`(?i)^(and|or|is\s+not|is|equals)\b`)
	notBefore    = regexp.MustCompile(`(?i)\bnot\s*$`)
)

// syntaxHint says what to write instead of what the parser stopped at; "" if that is not known. Columns count characters from 0.
func syntaxHint(text string, line, column int) string {
	at := after(text, line, column)
	before := strings.TrimSuffix(after(text, line, 0), at)
	if found := wordOperator.FindString(at); found != "" {
		switch word := strings.Join(strings.Fields(strings.ToLower(found)), " "); word {
		case "and":
			return ": write && instead of " + found
		case "or":
			return ": write || instead of " + found
		case "is not":
			return ": write != instead of " + found
		default:
			return ": write == instead of " + found
		}
	}
	switch {
	case strings.HasPrefix(at, "&"):
		return ": write && instead of &"
	case strings.HasPrefix(at, "|"):
		return ": write || instead of |"
	case strings.HasPrefix(at, ">") && strings.HasSuffix(before, "<"):
		return ": write != instead of <>"
	case strings.HasPrefix(at, "=") && strings.HasSuffix(before, "=="):
		return ": write == instead of ==="
	case strings.HasPrefix(at, "=") && strings.HasSuffix(before, "!="):
		return ": write != instead of !=="
	case strings.HasPrefix(at, "="):
		return ": write == instead of ="
	case strings.HasPrefix(at, "'"), strings.HasPrefix(at, `"`):
		if _, closed := afterQuote(at); !closed {
			return ": the quote that opens here is never closed"
		}
	}
	if notBefore.MatchString(before) {
		return ": write ! instead of not"
	}
	return ""
}
