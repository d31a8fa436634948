package fields

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Place is one spot in the JSON documents of a Go type.
type Place struct {
	Path  []string // member names from the root; lists are passed through; AnyMember and AnyDepth as needed
	Kind  Kind
	Type  reflect.Type // nil where only run time knows
	Gov   Gov          // of the field the path ends in; zero where it ends in data
	Exact bool         // the path ends in a declared struct field
}

// String returns the path as ParsePath reads it.
func (p Place) String() string { return JoinPath(p.Path) }

// Labelled lists every labelled field in the documents of t, at any depth, through lists, maps and pointers.
// Below a recursive type a path holds AnyDepth, so that it covers every level.
func Labelled(t reflect.Type) ([]Place, error) { return places(t, Gov.Sensitive) }

// Subjects lists, in the same way, every field that names a data subject.
func Subjects(t reflect.Type) ([]Place, error) {
	return places(t, func(g Gov) bool { return g.Subject })
}

// Described lists, in the same way, every field of which is said where its value comes from or what its unit is.
func Described(t reflect.Type) ([]Place, error) {
	return places(t, func(g Gov) bool { return g.Source != "" || g.Unit != "" })
}

func places(t reflect.Type, wanted func(Gov) bool) ([]Place, error) {
	w := labelWalk{wanted: wanted, firstPath: map[reflect.Type][]string{}, recursive: map[reflect.Type]bool{}}
	err := w.walk(t, nil)
	return w.places, err
}

// labelWalk goes down all ways through a type. A way that comes to a struct it is inside of already ends there, and that struct, the first
// of its kind on the way, is where the documents begin to repeat: everything found below it may stand any number of rounds deeper.
type labelWalk struct {
	wanted    func(Gov) bool
	places    []Place
	firstPath map[reflect.Type][]string // types on the way down, and where each was met first
	recursive map[reflect.Type]bool
}

func (w *labelWalk) walk(t reflect.Type, at []string) error {
	t = Deref(t)
	switch KindOf(t) {
	case List:
		return w.walk(t.Elem(), at)
	case Map:
		return w.walk(t.Elem(), child(at, AnyMember))
	case Object:
	default:
		return nil
	}
	if _, onPath := w.firstPath[t]; onPath {
		w.recursive[t] = true
		return nil
	}
	w.firstPath[t] = at
	defer delete(w.firstPath, t) // beside this way the type is new again: it leads to places of its own
	s, err := Of(t)
	if err != nil {
		return err
	}
	begin := len(w.places)
	for i := range s.Fields {
		f := &s.Fields[i]
		if w.wanted(f.Gov) {
			w.places = append(w.places, Place{Path: child(at, f.Name), Kind: f.Kind, Type: f.Type, Gov: f.Gov, Exact: true})
		}
		if err := w.walk(f.Type, child(at, f.Name)); err != nil {
			return err
		}
	}
	if w.recursive[t] {
		delete(w.recursive, t)
		for i := begin; i < len(w.places); i++ {
			below := w.places[i].Path[len(at):]
			w.places[i].Path = slices.Concat(at, []string{AnyDepth}, below)
		}
	}
	return nil
}

// Resolve finds what path names in the documents of t, or says why it names nothing. A literal name at a map
// whose values are objects names a member of every value; at any other map it names that key. Where only run
// time knows the shape the rest of the path is taken as it stands, but below a map of such values, where it may be
// meant either way, it is looked for at any depth: d.email of a map[string]any is d.**.email.
func Resolve(t reflect.Type, path []string) ([]Place, error) {
	if len(path) == 0 {
		return nil, errEmptyPath
	}
	return resolve(t, nil, path)
}

func resolve(t reflect.Type, at, rest []string) ([]Place, error) {
	t = Deref(t)
	kind := KindOf(t)
	switch {
	case kind == List:
		return resolve(t.Elem(), at, rest)
	case kind == Any:
		return []Place{{Path: slices.Concat(at, rest), Kind: Any}}, nil
	case rest[0] == AnyDepth:
		return resolveAnyDepth(t, at, rest)
	case kind == Map:
		return resolveInMap(t, at, rest)
	case kind == Object:
		return resolveInStruct(t, at, rest)
	}
	return nil, fmt.Errorf("%s is of type %s: it has no member %q", orRoot(at), kind, rest[0])
}

