package sqltool

import (
	"errors"
	"fmt"
	"strings"
)

// This file holds the lexical rules that PostgreSQL, DuckDB and SQLite share. Each function gets the rest of a text and says how long the
// lexeme at its beginning is.

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLetter reports whether a name may begin with c. Every byte of a character beyond ASCII may.
func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

// wordEnd is the length of a name or keyword. A $ inside belongs to it: a$b is one name.
func wordEnd(rest string) int {
	i := 1
	for i < len(rest) && (isLetter(rest[i]) || isDigit(rest[i]) || rest[i] == '$') {
		i++
	}
	return i
}

// numberEnd is the length of a number, and of what is written right behind it.
func numberEnd(rest string) int {
	i := 1
	for i < len(rest) && (isDigit(rest[i]) || rest[i] == '.' || isLetter(rest[i])) {
		i++
	}
	return i
}

// pathEnd is the length of a parameter's name: letters, digits and _, and more of them behind dots. 0 if there is none.
func pathEnd(rest string) int {
	end := 0
	for i := 0; i < len(rest) && isASCIILetter(rest[i]); {
		for i < len(rest) && (isASCIILetter(rest[i]) || isDigit(rest[i])) {
			i++
		}
		end = i
		if i == len(rest) || rest[i] != '.' {
			break
		}
		i++
	}
	return end
}

func isASCIILetter(c byte) bool { return c < 0x80 && isLetter(c) }

// quoted is the length of a text in quotes of its first byte, which stand twice inside; with escapes \' is no end either.
func quoted(rest string, escapes bool) (n int, ok bool) {
	quote := rest[0]
	for i := 1; i < len(rest); i++ {
		switch {
		case escapes && rest[i] == '\\':
			i++
		case rest[i] != quote:
		case i+1 < len(rest) && rest[i+1] == quote:
			i++
		default:
			return i + 1, true
		}
	}
	return len(rest), false
}

// dollarTag returns the opening $tag$ of a dollar quote.
func dollarTag(rest string) (string, bool) {
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '$':
			return rest[:i+1], true
		case isLetter(c), i > 1 && isDigit(c):
		default:
			return "", false
		}
	}
	return "", false
}

// lineEnd is the length of a comment up to the end of its line.
func lineEnd(rest string) int {
	if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
		return i
	}
	return len(rest)
}

// commentEnd is the length of a comment in /* */, which may hold others.
func commentEnd(rest string) (n int, ok bool) {
	depth := 0
	for i := 0; i+1 < len(rest); i++ {
		switch rest[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1, true
			}
		}
	}
	return len(rest), false
}

// skipSpace returns where the white space at i ends. Comments are not looked for: what is behind one is left as it is.
func skipSpace(sql string, i int) int {
	for i < len(sql) && isSpace(sql[i]) {
		i++
	}
	return i
}

// place says where an offset is, for people.
func place(sql string, offset int) string {
	before := sql[:offset]
	return fmt.Sprintf("line %d, column %d", 1+strings.Count(before, "\n"), offset-strings.LastIndexByte(before, '\n'))
}

func unless(ok bool, text string) error {
	if ok {
		return nil
	}
	return errors.New(text)
}
