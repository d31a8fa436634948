package postgres

import (
	"errors"
	"strings"

	"github.com/mcpgov/go-sdk/sqltool"
)

// This file reads the texts in which PostgreSQL writes arrays, {1,NULL,"a b"}, and rows, (1,,"a b").

var errLiteral = errors.New("an array or row in a form that is not read")

// mostDimensions is how deep arrays may stand in one another; PostgreSQL has 6.
const mostDimensions = 8

// readArray reads an array whose elements a comma parts, or what else their type has for it.
func readArray(text string, element reading, comma byte) (any, error) {
	if strings.HasPrefix(text, "[") { // bounds: [0:1]={1,2}
		if _, rest, ok := strings.Cut(text, "="); ok {
			text = rest
		}
	}
	l := literal{text: text, comma: comma}
	list, err := l.array(element, mostDimensions)
	if err == nil && l.i != len(text) {
		err = errLiteral
	}
	return list, err
}

// literal is a text and how far it is read.
type literal struct {
	text  string
	i     int
	comma byte // what parts items
}

func (l *literal) peek() byte {
	if l.i < len(l.text) {
		return l.text[l.i]
	}
	return 0
}

func (l *literal) array(element reading, depth int) ([]any, error) {
	if l.peek() != '{' || depth == 0 {
		return nil, errLiteral
	}
	l.i++
	list := []any{}
	for l.peek() != '}' {
		if len(list) > 0 {
			if l.peek() != l.comma {
				return nil, errLiteral
			}
			l.i++
		}
		var v any
		var err error
		if l.peek() == '{' {
			v, err = l.array(element, depth-1)
		} else {
			text, isQuoted, ok := l.item('}')
			switch {
			case !ok:
				err = errLiteral
			case isQuoted || !strings.EqualFold(text, "NULL"):
				v, err = element(text)
			}
		}
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	l.i++
	return list, nil
}

// item reads up to a comma or the end. Inside quotes \ takes the next byte as it is, and "" is one quote.
func (l *literal) item(end byte) (text string, isQuoted, ok bool) {
	var b strings.Builder
	inside := false
	for ; l.i < len(l.text); l.i++ {
		c := l.text[l.i]
		switch {
		case c == '\\' && l.i+1 < len(l.text):
			l.i++
			b.WriteByte(l.text[l.i])
		case c == '"' && inside && l.i+1 < len(l.text) && l.text[l.i+1] == '"':
			l.i++
			b.WriteByte(c)
		case c == '"':
			inside, isQuoted = !inside, true
		case !inside && (c == l.comma || c == end):
			return b.String(), isQuoted, true
		default:
			b.WriteByte(c)
		}
	}
	return "", false, false
}

// compositeReading reads rows into their members by name.
func compositeReading(members []sqltool.Column) reading {
	readers := make([]reading, len(members))
	for i, m := range members {
		readers[i] = readingOf(m.Type)
	}
	return func(text string) (any, error) {
		l := literal{text: text, comma: ','}
		if l.peek() != '(' {
			return nil, errLiteral
		}
		out := make(map[string]any, len(members))
		for i, m := range members {
			l.i++ // the bracket, or a comma
			item, isQuoted, ok := l.item(')')
			last := i == len(members)-1
			if !ok || last != (l.peek() == ')') {
				return nil, errLiteral
			}
			if item == "" && !isQuoted {
				out[m.Name] = nil
				continue
			}
			var err error
			if out[m.Name], err = readers[i](item); err != nil {
				return nil, err
			}
		}
		if l.i != len(text)-1 {
			return nil, errLiteral
		}
		return out, nil
	}
}
