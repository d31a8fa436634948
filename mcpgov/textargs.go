package mcpgov

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// textArgs turns arguments that come as texts, those of prompts and the variables of URIs, into the JSON document their struct is read
// from: numbers and truth values where a field takes them, texts everywhere else. What a field does not take, its schema refuses.
type textArgs map[string]reflect.Kind

// textArguments finds what the fields of in take, and refuses those no text can stand for.
func textArguments(in reflect.Type, fault func(string, ...any)) textArgs {
	s, err := fields.Of(in)
	if err != nil {
		return nil // reported by the schema of the input
	}
	takes := textArgs{}
	for _, f := range s.Fields {
		t := fields.Deref(f.Type)
		kind := t.Kind()
		if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			kind = reflect.String
		}
		if f.Quoted {
			kind = reflect.String
		}
		switch kind {
		case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
			reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
			reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
			takes[f.Name] = kind
		default:
			fault("the field %s is a %s, and arguments come as texts: write a string, a number, a bool or a type with UnmarshalText", f.GoName, f.Type)
		}
	}
	return takes
}

// document writes the arguments as JSON, members in the order of their names.
func (takes textArgs) document(arguments map[string]string) json.RawMessage {
	doc := json.RawMessage{'{'}
	for i, name := range slices.Sorted(maps.Keys(arguments)) {
		if i > 0 {
			doc = append(doc, ',')
		}
		quoted, _ := json.Marshal(name) // a string always marshals
		doc = append(append(doc, quoted...), ':')
		doc = append(doc, takes.value(name, arguments[name])...)
	}
	return append(doc, '}')
}

func (takes textArgs) value(name, text string) []byte {
	bare := false
	switch takes[name] {
	case reflect.String, reflect.Invalid:
	case reflect.Bool:
		bare = text == "true" || text == "false"
	default:
		bare = text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text))
	}
	if bare {
		return []byte(text)
	}
	quoted, _ := json.Marshal(text) // a string always marshals
	return quoted
}
