package mask

import "bytes"

// shape is the members of the last object at one node, in order. It does two
// things at once. The rows of a list mostly have the same members in the same
// order, so it foretells the next member and where it leads, and one comparison
// replaces a look-up. And it is the list of the names seen so far, which proves
// that no name comes twice: a beginning of a list without doubles has none.
type shape struct {
	members []member
	names   map[string]struct{} // of members[:indexed], once there are many
	indexed int
}

// member is a name and the node it leads to.
type member struct {
	raw     []byte // as written, with its quotes
	name    []byte // unescaped
	next    *node  // nil if no path leads there
	literal bool   // next was found by name, not by "*"
}

// manyMembers is the size from which names are looked up in a map: below it
// comparing with all is faster, above it would be quadratic.
const manyMembers = 32

// forget drops everything that points into a document, and the memory of
// unusually large objects.
func (s *shape) forget() {
	if cap(s.members) > 2048 {
		*s = shape{}
		return
	}
	clear(s.members[:cap(s.members)])
	s.members = s.members[:0]
	s.unindex()
}

// unindex empties the map of names. Clearing costs what the map once held, so
// one large object must not make all later ones slow.
func (s *shape) unindex() {
	if s.indexed > 1024 {
		s.names = nil
	}
	clear(s.names)
	s.indexed = 0
}

// member reads the name at src[i], the k-th of its object, and returns the
// index after it and the node it leads to.
func (w *walker) member(n *node, seen *shape, k, i int) (int, *node, error) {
	if k < len(seen.members) {
		if m := &seen.members[k]; bytes.HasPrefix(w.src[i:], m.raw) {
			return i + len(m.raw), m.next, nil
		}
		seen.members = seen.members[:k] // from here on this object differs
		if seen.indexed > k {
			seen.unindex()
		}
	}
	if i >= len(w.src) || w.src[i] != '"' {
		return i, nil, fault(i, "no member name where one should be")
	}
	end, escaped, err := skipString(w.src, i)
	if err != nil {
		return end, nil, err
	}
	m := member{raw: w.src[i:end], name: w.src[i+1 : end-1]}
	if escaped {
		name, ok := unescape(make([]byte, 0, len(m.name)), m.name)
		if !ok {
			return i, nil, fault(i, "half of a surrogate pair in a member name")
		}
		m.name = name
	}
	m.next = n.any
	if len(n.names) > 0 {
		w.folded = appendFold(w.folded[:0], m.name)
		if next := n.names[string(w.folded)]; next != nil {
			m.next, m.literal = next, true
		}
	}
	if seen.holds(m) {
		return i, nil, fault(i, "a member name given twice, or two names that one path fits,")
	}
	seen.members = append(seen.members, m)
	return end, m.next, nil
}

// holds reports whether a member of the same name was seen, or one found by the
// same literal name of a path: one reader takes the first, another the last.
func (s *shape) holds(m member) bool {
	if m.literal {
		for i := range s.members {
			if s.members[i].next == m.next && s.members[i].literal {
				return true
			}
		}
	}
	if len(s.members) < manyMembers {
		for i := range s.members {
			if bytes.Equal(s.members[i].name, m.name) {
				return true
			}
		}
		return false
	}
	if s.names == nil {
		s.names = make(map[string]struct{}, 2*manyMembers)
	}
	for ; s.indexed < len(s.members); s.indexed++ {
		s.names[string(s.members[s.indexed].name)] = struct{}{}
	}
	_, found := s.names[string(m.name)]
	return found
}
