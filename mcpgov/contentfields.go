package mcpgov

import (
	"reflect"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// contentFields finds the members of out that hold Content, and refuses those where it cannot be taken out.
func contentFields(out reflect.Type, fault func(string, ...any)) []string {
	s, err := fields.Of(out)
	if err != nil {
		return nil // reported by the schema of the output
	}
	var names []string
	for _, f := range s.Fields {
		switch {
		case f.Type == contentType:
			names = append(names, f.Name)
		case holdsContent(f.Type, map[reflect.Type]bool{}):
			fault("output field %s holds mcpgov.Content below the top: move it to a field of %s itself", f.GoName, out)
		}
	}
	return names
}

func holdsContent(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == contentType {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsContent(t.Elem(), seen)
	case reflect.Struct:
		for _, f := range members(t) {
			if holdsContent(f.Type, seen) {
				return true
			}
		}
	}
	return false
}
