package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	invopop "github.com/invopop/jsonschema"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// object is the schema of one struct type in one state of its edits.
type object struct {
	typ     reflect.Type
	name    string // in $defs; "" until some $ref leads here
	widened bool   // edits make it differ from the type as written
	schema  *invopop.Schema
	members []member
}

// member is one property of an object.
type member struct {
	field *fields.Field
	tag   *tag
	shape *shape
}

// builder makes the objects of one document. The same type met again in the same state is the same object, which is
// what ends recursion.
type builder struct {
	output  bool
	edits   edits
	exclude []string // of the root
	tags    map[reflect.Type][]tag
	names   names
	objects map[instance]*object
	ordered []*object // as first met
	faults  []error
}

// document is a finished schema: its text and the objects it was made of.
type document struct {
	json    []byte
	root    *object
	objects []*object
}

// build makes the schema of struct type t. All faults of t's types and tags come back together.
func build(t reflect.Type, output bool, paths [][]string, exclude []string) (*document, error) {
	sur := newSurvey(t, !output, exclude)
	if len(sur.faults) > 0 {
		return nil, errors.Join(sur.faults...)
	}
	b := &builder{
		output: output, edits: edits{paths}, exclude: exclude, tags: sur.tags,
		names: names{taken: map[string]bool{}}, objects: map[instance]*object{},
	}
	root := b.object(t, b.edits.start(), exclude)
	if len(b.faults) > 0 {
		return nil, errors.Join(b.faults...)
	}
	text, err := b.render(root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	return &document{json: text, root: root, objects: b.ordered}, nil
}

// render hoists the root: MCP wants "type":"object" at the top, not a reference. The root's definition stays only
// if the type refers to itself.
func (b *builder) render(root *object) ([]byte, error) {
	top := *root.schema
	top.Definitions = invopop.Definitions{}
	for _, o := range b.ordered {
		if o.name != "" {
			top.Definitions[o.name] = o.schema
		}
	}
	written, err := top.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	// Once more, so that a pattern reads (?<year>...) and not (?\u003cyear\u003e...).
	return strictjson.Marshal(json.RawMessage(written))
}

// object returns the object of struct type t in state s, making it if it is new.
func (b *builder) object(t reflect.Type, s state, exclude []string) *object {
	s = b.edits.prune(t, s)
	key := instanceOf(t, s)
	if len(exclude) > 0 {
		key.state += " root"
	}
	if o, ok := b.objects[key]; ok {
		return o
	}
	o := &object{typ: t, widened: len(s) > 0}
	b.objects[key] = o
	b.ordered = append(b.ordered, o)

	table, err := fields.Of(t)
	if err != nil {
		b.faults = append(b.faults, err)
		return o
	}
	o.schema = b.reflect(table)
	o.schema.Required = nil
	for i := range table.Fields {
		f := &table.Fields[i]
		if slices.Contains(exclude, f.Name) {
			o.schema.Properties.Delete(f.Name)
			continue
		}
		property, ok := o.schema.Properties.Get(f.Name)
		if !ok {
			b.faults = append(b.faults, fmt.Errorf("%s.%s: no schema was made for it", t, f.GoName))
			continue
		}
		b.property(o, f, &b.tags[t][i], property, s)
	}
	return o
}

// refer returns the reference to o. Only what is referred to takes a name.
func (b *builder) refer(o *object) string {
	if o.name == "" {
		suffix := ""
		if o.widened {
			suffix = "_masked"
		}
		o.name = b.names.of(o.typ, suffix)
	}
	return "#/$defs/" + o.name
}

// property completes what reflection made of one field.
func (b *builder) property(o *object, f *fields.Field, tag *tag, p *invopop.Schema, s state) {
	next, hit := b.edits.member(s, f.Name)
	tag.apply(p, f)
	t := f.Type
	if b.output && f.Optional && t.Kind() == reflect.Pointer {
		t = t.Elem() // a nil pointer is left out, never null
	}
	sh := b.shape(t, f.Quoted, p, next)
	b.checkValues(o, f, tag, p)
	widened := b.output && (hit || f.Gov.Sensitive())
	switch {
	case widened:
		sh.widen()
	case tag.nullable:
		orNull(p)
	}
	annotate(p, f.Gov, tag.extras)
	o.members = append(o.members, member{field: f, tag: tag, shape: sh})

	optional := f.Optional && !tag.required || tag.hasDefault || widened
	if b.output && throughPointer(o.typ, f.Index) {
		optional = true // a nil embedded pointer leaves its members out
	}
	if !optional {
		o.schema.Required = append(o.schema.Required, f.Name)
	}
}

// throughPointer reports whether the field is promoted from an embedded pointer.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		t = fields.Deref(t).Field(i).Type
		if t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}
