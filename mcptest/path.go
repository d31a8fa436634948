package mcptest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// place is one spot in the results of a tool. Its path says outright what the written one says by the shape of the
// results: a member of every value of a map has "*" in it.
type place struct {
	path     []string
	maskable bool
}

// resolve finds what a path names, or says why it can name nothing. At a map, a name is what it is in rules (see
// fields.Resolve): a member of every value where the values have members, and a key.
func (c contract) resolve(path []string) ([]place, error) { return c.below(c.root, nil, path) }

func (c contract) below(s *schema, at, rest []string) ([]place, error) {
	s = c.element(s)
	switch kind := s.kind(); {
	case kind == fields.Any || len(at) > mostSteps:
		return []place{{slices.Concat(at, rest), true}}, nil
	case rest[0] == fields.AnyDepth:
		return c.atAnyDepth(s, at, rest)
	case kind == fields.Map:
		return c.inMap(s.Additional, at, rest)
	case kind == fields.Object:
		return c.inObject(s, at, rest)
	}
	return nil, fmt.Errorf("no field %q%s, which has no members", rest[0], in(at))
}

// enter goes on below the value at a path, or ends there.
func (c contract) enter(s *schema, at, rest []string) ([]place, error) {
	if len(rest) == 0 {
		return []place{{at, c.maskable(s)}}, nil
	}
	return c.below(s, at, rest)
}

func (c contract) inObject(s *schema, at, rest []string) ([]place, error) {
	known := slices.Sorted(maps.Keys(s.Properties))
	if rest[0] != fields.AnyMember {
		member, ok := s.Properties[rest[0]]
		if !ok {
			hint := suggest.DidYouMean(rest[0], known)
			if hint == "" {
				hint = "; there are: " + strings.Join(known, ", ")
			}
			return nil, fmt.Errorf("no field %q%s%s", rest[0], in(at), hint)
		}
		return c.enter(member, child(at, rest[0]), rest[1:])
	}
	var all []place
	for _, name := range known {
		if places, err := c.enter(s.Properties[name], child(at, name), rest[1:]); err == nil {
			all = append(all, places...)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no member%s leads on to %q", in(at), fields.JoinPath(rest[1:]))
	}
	return all, nil
}

func (c contract) inMap(value *schema, at, rest []string) ([]place, error) {
	var through []place
	if rest[0] != fields.AnyMember {
		switch kind := c.element(value).kind(); kind {
		case fields.Any:
			return []place{{slices.Concat(at, []string{fields.AnyDepth}, rest), true}}, nil
		case fields.Object, fields.Map:
			var err error
			if through, err = c.below(value, child(at, fields.AnyMember), rest); err != nil && kind == fields.Object {
				return nil, err
			}
		default: // the values have no members: the name is a key
		}
	}
	key, err := c.enter(value, child(at, rest[0]), rest[1:])
	if err != nil && len(through) == 0 {
		return nil, err
	}
	return append(through, key...), nil
}

// atAnyDepth keeps "**" in the path, if what follows it is found anywhere below.
func (c contract) atAnyDepth(s *schema, at, rest []string) ([]place, error) {
	if len(rest) == 1 {
		return nil, fmt.Errorf("%q must be followed by a field name", fields.AnyDepth)
	}
	here := place{path: slices.Concat(at, rest)}
	found, seen := false, map[*schema]bool{}
	var names []string
	var walk func(*schema)
	walk = func(s *schema) {
		s = c.element(s)
		if seen[s] {
			return
		}
		seen[s] = true
		switch s.kind() {
		case fields.Map:
			walk(s.Additional)
		case fields.Any:
			found, here.maskable = true, true
		case fields.Object:
			places, err := c.inObject(s, nil, rest[1:])
			found = found || err == nil
			here.maskable = here.maskable || slices.ContainsFunc(places, func(p place) bool { return p.maskable })
			for name, member := range s.Properties {
				names = append(names, name)
				walk(member)
			}
		default: // no members
		}
	}
	walk(s)
	if !found {
		slices.Sort(names)
		return nil, fmt.Errorf("no field %q at any depth%s%s", fields.JoinPath(rest[1:]), in(at), suggest.DidYouMean(rest[1], names))
	}
	return []place{here}, nil
}

// in says where a member was looked for; "" at the root.
func in(at []string) string {
	if len(at) == 0 {
		return ""
	}
	return " in " + fields.JoinPath(at)
}

// child returns a path of its own: paths of siblings must not share memory.
func child(at []string, name string) []string { return slices.Concat(at, []string{name}) }
