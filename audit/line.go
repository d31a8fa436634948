package audit

import (
	"errors"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// members walks the members of one canonical JSON object, as lines and their nested objects are. It refuses anything that is not
// exactly such an object: white space, another order, a name twice, an escape in a name.
type members struct {
	object []byte
	at     int    // where the current member starts
	next   int    // where to read on
	name   []byte // name of the current member
	value  []byte // its value, canonical JSON
}

var (
	errNoObject = errors.New("not a JSON object")
	errMember   = errors.New("a member is not canonical JSON")
	errOrder    = errors.New("members are not in canonical order, or one stands twice")
)

// advance moves to the next member; false at the end of the object and on error.
func (m *members) advance() (bool, error) {
	o := m.object
	switch {
	case m.next == 0: // the start
		if len(o) < 2 || o[0] != '{' {
			return false, errNoObject
		}
		m.next = 1
		if o[1] == '}' {
			return false, m.finish(1)
		}
	case o[m.next] == '}':
		return false, m.finish(m.next)
	default:
		m.next++ // the comma, checked when the last value was read
	}
	m.at = m.next
	before := m.name
	if err := m.read(); err != nil {
		return false, err
	}
	// Names hold letters and "_" only, for which the order of bytes is the canonical order.
	if before != nil && !inOrder(before, m.name) {
		return false, errOrder
	}
	return true, nil
}

// inOrder compares first letters first: most names differ there, and there is one comparison for every member of a log.
func inOrder(a, b []byte) bool {
	if len(a) > 0 && len(b) > 0 && a[0] != b[0] {
		return a[0] < b[0]
	}
	return string(a) < string(b)
}

// finish checks that the brace that ends the object ends the line too.
func (m *members) finish(brace int) error {
	if brace != len(m.object)-1 {
		return errors.New("data after the end of the object")
	}
	return nil
}

// read reads the member at m.at and leaves m.next at the comma or brace behind it.
func (m *members) read() error {
	o, i := m.object, m.at
	if i >= len(o) || o[i] != '"' {
		return errMember
	}
	i++
	start := i
	for i < len(o) && (o[i] >= 'a' && o[i] <= 'z' || o[i] == '_') { // all names this package writes
		i++
	}
	if i+1 >= len(o) || o[i] != '"' || o[i+1] != ':' {
		return errMember
	}
	m.name = o[start:i]
	i += 2
	n, ok := canon.Span(o[i:])
	if !ok {
		return errMember
	}
	m.value = o[i : i+n]
	m.next = i + n
	if m.next >= len(o) || o[m.next] != ',' && o[m.next] != '}' {
		return errMember
	}
	return nil
}
