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
		case reaches(f.Type, isContent):
			fault("output field %s holds mcpgov.Content below the top: move it to a field of %s itself", f.GoName, out)
		}
	}
	return names
}

func isContent(t reflect.Type) bool { return t == contentType }
