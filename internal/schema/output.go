package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// Output is the compiled form of a struct type that results are written from, with room for everything a policy may
// do to them. It does not change once made and is safe for concurrent use.
type Output struct {
	typ             reflect.Type
	text            json.RawMessage
	validator       *jsonschema.Schema
	inspect         *inspection // nil: the Go type guarantees everything
	throughDocument bool        // some keyword can only be checked on the written bytes
	sensitive       []fields.Place
}

// NewOutput compiles struct type t. edits are the paths (fields.ParsePath) at which a value may be masked or removed,
// or rows taken away; labelled fields are taken as edited whether or not a path names them. exclude names members of
// the root that are not part of the structured result. Everything wrong comes back in one error.
func NewOutput(t reflect.Type, edits [][]string, exclude []string) (*Output, error) {
	doc, err := build(t, true, edits, exclude)
	if err != nil {
		return nil, err
	}
	out := &Output{typ: t, text: doc.json, validator: doc.validator, sensitive: doc.sensitive}
	c := inspectionCompiler{made: map[*object]*inspection{}}
	out.inspect = c.object(doc.root, out.validator)
	out.throughDocument = c.throughDocument
	return out, nil
}

// JSON returns the output schema to advertise. Every result this library lets out fits it, masked or not.
func (o *Output) JSON() json.RawMessage { return bytes.Clone(o.text) }

// Sensitive lists the labelled fields of the type, at any depth.
func (o *Output) Sensitive() []fields.Place { return o.sensitive }

// Check reports whether a result fits the advertised schema. out is the Go value or a pointer to it; body is what
// strictjson.Marshal wrote for it, whole. The Go type guarantees the shape, so only values that carry a keyword
// are looked at, in Go memory; the bytes are read where that does not suffice (a type that describes its own JSON,
// uniqueItems) and to say what is wrong.
//
// The error is an *Invalid that names pointers and keywords and quotes no value.
func (o *Output) Check(out any, body []byte) error {
	// The usual way: nothing is parsed and next to nothing allocated.
	if v, ok := present(out); ok && !o.throughDocument {
		if o.inspect == nil || o.inspect.passes(v) {
			return nil
		}
	}
	return o.Validate(body)
}

// Validate reports whether the bytes of a result, as they go out, fit the whole advertised schema, as a strict client checks them. The error
// is an *Invalid that quotes no value.
func (o *Output) Validate(body []byte) error {
	r := report{root: o.typ} // without quote: the values are the server's, and policy may not yet have said who may see them
	tree, err := strictjson.Tree(body, strictjson.Limits{Bytes: -1, Depth: -1, CaseVariants: true})
	if all, ok := errors.AsType[strictjson.Errors](err); ok {
		for _, e := range all {
			r.decoded(e, false)
		}
		return r.invalid()
	}
	if v, ok := errors.AsType[*jsonschema.ValidationError](o.validator.Validate(tree)); ok {
		r.add(v)
		return r.invalid()
	}
	return nil
}

// present follows pointers to the struct; false where there is none.
func present(out any) (reflect.Value, bool) {
	v := reflect.ValueOf(out)
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v, v.IsValid()
}
