package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// whyBroken says what is wrong with a text the YAML library cannot read. The library names the line where it gave up, which is often the one
// before or after the mistake, and says what it expected, which is seldom what is missing. So the mistakes people make in policies are
// looked for one by one, and the library's own words are the last resort.
func whyBroken(data []byte, err error) error {
	s := suspects{levels: []yamlLevel{{}}}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		s.look(number, strings.TrimRight(line, "\r\n"))
	}
	switch {
	case len(s.faults) > 0:
		return errors.Join(s.faults...)
	case s.askew != nil: // may follow from any of the others, so it is said only where there are none
		return s.askew
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if at, says, ok := strings.Cut(strings.TrimPrefix(text, "line "), ": "); ok && strings.HasPrefix(text, "line ") {
		return fmt.Errorf("at or near line %s: this is no YAML: %s: look for a quote, bracket or brace that is not closed", at, says)
	}
	return fmt.Errorf("this is no YAML: %s", text)
}

// suspects reads a YAML text line by line, knowing as much of the language as policies use.
type suspects struct {
	levels []yamlLevel // the blocks a line may belong to, outermost first
	opens  bool        // the line before ends where a block may begin
	flow   int         // braces and brackets that are open
	scalar int         // the indentation of the key whose block of text (| or >) goes on, plus one; zero for none
	faults []error
	askew  error // the first line that stands in no block
}

// yamlLevel is a block of keys, or of items that begin with a dash, by its column.
type yamlLevel struct {
	column int
	items  bool
}

var (
	// valued is a key whose value is a text that may hold anything.
	valued = regexp.MustCompile(`(?:^|[\s{,])["']?(condition|reason)["']?:[ \t]+`)
	// glued is a key without the space that makes it one.
	glued = regexp.MustCompile(`^[ -]*(mcpgov|name|default|timezone|user|policies|tools|input|output|id|condition|action|reason|fields|labels|mask):([^\s]+)`)
	// star is a selector YAML takes for an alias.
	star = regexp.MustCompile(`(?:tools:\s+|tools:.*[\[,]\s*|^\s*-\s+)(\*[^,\]\s]*)`)
	// opened is a key with nothing behind it, or a dash.
	opened = regexp.MustCompile(`(?:^-|:)(?:\s+#.*)?$`)
	// textBlock is a key whose text follows on lines of its own.
	textBlock = regexp.MustCompile(`:\s+[|>][-+0-9]*(?:\s+#.*)?$`)
	keyOfLine = regexp.MustCompile(`^["']?([\w-]+)["']?:(?:\s|$)`)
)

func (s *suspects) fault(line, column int, format string, args ...any) {
	s.faults = append(s.faults, fmt.Errorf("line %d:%d: %s", line, column, fmt.Sprintf(format, args...)))
}

// look takes in one line.
func (s *suspects) look(number int, line string) {
	content := strings.TrimLeft(line, " ")
	indent := len(line) - len(content)
	if content == "" || content[0] == '#' || content == "---" {
		return
	}
	if s.scalar > 0 && indent >= s.scalar {
		return
	}
	s.scalar = 0
	if content[0] == '\t' {
		if strings.TrimSpace(content) != "" {
			s.fault(number, indent+1, "YAML takes no tabs: indent with spaces")
		}
		return
	}
	if s.flow == 0 {
		if g := glued.FindStringSubmatch(line); g != nil {
			s.fault(number, indent+1, "a space must follow the colon: write %s: %s", g[1], g[2])
		}
		s.place(number, indent, content)
	}
	for _, at := range valued.FindAllStringSubmatchIndex(line, -1) {
		inFlow := s.flow+openBrackets(line[:at[2]]) > 0
		if why := whyUnreadable(line[at[1]:], line[at[2]:at[3]], inFlow); why != "" {
			s.fault(number, utf8.RuneCountInString(line[:at[1]])+1, "%s", why)
		}
	}
	if at := star.FindStringSubmatchIndex(line); at != nil {
		s.fault(number, utf8.RuneCountInString(line[:at[2]])+1, `write "%s" in quotes: YAML takes what begins with * for an alias`, line[at[2]:at[3]])
	}
	s.flow = max(0, s.flow+openBrackets(line))
	s.opens = s.flow == 0 && opened.MatchString(strings.TrimRight(content, " "))
	if textBlock.MatchString(content) {
		s.scalar = max(indent, s.levels[len(s.levels)-1].column) + 1
	}
}

