package check

import (
	"errors"
	"strings"
)

// ViewQuery takes the statement and the column names out of the text that duckdb_views() gives for a view, CREATE VIEW name (columns) AS
// statement;. The text is the engine's own, not a caller's.
func ViewQuery(create string) (query string, columns []string, err error) {
	s := &scanner{rest: create}
	bad := errors.New("check: the text is not that of a view: CREATE VIEW name AS statement")
	for s.word() != "view" {
		if s.next() == "" {
			return "", nil, bad
		}
	}
	s.next() // VIEW
	for depth := 0; ; {
		token := s.next()
		switch {
		case token == "":
			return "", nil, bad
		case token == "(":
			depth++
		case token == ")":
			depth--
		case depth == 0 && fold(token) == "as":
			return strings.TrimRight(strings.TrimSpace(s.rest), ";"), columns, nil
		case depth == 1 && token != ",":
			columns = append(columns, unquote(token))
		}
	}
}

// scanner cuts the head of CREATE VIEW into names and signs.
type scanner struct{ rest string }

// word is the next token in lower case, which stays.
func (s *scanner) word() string {
	ahead := scanner{rest: s.rest}
	return fold(ahead.next())
}

// next is the next token: a name with or without quotes, or one sign; empty at the end.
func (s *scanner) next() string {
	s.rest = strings.TrimLeft(s.rest, " \t\r\n")
	if s.rest == "" {
		return ""
	}
	end := 1
	switch ch := s.rest[0]; {
	case ch == '"':
		for end < len(s.rest) {
			if s.rest[end] == '"' {
				if !strings.HasPrefix(s.rest[end:], `""`) {
					break
				}
				end++
			}
			end++
		}
		end = min(end+1, len(s.rest))
	case isNameByte(ch):
		for end < len(s.rest) && isNameByte(s.rest[end]) {
			end++
		}
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

func isNameByte(ch byte) bool {
	return ch >= 0x80 || ch == '_' || ch == '$' || '0' <= ch && ch <= '9' || 'a' <= ch && ch <= 'z' || 'A' <= ch && ch <= 'Z'
}

func unquote(name string) string {
	if len(name) >= 2 && name[0] == '"' {
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return name
}
