package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// report turns what the validator and the decoder say into faults of ours. Their own texts are not used: they quote
// values.
type report struct {
	root  reflect.Type        // tells which places are sensitive
	quote bool                // the document came from the one who reads the report: what is not sensitive may be quoted
	known map[string][]string // schema location -> its property names, for "did you mean"
	found []finding
}

// finding is a fault whose hint is looked for only if the fault is reported: a document of a megabyte may hold as many
// unknown names as it has room for.
type finding struct {
	Fault
	unknown string   // a name nobody knows, to be compared with
	names   []string // those that are known there
}

// invalid returns what was collected, in order of place, so that the same document always gets the same answer.
func (r *report) invalid() *Invalid {
	slices.SortStableFunc(r.found, func(a, b finding) int { return a.compare(b.Fault) })
	r.found = slices.CompactFunc(r.found, func(a, b finding) bool { return a.Fault == b.Fault })
	i := &Invalid{}
	for n, f := range r.found {
		if n == mostFaults {
			i.More = len(r.found) - n
			break
		}
		if meant, ok := suggest.Nearest(f.unknown, f.names); ok {
			f.Message += fmt.Sprintf("; did you mean %q?", meant)
		}
		i.Faults = append(i.Faults, f.Fault)
	}
	return i
}

// decoded takes in a fault the decoder or the tree reader found, unless it is a repetition of what is said about the
// place already. Its text never quotes a value, but it may quote a name, which below a labelled field may be one.
func (r *report) decoded(e *strictjson.Error, repeats bool) {
	at, inside := r.place(locationOf(e.Pointer))
	if repeats && slices.ContainsFunc(r.found, func(f finding) bool { return f.Pointer == at }) {
		return
	}
	message := e.Message
	switch {
	case inside == "":
	case e.Kind == strictjson.KindCase:
		message = "two names of one object differ only in case; send one of the two"
	case e.Kind == strictjson.KindUnknown:
		message = noSuchMember
	}
	r.fault(at, string(e.Kind), inside+message)
}

const noSuchMember = "there is no such member here"

// place returns the pointer to a location. What lies below a labelled field is reported at that field, and inside is
// then the word for it: the keys of a map are data, as secret as its values, and the path to a value is made of them.
func (r *report) place(location []string) (at, inside string) {
	if depth := sensitiveAt(r.root, location); depth > 0 && depth < len(location) {
		return pointer(location[:depth]), "inside it: "
	}
	return pointer(location), ""
}

// add takes in a validation error and everything below it.
func (r *report) add(e *jsonschema.ValidationError) {
	at, inside := r.place(e.InstanceLocation)
	labelled := sensitiveAt(r.root, e.InstanceLocation) > 0
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing { // names of the schema: no secret
			if inside != "" {
				r.fault(at, "required", fmt.Sprintf("%s%q is missing; add it", inside, name))
				continue
			}
			r.fault(strictjson.AppendPointer(at, name), "required", "is missing; add it")
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			at, inside := r.place(append(slices.Clip(e.InstanceLocation), name))
			r.found = append(r.found, finding{Fault{at, "unknown", inside + noSuchMember}, strictjson.Clip(name), r.known[e.SchemaURL]})
		}
	case *kind.PropertyNames: // the only names a schema of ours restricts are keys that Go reads as integers
		at, inside := r.place(append(slices.Clip(e.InstanceLocation), k.Property))
		r.fault(at, "propertyNames", inside+"is not a name this map takes; write an integer")
	case *kind.AnyOf, *kind.OneOf:
		r.alternatives(e, at, inside)
	default:
		// What has causes is a frame around them: the schema as a whole, allOf, a reference.
		if len(e.Causes) > 0 {
			for _, cause := range e.Causes {
				r.add(cause)
			}
			return
		}
		keyword, message := describe(e.ErrorKind, r.quote && !labelled)
		r.fault(at, keyword, inside+message)
	}
}

// alternatives reports an anyOf or oneOf. "T or null" is the common one: then what is wrong is what T says, and that
// the value is not null either is nothing anybody wants to read. Sets of members of which one must be there
// (oneof_required) are reported as a whole, because none of them alone is at fault.
func (r *report) alternatives(e *jsonschema.ValidationError, at, inside string) {
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
		r.fault(at, keyword, inside+"fits more than one of the alternatives; send the members of exactly one")
	case sets:
		r.fault(at, keyword, inside+"none of the alternatives is complete; send all members of one of them")
	case len(rest) == 0:
		r.fault(at, keyword, inside+"fits none of the alternatives")
	default:
		for _, cause := range rest {
			r.add(cause)
		}
	}
}

// fault adds one fault.
func (r *report) fault(at, keyword, message string) {
	r.found = append(r.found, finding{Fault: Fault{Pointer: at, Keyword: keyword, Message: message}})
}

// pointer renders an instance location; names that came from outside are clipped.
func pointer(location []string) string {
	p := ""
	for _, name := range location {
		p = strictjson.AppendPointer(p, name)
	}
	return p
}

// locationOf takes apart a pointer that package strictjson made, of clipped names.
func locationOf(pointer string) []string {
	var location []string
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		location = append(location, strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~"))
	}
	if pointer == "" {
		return nil
	}
	return location
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
			i := slices.IndexFunc(table.Fields, func(f fields.Field) bool { return strictjson.Clip(f.Name) == strictjson.Clip(name) })
			switch {
			case i < 0:
				return 0
			case table.Fields[i].Gov.Sensitive():
				return depth + 1
			}
			t = table.Fields[i].Type
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
