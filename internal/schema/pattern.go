package schema

import (
	"fmt"
	"regexp"
	"strings"
)

// portablePattern says why a pattern does not mean the same to Go (RE2, which validates here) and to ECMAScript
// with the u flag (ECMA-262, what JSON Schema asks for and clients run), or nil. It is strict: a construct that
// only one of them has, or that they read differently, is refused with what to write instead.
func portablePattern(pattern string) error {
	if _, err := regexp.Compile(pattern); err != nil {
		return fmt.Errorf("pattern %q does not compile here (Go RE2 has no look-around and no back-references): %w", pattern, err)
	}
	s := patternScan{rest: pattern}
	for s.rest != "" {
		if err := s.next(); err != nil {
			return fmt.Errorf("pattern %q is not portable: %w", pattern, err)
		}
	}
	return nil
}

// patternScan walks a pattern that is known to compile in Go. So it need not understand patterns, only recognise the
// constructs in which the two languages part: whatever it lets pass, both read, and read alike.
type patternScan struct {
	rest       string
	repeatable bool // what stands before can take a quantifier
}

// What the scan looks for. The category names are those both sides have without a script= prefix.
var (
	quantifier  = regexp.MustCompile(`^(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??`)
	posixClass  = regexp.MustCompile(`^\[:\^?[a-z]+:\]`)
	hexEscape   = regexp.MustCompile(`^\\x[0-9A-Fa-f]{2}`)
	category    = regexp.MustCompile(`^\\[pP]\{[A-Z][a-z]?\}`)
	namedGroup  = regexp.MustCompile(`^\(\?<[A-Za-z_][A-Za-z0-9_]*>`)
	classEscape = regexp.MustCompile(`^\\(?:[dDwWsS]|[pP]\{[A-Z][a-z]?\})`)
)

// next reads one item outside a class.
func (s *patternScan) next() error {
	if q := quantifier.FindString(s.rest); q != "" {
		if !s.repeatable { // RE2 takes ^*, ECMAScript no quantifier after an assertion
			return fmt.Errorf("%q has nothing it may repeat: put what it repeats into (?:...)", q)
		}
		s.take(len(q), false)
		return nil
	}
	switch s.rest[0] {
	case '(':
		return s.group()
	case '[':
		return s.class()
	case '\\':
		return s.escape(false)
	case '{', '}', ']': // RE2 takes them for themselves where they close nothing; with the u flag they are faults
		return fmt.Errorf(`a plain %q must be written \%s`, s.rest[:1], s.rest[:1])
	case '^', '$', '|':
		s.take(1, false)
	default: // one byte at a time: the bytes of a character outside ASCII are none of the above
		s.take(1, true)
	}
	return nil
}

// take moves past n bytes and notes whether a quantifier may follow.
func (s *patternScan) take(n int, repeatable bool) {
	s.rest, s.repeatable = s.rest[n:], repeatable
}

// group reads the opening of a group; its closing parenthesis is read as any other character.
func (s *patternScan) group() error {
	switch {
	case !strings.HasPrefix(s.rest, "(?"):
		s.take(1, false)
	case strings.HasPrefix(s.rest, "(?:"):
		s.take(3, false)
	case namedGroup.MatchString(s.rest):
		s.take(len(namedGroup.FindString(s.rest)), false)
	case strings.HasPrefix(s.rest, "(?P<"):
		return fmt.Errorf("(?P<name>...) is not ECMAScript: write (?<name>...) or (?:...)")
	default:
		return fmt.Errorf("inline flags like (?i) are not ECMAScript: write both cases, for example [Aa]")
	}
	return nil
}

// class reads a bracket expression. Only what both sides read alike may stand in it.
func (s *patternScan) class() error {
	s.take(1, false)
	s.rest = strings.TrimPrefix(s.rest, "^")
	// []a] is a class of two characters to RE2, and begins with an empty class to ECMAScript.
	if strings.HasPrefix(s.rest, "]") {
		return fmt.Errorf(`a "]" that opens a class must be written \]`)
	}
	set := false // the item before is a set like \w, which cannot begin a range
	for first := true; ; first = false {
		switch {
		case s.rest == "":
			return fmt.Errorf("a class is never closed")
		case s.rest[0] == ']':
			s.take(1, true)
			return nil
		case posixClass.MatchString(s.rest):
			return fmt.Errorf(`%s is not ECMAScript: write the characters, for example A-Za-z`, posixClass.FindString(s.rest))
		// [\w-z]: RE2 takes the "-" for itself, with the u flag it is a fault.
		case s.rest[0] == '-' && !first && !strings.HasPrefix(s.rest, "-]") && (set || classEscape.MatchString(s.rest[1:])):
			return fmt.Errorf(`a "-" beside a set like \w must be written \- or stand last`)
		case s.rest[0] == '\\':
			set = classEscape.MatchString(s.rest)
			if err := s.escape(true); err != nil {
				return err
			}
		default:
			set = false
			s.take(1, true)
		}
	}
}

// escape reads a backslash sequence.
func (s *patternScan) escape(inClass bool) error {
	c := s.rest[1] // RE2 compiled it: a character follows
	// Escapes that both have and read alike. Of \d, \w and \s only \s differs, by white space that few patterns mean.
	switch {
	case strings.IndexByte(`^$\.*+?()[]{}|/`, c) >= 0, strings.IndexByte("dDwWsStnvfr", c) >= 0, c == '-' && inClass:
		s.take(2, true)
	case c == 'b' || c == 'B': // an assertion; in a class, where \b is a backspace, RE2 has not compiled it
		s.take(2, false)
	case hexEscape.MatchString(s.rest):
		s.take(4, true)
	case category.MatchString(s.rest):
		s.take(len(category.FindString(s.rest)), true)
	case c == 'x':
		return fmt.Errorf(`\x{...} is not ECMAScript: write the character itself, or \xHH`)
	case c == 'p' || c == 'P':
		return fmt.Errorf(`%s differs in ECMAScript: write a general category in braces, like \p{L} or \p{Lu}`, s.rest[:2])
	case c == 'A' || c == 'z':
		return fmt.Errorf(`\%c is not ECMAScript: write %s`, c, map[byte]string{'A': "^", 'z': "$"}[c])
	case c == 'Q':
		return fmt.Errorf(`\Q...\E is not ECMAScript: escape each character`)
	case c >= '0' && c <= '9':
		return fmt.Errorf(`\%c is octal here and a back-reference in ECMAScript: write \xHH`, c)
	default:
		return fmt.Errorf(`\%c is not an escape in ECMAScript: write %c without a backslash`, c, c)
	}
	return nil
}
