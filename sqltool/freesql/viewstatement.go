package freesql

import "strings"

// viewStatement takes what DuckDB keeps of a view, CREATE VIEW "a b".v (x, "y z") AS SELECT ...;, apart into the names of its columns, if it
// gives any, and the statement. It reads no SQL but what DuckDB wrote itself; false is what it does not understand.
func viewStatement(text string) (columns []string, body string, ok bool) {
	rest, ok := strings.CutPrefix(text, "CREATE VIEW ")
	if !ok {
		return nil, "", false
	}
	for { // the name and its qualifiers
		if _, rest, ok = leadingName(rest); !ok {
			return nil, "", false
		}
		if !strings.HasPrefix(rest, ".") {
			break
		}
		rest = rest[1:]
	}
	rest = strings.TrimLeft(rest, " ")
	if inside, found := strings.CutPrefix(rest, "("); found {
		for {
			var name string
			if name, rest, ok = leadingName(strings.TrimLeft(inside, " ")); !ok {
				return nil, "", false
			}
			columns = append(columns, name)
			rest = strings.TrimLeft(rest, " ")
			if strings.HasPrefix(rest, ")") {
				rest = strings.TrimLeft(rest[1:], " ")
				break
			}
			if inside, ok = strings.CutPrefix(rest, ","); !ok {
				return nil, "", false
			}
		}
	}
	body, ok = strings.CutPrefix(rest, "AS ")
	return columns, body, ok
}

// leadingName reads a name, quoted or not.
func leadingName(text string) (name, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ` .,()"`)
		if end <= 0 {
			return "", "", false
		}
		return text[:end], text[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '"':
			b.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] == '"':
			b.WriteByte('"')
			i++
		default:
			return b.String(), text[i+1:], true
		}
	}
	return "", "", false
}
