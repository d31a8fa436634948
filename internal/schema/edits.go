package schema

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// edits are the paths a policy may mask or remove, followed side by side down a type: each is a small automaton,
// and a state says how far each has come. Two uses of a type in the same state share a definition; a use that is
// masked and one that is not do not.
//
//	paths  0: billing.city  1: **.ssn
//
//	at the root        0 waits for billing, 1 for ** or ssn
//	below "billing"    0 waits for city,    1 for ** or ssn
//	below "shipping"   0 is out,            1 for ** or ssn: another state, so another copy of Address
type edits struct {
	paths [][]string
}

// state is a set of positions, sorted. Empty: nothing below here is edited.
type state []position

// position is one path and the segment it waits for.
type position struct{ path, at int }

// start is the state at the root of a document.
func (e *edits) start() state {
	var s state
	for i := range e.paths {
		s = append(s, position{i, 0})
	}
	return e.close(s)
}

// close adds what "**" reaches by standing for nothing, and sorts, so that equal states are equal texts.
func (e *edits) close(s state) state {
	for i := 0; i < len(s); i++ { // s grows meanwhile: "**" may stand before "**"
		if p := s[i]; e.paths[p.path][p.at] == fields.AnyDepth && p.at+1 < len(e.paths[p.path]) {
			s = append(s, position{p.path, p.at + 1})
		}
	}
	slices.SortFunc(s, func(a, b position) int {
		if a.path != b.path {
			return a.path - b.path
		}
		return a.at - b.at
	})
	return slices.Compact(s)
}

// member steps into the member name of an object. hit: a path ends here.
func (e *edits) member(s state, name string) (next state, hit bool) {
	return e.step(s, func(segment string) bool { return segment == fields.AnyMember || segment == name }, false)
}

// mapValue steps into the values of a map, whose keys are data: any name may be a key, and a literal name may also
// be meant for a member of every value (fields.Resolve).
func (e *edits) mapValue(s state, value reflect.Type) (next state, hit bool) {
	kind := fields.KindOf(value)
	for kind == fields.List {
		value = fields.Deref(value).Elem()
		kind = fields.KindOf(value)
	}
	through := kind == fields.Object || kind == fields.Map || kind == fields.Any
	return e.step(s, func(string) bool { return true }, through)
}

// step moves every position over one member name. Paths that end in it are a hit; "**" stays, it may stand for more.
func (e *edits) step(s state, matches func(string) bool, keepLiterals bool) (next state, hit bool) {
	for _, p := range s {
		path := e.paths[p.path]
		segment := path[p.at]
		if segment == fields.AnyDepth {
			next = append(next, p)
			continue
		}
		if keepLiterals && segment != fields.AnyMember {
			next = append(next, p) // meant for a member of the value: the key was passed over
		}
		if !matches(segment) {
			continue
		}
		if p.at+1 == len(path) {
			hit = true
			continue
		}
		next = append(next, position{p.path, p.at + 1})
	}
	return e.close(next), hit
}

// prune returns s if some field of t or below is edited in it, and the empty state otherwise, so that a type that
// a path merely passes by keeps its one definition.
func (e *edits) prune(t reflect.Type, s state) state {
	if len(s) == 0 || !e.reaches(t, s, map[instance]bool{}) {
		return nil
	}
	return s
}

// reaches reports whether some path of s ends at a field of t or below. Types in states seen before add nothing.
func (e *edits) reaches(t reflect.Type, s state, seen map[instance]bool) bool {
	t = fields.Deref(t)
	if len(s) == 0 {
		return false
	}
	switch fields.KindOf(t) {
	case fields.List:
		return e.reaches(t.Elem(), s, seen)
	case fields.Map:
		next, hit := e.mapValue(s, t.Elem())
		return hit || e.reaches(t.Elem(), next, seen)
	case fields.Object:
	default:
		return false
	}
	key := instanceOf(t, s)
	if seen[key] {
		return false
	}
	seen[key] = true
	table, err := fields.Of(t)
	if err != nil {
		return false
	}
	for i := range table.Fields {
		next, hit := e.member(s, table.Fields[i].Name)
		if hit || e.reaches(table.Fields[i].Type, next, seen) {
			return true
		}
	}
	return false
}

// instance is a struct type in a state of its edits.
type instance struct {
	typ   reflect.Type
	state string
}

// instanceOf returns the key of t in s; without edits it is the type alone.
func instanceOf(t reflect.Type, s state) instance {
	if len(s) == 0 {
		return instance{typ: t}
	}
	return instance{t, fmt.Sprint(s)}
}