// place finds the block a line belongs to.
func (s *suspects) place(number, indent int, content string) {
	item := strings.HasPrefix(content, "- ") || content == "-"
	if !item && !keyOfLine.MatchString(content) {
		return // a text that goes on
	}
	top := func() yamlLevel { return s.levels[len(s.levels)-1] }
	var columns []int // where a line of this kind might stand
	for _, l := range s.levels {
		if l.items == item && !slices.Contains(columns, l.column) {
			columns = append(columns, l.column)
		}
	}
	before := top()
	for len(s.levels) > 1 && (top().column > indent || top().column == indent && top().items && !item) {
		s.levels = s.levels[:len(s.levels)-1]
	}
	if l := top(); l.column != indent || l.items != item {
		if s.opens && (indent > before.column || item && indent == before.column && !before.items) {
			s.levels = append(s.levels, yamlLevel{indent, item})
		} else if s.askew == nil {
			s.askew = askew(number, indent, columns, content)
		}
	}
	if !item {
		return
	}
	rest := strings.TrimLeft(content[1:], " ")
	s.opens = s.opens || rest == ""
	if inner := indent + len(content) - len(rest); keyOfLine.MatchString(rest) {
		s.levels = append(s.levels, yamlLevel{inner, false})
	}
}

// askew says of a line that it stands in no block.
func askew(number, indent int, columns []int, content string) error {
	what := content
	if key := keyOfLine.FindStringSubmatch(content); key != nil {
		what = key[1]
	} else if len(what) > 20 {
		what = strings.ToValidUTF8(what[:20], "") + "..."
	}
	side := "left"
	words := make([]string, len(columns))
	for i, c := range columns {
		words[i] = fmt.Sprint(c)
		if i == len(columns)-1 && c < indent {
			side = "right"
		}
	}
	if len(words) == 0 {
		words = []string{"0"}
	}
	if len(words) > 1 {
		words = []string{strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]}
	}
	return fmt.Errorf("line %d:%d: %q stands %s of its block: it is indented by %d, the lines it may belong to by %s: align it with them",
		number, indent+1, what, side, indent, words[0])
}

// whyUnreadable says what YAML makes of a text that ought to be in quotes; "" if nothing is wrong with it.
func whyUnreadable(value, key string, inFlow bool) string {
	value = strings.TrimRight(value, " \t")
	if value == "" {
		return ""
	}
	quotes := fmt.Sprintf("put the %s in double quotes", key)
	switch value[0] {
	case '!':
		return wholeInQuotes
	case '"', '\'':
		rest, closed := afterQuote(value)
		switch {
		case !closed:
			return fmt.Sprintf("the quote %c that opens here is not closed on this line", value[0])
		case rest == "" || rest[0] == '#' || inFlow && (rest[0] == ',' || rest[0] == '}' || rest[0] == ']'):
			return ""
		case value[0] == '"':
			return fmt.Sprintf(`%s, and use ' inside: YAML ends it at the second "`, quotes)
		}
		return quotes + ": YAML ends it at the second '"
	case '@', '`', '*', '&', '%', '[', '{':
		return fmt.Sprintf("%s: YAML takes a %c at its beginning for its own", quotes, value[0])
	}
	if inFlow {
		if end := strings.IndexAny(value, ",}"); end >= 0 {
			value = value[:end]
		}
		if at := strings.IndexAny(value, "[]{"); at >= 0 {
			return fmt.Sprintf("%s: within {...} YAML takes a %c for its own", quotes, value[at])
		}
	}
	if comment := strings.Index(value, " #"); comment >= 0 {
		value = value[:comment]
	}
	if strings.Contains(value, ": ") {
		return quotes + ": YAML takes what stands before a colon for a key"
	}
	return ""
}

// wholeInQuotes is said of what begins with an exclamation mark: in quotes without it, it would mean the opposite.
const wholeInQuotes = "YAML takes what begins with ! for a tag: put the whole text in double quotes, the ! with it"

// afterQuote returns what follows the quoted text at the beginning of s.
func afterQuote(s string) (rest string, closed bool) {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] == '"':
			i++
		case s[i] == s[0] && s[0] == '\'' && strings.HasPrefix(s[i+1:], "'"):
			i++
		case s[i] == s[0]:
			return strings.TrimLeft(s[i+1:], " \t"), true
		}
	}
	return "", false
}

// openBrackets counts the braces and brackets that line leaves open, quoted texts passed over.
func openBrackets(line string) int {
	open := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"', '\'':
			if i > 0 && !strings.ContainsRune(" {[,:", rune(line[i-1])) {
				continue // an apostrophe
			}
			rest, closed := afterQuote(line[i:])
			if !closed {
				return open
			}
			i = len(line) - len(rest) - 1
		case '#':
			if i == 0 || line[i-1] == ' ' {
				return open
			}
		case '{', '[':
			open++
		case '}', ']':
			open--
		}
	}
	return open
}