// resolveInStruct finds the member a path goes on with, or every member for AnyMember, of which those that lead nowhere are passed over.
func resolveInStruct(t reflect.Type, at, rest []string) ([]Place, error) {
	s, err := Of(t)
	if err != nil {
		return nil, err
	}
	if rest[0] == AnyMember {
		var all []Place
		for i := range s.Fields {
			if places, err := descend(&s.Fields[i], at, rest); err == nil {
				all = append(all, places...)
			}
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("%s: no member leads on to %q", orRoot(at), JoinPath(rest[1:]))
		}
		return all, nil
	}
	f, ok := s.ByName(rest[0])
	if !ok {
		return nil, fmt.Errorf("%s has no field %q; it has: %s", orRoot(at), rest[0], strings.Join(s.Names(), ", "))
	}
	return descend(f, at, rest)
}

// descend goes on below a field, or ends in it.
func descend(f *Field, at, rest []string) ([]Place, error) {
	here := child(at, f.Name)
	if len(rest) == 1 {
		return []Place{{Path: here, Kind: f.Kind, Type: f.Type, Gov: f.Gov, Exact: true}}, nil
	}
	return resolve(f.Type, here, rest[1:])
}

// resolveInMap reads a name at a map as a member of every value where the values have members, and as a key. Both may be meant, and an edit
// that hides too much is the lesser evil, so both are found; only a name that a declared type of value does not have is a fault.
//
// Where the values may be anything, both are one place with AnyDepth. Two places would not do: d.*.email asks of every value of d that it
// be an object, and a mask hides as a whole what is not of the shape it expects, so it would take every text beside the e-mail too.
func resolveInMap(t reflect.Type, at, rest []string) ([]Place, error) {
	value := t.Elem()
	inner := value
	for KindOf(inner) == List {
		inner = Deref(inner).Elem()
	}
	var found []Place
	if rest[0] != AnyMember {
		if KindOf(inner) == Any {
			return []Place{{Path: slices.Concat(at, []string{AnyDepth}, rest), Kind: Any}}, nil
		}
		if k := KindOf(inner); k == Object || k == Map {
			through, err := resolve(value, child(at, AnyMember), rest)
			if err != nil && k == Object {
				return nil, err // a misspelt member: as a key it would silently hide nothing
			}
			found = through
		}
	}
	here := child(at, rest[0])
	if len(rest) == 1 {
		return append(found, Place{Path: here, Kind: KindOf(value), Type: value}), nil
	}
	further, err := resolve(value, here, rest[1:])
	if err != nil {
		if len(found) > 0 {
			return found, nil
		}
		return nil, err
	}
	return append(found, further...), nil
}

// resolveAnyDepth keeps "**" in the path: what it may meet is every field of the wanted name below t.
func resolveAnyDepth(t reflect.Type, at, rest []string) ([]Place, error) {
	if len(rest) == 1 {
		return nil, fmt.Errorf("%q must be followed by a field name", AnyDepth)
	}
	var found []Place
	dynamic := false // somewhere below only run time knows what there is
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		t = Deref(t)
		switch KindOf(t) {
		case List, Map:
			walk(t.Elem())
			return
		case Any:
			dynamic = true
			return
		case Object:
		default:
			return
		}
		if seen[t] {
			return
		}
		seen[t] = true
		if places, err := resolveInStruct(t, nil, rest[1:]); err == nil {
			for _, p := range places {
				p.Path = slices.Concat(at, rest)
				found = append(found, p)
			}
		}
		s, err := Of(t)
		if err != nil {
			return
		}
		for i := range s.Fields {
			walk(s.Fields[i].Type)
		}
	}
	walk(t)
	if dynamic {
		found = append(found, Place{Path: slices.Concat(at, rest), Kind: Any})
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: nothing below it has %q", orRoot(at), JoinPath(rest[1:]))
	}
	return found, nil
}

// child returns a path of its own: paths of siblings must not share memory.
func child(at []string, name string) []string {
	return append(append(make([]string, 0, len(at)+1), at...), name)
}

// orRoot names a place in an error text.
func orRoot(at []string) string {
	if len(at) == 0 {
		return "the document"
	}
	return JoinPath(at)
}

// Covers reports whether an edit at path pattern also hides the place: the pattern matches it or one of the
// members it lies in. It is true only where it is true of every value the place stands for, so a place with
// AnyMember or AnyDepth is covered only by a pattern that has them there too.
func Covers(pattern, place []string) bool {
	switch {
	case len(pattern) == 0:
		return true
	case pattern[0] == AnyDepth:
		for i := 0; i <= len(place); i++ {
			if Covers(pattern[1:], place[i:]) {
				return true
			}
		}
		return false
	case len(place) == 0:
		return false
	case place[0] == AnyDepth:
		return false // the place stands for every depth, the pattern for one
	}
	return (pattern[0] == AnyMember || pattern[0] == place[0]) && Covers(pattern[1:], place[1:])
}
