package fields

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
)

// Struct is a Go struct as JSON sees it.
type Struct struct {
	Type   reflect.Type
	Fields []Field // in the order they are written
	byName map[string]int
}

// Field is one member of the object a struct is written as.
type Field struct {
	Name     string       // the JSON member name
	GoName   string       // the Go field, with its embedding path, for error texts
	Index    []int        // for reflect.Value.FieldByIndex; longer than one for promoted fields
	Type     reflect.Type // the declared type, pointers kept
	Kind     Kind
	Optional bool // omitempty or omitzero: the member may be missing
	Quoted   bool // ",string": a number or boolean written as text
	Tag      reflect.StructTag
	Gov      Gov
}

// ByName returns the field with exactly this JSON name.
func (s *Struct) ByName(name string) (*Field, bool) {
	i, ok := s.byName[name]
	if !ok {
		return nil, false
	}
	return &s.Fields[i], true
}

// Names returns the JSON names in order, for error texts.
func (s *Struct) Names() []string {
	names := make([]string, len(s.Fields))
	for i := range s.Fields {
		names[i] = s.Fields[i].Name
	}
	return names
}

// cache keeps reflect.Type -> *Struct, only complete and correct ones: reading a type takes long, and every call asks for some.
var cache sync.Map //nolint:gochecknoglobals // remembers what a pure function of the type said: no caller can see that another asked before

// Of returns the members of struct type t, pointers looked through. Its rules are those of encoding/json:
// unexported fields and "-" are left out, embedded structs are flattened, and of two fields with one name the
// less nested one wins, then the tagged one, else neither is written. Faults in gov tags, and tags that are lost
// because nothing can read them, are returned together.
func Of(t reflect.Type) (*Struct, error) {
	t = Deref(t)
	if s, ok := cache.Load(t); ok {
		return s.(*Struct), nil
	}
	s, err := Inspect(t)
	if err != nil {
		return nil, err
	}
	// Of two that were made at the same time everybody gets the first, so that tables can be compared by address.
	kept, _ := cache.LoadOrStore(t, s)
	return kept.(*Struct), nil
}

// Inspect is [Of] for whoever collects faults: beside the faults in tags it returns the members all the same, so that
// what else is wrong with them can be said too. A member whose tag has a fault is without its labels, so nothing may be
// decided by what comes with an error.
func Inspect(t reflect.Type) (*Struct, error) {
	t = Deref(t)
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is not a struct", t)
	}
	s := &Struct{Type: t, byName: map[string]int{}}
	all, faults := collect(t)
	for _, c := range dominant(all) {
		gov, err := ParseGov(c.Tag.Get("gov"))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s.%s: %w", t, c.GoName, err))
		}
		c.Gov = gov
		s.byName[c.Name] = len(s.Fields)
		s.Fields = append(s.Fields, c.Field)
	}
	return s, errors.Join(faults...)
}
