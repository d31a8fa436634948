package contract

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// query is the developer's SQL without the semicolons that may stand at its end.
func query(text string) string { return strings.TrimRight(strings.TrimSpace(text), "; \t\r\n") }

// sqlFault refuses what is more than a part of one statement: a slip there could end the query around it. It knows quotes and comments as
// standard SQL has them; drivers that prepare what they run refuse the rest.
func sqlFault(what, text string) error {
	if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return fmt.Errorf("%s: the SQL holds NUL or is no UTF-8", what)
	}
	if err := part(query(text)); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// part checks that brackets, quotes and comments that are opened in a text are closed in it, and that it is one statement.
func part(text string) error {
	depth := 0
	for i := 0; i < len(text); i++ {
		end := "" // of what begins here
		switch rest := text[i:]; {
		case rest[0] == '(':
			depth++
		case rest[0] == ')':
			if depth--; depth < 0 {
				return errors.New("the SQL closes a bracket that it has not opened")
			}
		case rest[0] == ';':
			return errors.New("the SQL is more than one statement")
		case rest[0] == '\'' || rest[0] == '"':
			end = rest[:1]
		case strings.HasPrefix(rest, "--"):
			line, _, _ := strings.Cut(rest, "\n")
			i += len(line)
		case strings.HasPrefix(rest, "/*"):
			end = "*/"
			i++
		}
		if end == "" {
			continue
		}
		length := strings.Index(text[i+1:], end)
		if length < 0 {
			return fmt.Errorf("the SQL opens %s and does not close it", text[i:i+1])
		}
		i += length + len(end)
	}
	if depth > 0 {
		return errors.New("the SQL opens a bracket that it does not close")
	}
	return nil
}
