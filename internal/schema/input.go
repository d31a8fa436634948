package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// Input is the compiled form of a struct type that arguments are read into. It does not change once made and is
// safe for concurrent use.
type Input struct {
	typ       reflect.Type
	text      json.RawMessage
	validator *jsonschema.Schema
	known     map[string][]string
	defaults  *filling // nil: the type has none
	quick     *quick   // nil: the type needs the whole way
	sensitive []fields.Place
}

// NewInput compiles struct type t. Everything wrong with the type and its tags comes back in one error, each fault
// with the Go type, the field and what to write instead.
func NewInput(t reflect.Type) (*Input, error) {
	doc, err := build(t, false, nil, nil)
	if err != nil {
		return nil, err
	}
	in := &Input{typ: t, text: doc.json, validator: doc.validator, known: doc.knownNames(), sensitive: doc.sensitive}
	if in.defaults, err = compileDefaults(doc); err != nil {
		return nil, err
	}
	in.quick = compileQuick(doc, in.validator)
	return in, nil
}

// JSON returns the input schema to advertise: an object at the root, definitions under $defs.
func (i *Input) JSON() json.RawMessage { return bytes.Clone(i.text) }

// Sensitive lists the labelled fields of the type, at any depth.
func (i *Input) Sensitive() []fields.Place { return i.sensitive }

// Decode reads the arguments of one call: the bytes once into a tree, which is validated, and the same bytes into a
// new value of the type, over its defaults. It returns a pointer to that value. nil and empty raw mean {}.
//
// The error is an *Invalid with all faults. An UnmarshalJSON of the type's own that panics is not caught here.
func (i *Input) Decode(raw []byte, limits strictjson.Limits) (any, error) {
	if len(raw) == 0 {
		raw = []byte("{}")
	}
	if i.quick != nil {
		value := reflect.New(i.typ)
		if present, ok := i.quick.read(raw, value, limits); ok {
			if i.defaults != nil {
				return i.filled(value, i.quick.tree(present))
			}
			return value.Interface(), nil
		}
	}
	return i.decodeWhole(raw, limits)
}

// decodeWhole reads along the tree.
func (i *Input) decodeWhole(raw []byte, limits strictjson.Limits) (any, error) {
	tree, treeErr := strictjson.Tree(raw, limits)
	if treeErr != nil && tree == nil { // not JSON: there is nothing further to look at
		return nil, i.refuse(treeErr, nil, nil)
	}
	// Both readers see the same bytes, and both always run: what one is content with the other may refuse, and the
	// caller hears of all that is wrong at once.
	value := reflect.New(i.typ)
	invalid := i.validator.Validate(tree)
	decodeErr := strictjson.Decode(raw, value.Interface())
	if treeErr != nil || invalid != nil || decodeErr != nil {
		return nil, i.refuse(treeErr, invalid, decodeErr)
	}
	if i.defaults == nil {
		return value.Interface(), nil
	}
	return i.filled(value, tree)
}

// filled sets the defaults of what was not sent.
func (i *Input) filled(value reflect.Value, tree any) (any, error) {
	if err := i.defaults.fill(value.Elem(), tree); err != nil {
		return nil, fmt.Errorf("%s: defaults: %w", i.typ, err)
	}
	return value.Interface(), nil
}

// refuse lists every fault. The decoder stops at its first and mostly repeats what the schema said; it is heard
// where it alone has something to say, like a number beyond 64 bits.
func (i *Input) refuse(treeErr, invalid, decodeErr error) *Invalid {
	// The caller wrote the document, so it may read its own values in the answer, but for labelled ones: an answer is
	// logged and shown in places where the arguments are not.
	r := report{root: i.typ, quote: true, known: i.known}
	if all, ok := errors.AsType[strictjson.Errors](treeErr); ok {
		for _, e := range all {
			r.decoded(e, false)
		}
	}
	if v, ok := errors.AsType[*jsonschema.ValidationError](invalid); ok {
		r.add(v)
	}
	if e, ok := errors.AsType[*strictjson.Error](decodeErr); ok {
		r.decoded(e, true)
	}
	return r.invalid()
}

// knownNames maps the location of each object in the compiled schema to its property names, from which a misspelt one
// is guessed. The root may stand at two places: at the top, and in $defs if it holds itself.
func (d *document) knownNames() map[string][]string {
	known := map[string][]string{}
	for _, o := range d.objects {
		var names []string
		for _, m := range o.members {
			names = append(names, m.field.Name)
		}
		if o == d.root {
			known[location+"#"] = names
		}
		known[location+"#/$defs/"+o.name] = names
	}
	return known
}
