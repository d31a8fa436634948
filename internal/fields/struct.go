package fields

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
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

var cache sync.Map // reflect.Type -> *Struct; only complete, correct results are kept

// Of returns the members of struct type t, pointers looked through. Its rules are those of encoding/json:
// unexported fields and "-" are left out, embedded structs are flattened, and of two fields with one name the
// less nested one wins, then the tagged one, else neither is written. Faults in gov tags are returned together.
func Of(t reflect.Type) (*Struct, error) {
	t = Deref(t)
	if s, ok := cache.Load(t); ok {
		return s.(*Struct), nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is not a struct", t)
	}
	s := &Struct{Type: t, byName: map[string]int{}}
	var faults []error
	for _, c := range dominant(collect(t)) {
		gov, err := ParseGov(c.Tag.Get("gov"))
		if err != nil {
			faults = append(faults, fmt.Errorf("%s.%s: %w", t, c.GoName, err))
			continue
		}
		c.Gov = gov
		s.byName[c.Name] = len(s.Fields)
		s.Fields = append(s.Fields, c.Field)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	kept, _ := cache.LoadOrStore(t, s)
	return kept.(*Struct), nil
}

// candidate is a field that may yet be hidden by another of the same name.
type candidate struct {
	Field
	tagged bool
}

// collect lists all fields of t breadth first, embedded structs expanded in place.
func collect(t reflect.Type) []candidate {
	var found []candidate
	var walk func(t reflect.Type, index []int, goPath string, onPath map[reflect.Type]bool)
	walk = func(t reflect.Type, index []int, goPath string, onPath map[reflect.Type]bool) {
		if onPath[t] {
			return // an embedded type that embeds itself adds nothing new
		}
		onPath[t] = true
		defer delete(onPath, t)
		for i := range t.NumField() {
			f := t.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Tag.Get("json") == "-" {
				continue
			}
			at := append(append([]int(nil), index...), i)
			if f.Anonymous && name == "" {
				inner := f.Type
				if inner.Kind() == reflect.Pointer {
					inner = inner.Elem()
				}
				if inner.Kind() == reflect.Struct && KindOf(inner) == Object {
					walk(inner, at, goPath+f.Name+".", onPath)
					continue
				}
			}
			if !f.IsExported() {
				continue
			}
			c := candidate{tagged: name != ""}
			c.Name, c.GoName, c.Index, c.Type, c.Tag = name, goPath+f.Name, at, f.Type, f.Tag
			if name == "" {
				c.Name = f.Name
			}
			c.Kind = KindOf(f.Type)
			for option := range strings.SplitSeq(options, ",") {
				switch option {
				case "omitempty", "omitzero":
					c.Optional = true
				case "string":
					c.Quoted = c.Kind == Integer || c.Kind == Number || c.Kind == Boolean
				}
			}
			if c.Quoted {
				c.Kind = Text
			}
			found = append(found, c)
		}
	}
	walk(t, nil, "", map[reflect.Type]bool{})
	return found
}

// dominant keeps, for each name, the field encoding/json would write; the order of first appearance stays.
func dominant(all []candidate) []candidate {
	best := map[string]int{}
	ambiguous := map[string]bool{}
	for i, c := range all {
		j, seen := best[c.Name]
		switch {
		case !seen || beats(c, all[j]):
			best[c.Name], ambiguous[c.Name] = i, false
		case !beats(all[j], c):
			ambiguous[c.Name] = true
		}
	}
	var kept []candidate
	for i, c := range all {
		if best[c.Name] == i && !ambiguous[c.Name] {
			kept = append(kept, c)
		}
	}
	return kept
}

func beats(a, b candidate) bool {
	if len(a.Index) != len(b.Index) {
		return len(a.Index) < len(b.Index)
	}
	return a.tagged && !b.tagged
}
