package sqltool

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// text is an SQL text cut at its parameters: what the database is given is the pieces between them, byte for byte, and placeholders.
type text struct {
	pieces   []piece
	numbered []int  // where $1 and its like stand
	marks    []int  // where a bare ? stands: a placeholder of some drivers, an operator of PostgreSQL
	count    int    // statements: texts between semicolons that hold more than space and comments
	first    string // the first word, lower case
	writes   string // the first word of those that only stand in statements that write, lower case
}

// writing are words that stand in statements that write, FOR UPDATE and SELECT INTO among them.
//
//nolint:gochecknoglobals // a constant that Go cannot spell as one
var writing = []string{"insert", "update", "delete", "merge", "into"}

// piece is some text, or a parameter.
type piece struct {
	text          string
	param         string // the path of a parameter, as written without $; "" of text
	at            int    // byte offset of the parameter
	in            bool   // it stands alone behind IN, in brackets or without: before and after belong to it
	not           bool   // of NOT IN
	before, after string
}

// parseText cuts a text at its parameters. It knows what may hide a $ from it: strings, quoted names, dollar quotes and comments.
func parseText(sql string) (text, error) {
	if !utf8.ValidString(sql) || strings.Contains(sql, "\x00") {
		return text{}, errors.New("the text holds bytes that are no UTF-8, or a NUL: databases read such texts differently")
	}
	s := scanner{sql: sql}
	if err := s.run(); err != nil {
		return text{}, err
	}
	if s.end == 0 {
		s.end = len(sql)
	}
	s.flush(s.end)
	return s.out, nil
}

// scanner walks over an SQL text once.
type scanner struct {
	sql   string
	i     int
	begun int // of the text not yet in out
	out   text
	words [3]word // the last three tokens that are no space, newest last
	dirty bool    // a statement has begun
	end   int     // where the semicolon behind the first statement stands
}

// word is a token that matters in front of a parameter.
type word struct {
	text       string // lower case
	begin, end int
}

func (s *scanner) run() error {
	for s.i < len(s.sql) {
		begin := s.i
		space, err := s.next()
		if err != nil {
			return fmt.Errorf("%w, which begins in %s", err, place(s.sql, begin))
		}
		if space {
			continue
		}
		token := s.sql[begin:s.i]
		if token == ";" {
			if s.dirty && s.end == 0 {
				s.flush(begin)
				s.end = begin
			}
			if s.dirty = false; s.out.count == 0 {
				s.begun = s.i // what stands before the statement would not stand inside another
			}
		} else if !s.dirty {
			s.dirty = true
			s.out.count++
			if s.out.count == 1 {
				s.out.first = strings.ToLower(token)
			}
		}
		if lower := strings.ToLower(token); s.out.writes == "" && slices.Contains(writing, lower) {
			s.out.writes = lower
		}
		s.words[0], s.words[1], s.words[2] = s.words[1], s.words[2], word{strings.ToLower(token), begin, s.i}
	}
	return nil
}

// next passes over one token; space reports whether it was white space or a comment.
func (s *scanner) next() (space bool, err error) {
	c, rest := s.sql[s.i], s.sql[s.i:]
	switch {
	case isSpace(c):
		s.i++
		return true, nil
	case strings.HasPrefix(rest, "--"):
		s.i += lineEnd(rest)
		return true, nil
	case strings.HasPrefix(rest, "/*"):
		n, ok := commentEnd(rest)
		s.i += n
		return true, unless(ok, "a comment without */")
	case (c == 'e' || c == 'E') && strings.HasPrefix(rest[1:], "'"):
		n, ok := quoted(rest[1:], true)
		s.i += 1 + n
		return false, unless(ok, "a string without its closing quote")
	case c == '\'' || c == '"' || c == '`':
		n, ok := quoted(rest, false)
		s.i += n
		return false, unless(ok, "a text without its closing quote")
	case isLetter(c):
		s.i += wordEnd(rest)
	case isDigit(c):
		s.i += numberEnd(rest)
	case c == '$':
		return false, s.dollar()
	case c == '?':
		s.out.marks = append(s.out.marks, s.i)
		s.i++
	default:
		s.i++
	}
	return false, nil
}

// dollar passes over a dollar quote or takes a parameter.
func (s *scanner) dollar() error {
	rest := s.sql[s.i:]
	if tag, ok := dollarTag(rest); ok {
		end := strings.Index(rest[len(tag):], tag)
		if end < 0 {
			s.i = len(s.sql)
			return fmt.Errorf("a text in %s without its end", tag)
		}
		s.i += len(tag) + end + len(tag)
		return nil
	}
	name := pathEnd(rest[1:])
	if name == 0 {
		if s.i++; len(rest) > 1 && isDigit(rest[1]) {
			s.out.numbered = append(s.out.numbered, s.i-1)
			s.i += numberEnd(rest[1:])
		}
		return nil
	}
	s.parameter(rest[1:1+name], s.i, s.i+1+name)
	return nil
}

// parameter takes the parameter at begin, and the IN and brackets around it.
func (s *scanner) parameter(name string, begin, end int) {
	p := piece{param: name, at: begin}
	last, behind := s.words[2], end
	if last.text == "(" {
		if closing := skipSpace(s.sql, end); strings.HasPrefix(s.sql[closing:], ")") {
			last, behind = s.words[1], closing+1
		}
	}
	from := begin
	if last.text == "in" {
		p.in, from = true, last.begin
		before := s.words[1]
		if last == s.words[1] {
			before = s.words[0]
		}
		if before.text == "not" {
			p.not, from = true, before.begin
		}
		p.before, p.after, end = s.sql[from:begin], s.sql[end:behind], behind
	}
	s.flush(from)
	s.out.pieces = append(s.out.pieces, p)
	s.i, s.begun = end, end
}

// flush puts the text up to end into out.
func (s *scanner) flush(end int) {
	if s.begun < end {
		s.out.pieces = append(s.out.pieces, piece{text: s.sql[s.begun:end]})
		s.begun = end
	}
}
