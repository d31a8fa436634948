package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// report turns what the validator and the decoder say into faults of ours. Their own texts are not used: they quote
// values.
type report struct {
	root   reflect.Type        // tells which places are sensitive
	quote  bool                // the document came from the one who reads the report: what is not sensitive may be quoted
	known  map[string][]string // schema location -> its property names, for "did you mean"
	faults []Fault
}

// invalid returns what was collected, in order of place.
func (r *report) invalid() *Invalid {
	i := &Invalid{Faults: r.faults}
	i.sort()
	return i
}

// has reports whether something is already said about the place.
func (r *report) has(pointer string) bool {
	return slices.ContainsFunc(r.faults, func(f Fault) bool { return f.Pointer == pointer })
}

// decoded takes in a fault the decoder or the tree reader found. Its text is safe to repeat: package strictjson quotes
// names, clipped, and never values.
func (r *report) decoded(e *strictjson.Error) {
	r.faults = append(r.faults, Fault{Pointer: e.Pointer, Keyword: string(e.Kind), Message: e.Message})
}

// add takes in a validation error and everything below it.
func (r *report) add(e *jsonschema.ValidationError) {
	location := e.InstanceLocation
	if depth := sensitiveAt(r.root, location); depth > 0 && !r.quote {
		location = location[:depth] // below it, keys of maps are data of ours
	}
	at := pointer(location)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			r.fault(strictjson.AppendPointer(at, name), "required", "is missing; add it")
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			message := "there is no such member here"
			if meant, ok := suggest.Nearest(strictjson.Clip(name), r.known[e.SchemaURL]); ok {
				message += fmt.Sprintf("; did you mean %q?", meant)
			}
			r.fault(strictjson.AppendPointer(at, name), "unknown", message)
		}
	case *kind.PropertyNames: // the only names a schema of ours restricts are keys that Go reads as integers
		r.fault(strictjson.AppendPointer(at, k.Property), "propertyNames", "is not a name this map takes; write an integer")
	case *kind.AnyOf, *kind.OneOf:
		r.alternatives(e, at)
	default:
		// What has causes is a frame around them: the schema as a whole, allOf, a reference.
		if len(e.Causes) > 0 {
			for _, cause := range e.Causes {
				r.add(cause)
			}
			return
		}
		keyword, message := describe(e.ErrorKind, r.quote && sensitiveAt(r.root, e.InstanceLocation) == 0)
		r.fault(at, keyword, message)
	}
}

// alternatives reports an anyOf or oneOf. "T or null" is the common one: then what is wrong is what T says, and that
// the value is not null either is nothing anybody wants to read. Sets of members of which one must be there
// (oneof_required) are reported as a whole, because none of them alone is at fault.
func (r *report) alternatives(e *jsonschema.ValidationError, at string) {
	keyword := e.ErrorKind.KeywordPath()[0]
	sets := len(e.Causes) > 0
	var rest []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		if _, ok := cause.ErrorKind.(*kind.Required); !ok || len(cause.InstanceLocation) != len(e.InstanceLocation) {
			sets = false
		}
		if t, ok := cause.ErrorKind.(*kind.Type); !ok || !slices.Equal(t.Want, []string{"null"}) {
			rest = append(rest, cause)
		}
	}
	switch one, _ := e.ErrorKind.(*kind.OneOf); {
	case one != nil && len(one.Subschemas) == 2:
		r.fault(at, keyword, "fits more than one of the alternatives; send the members of exactly one")
	case sets:
		r.fault(at, keyword, "none of the alternatives is complete; send all members of one of them")
	case len(rest) == 0:
		r.fault(at, keyword, "fits none of the alternatives")
	default:
		for _, cause := range rest {
			r.add(cause)
		}
	}
}

// fault adds one fault.
func (r *report) fault(at, keyword, message string) {
	r.faults = append(r.faults, Fault{Pointer: at, Keyword: keyword, Message: message})
}

// pointer renders an instance location; names that came from outside are clipped.
func pointer(location []string) string {
	p := ""
	for _, name := range location {
		p = strictjson.AppendPointer(p, name)
	}
	return p
}

// sensitiveAt returns how many names of the location lead to the first field that carries a gov label, or 0: what lies
// at or below it is not to be quoted.
func sensitiveAt(t reflect.Type, location []string) int {
	for depth, name := range location {
		if t == nil {
			return 0
		}
		t = fields.Deref(t)
		switch fields.KindOf(t) {
		case fields.Object:
			table, err := fields.Of(t)
			if err != nil {
				return depth + 1 // labels that cannot be read protect everything
			}
			f, ok := table.ByName(name)
			switch {
			case !ok:
				return 0
			case f.Gov.Sensitive():
				return depth + 1
			}
			t = f.Type
		case fields.List, fields.Map:
			t = t.Elem()
		default:
			return 0
		}
	}
	return 0
}

// quoted renders a scalar for a message, or "" for what is too large to be quoted.
func quoted(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(strictjson.Clip(v))
	case bool:
		return strconv.FormatBool(v)
	}
	if s, ok := v.(interface{ String() string }); ok { // json.Number
		return strictjson.Clip(s.String())
	}
	return ""
}
