package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	invopop "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

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

// leadsTo reports whether a member of o, or of an object below it, is one that is looked for. It lets the compilers of checks and defaults look
// ahead: in a recursive type what is below is known only when all is compiled, and a type without any must leave no empty walk behind.
func (o *object) leadsTo(wanted func(*member) bool) bool {
	seen := map[*object]bool{}
	var look func(*object) bool
	look = func(o *object) bool {
		if seen[o] {
			return false
		}
		seen[o] = true
		for i := range o.members {
			m := &o.members[i]
			if wanted(m) {
				return true
			}
			if below := m.shape.innermost().object; below != nil && look(below) {
				return true
			}
		}
		return false
	}
	return look(o)
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

// document is a finished schema: its text, what it was made of and what it is used with.
type document struct {
	json      []byte
	root      *object
	objects   []*object
	validator *jsonschema.Schema
	sensitive []fields.Place // the labelled fields of the type
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
	doc := &document{root: root, objects: b.ordered}
	if err := doc.finish(b, t); err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	return doc, nil
}

// finish writes the schema down and compiles what was written: what clients are shown is what is enforced.
func (d *document) finish(b *builder, t reflect.Type) (err error) {
	if d.json, err = b.render(d.root); err != nil {
		return err
	}
	if d.validator, err = compile(d.json); err != nil {
		return err
	}
	d.sensitive, err = fields.Labelled(t)
	return err
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
	// A path that only passes by must not split the definition: the same type would be shown twice, word for word.
	s = b.edits.prune(t, s)
	key := instanceOf(t, s)
	if len(exclude) > 0 {
		key.state += " root" // the root lacks members: if it holds itself, what it holds is another object
	}
	if o, ok := b.objects[key]; ok {
		return o
	}
	o := &object{typ: t, widened: len(s) > 0}
	b.objects[key] = o // before its members: one of them may be of this very type
	b.ordered = append(b.ordered, o)

	table, err := fields.Of(t)
	if err != nil {
		b.faults = append(b.faults, err)
		return o
	}
	o.schema = b.reflect(table)
	o.schema.Required = nil // what is required follows from more than tags, see property
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
	spellOut(p)
	o.members = append(o.members, member{field: f, tag: tag, shape: sh})

	// Required is what a reader can count on. A member that a mask may remove is not, and in arguments one that has a
	// default need not be sent; omitempty alone is overruled by the word required.
	optional := f.Optional && !tag.required || tag.hasDefault || widened
	// In arguments the decoder makes the embedded struct as soon as one of its members is sent.
	if b.output && throughPointer(o.typ, f.Index) {
		optional = true // a nil embedded pointer leaves its members out
	}
	if !optional {
		o.schema.Required = append(o.schema.Required, f.Name)
	}
}

// spellOut writes the schema of a member that may be anything as {} and not as true: the same to a validator, but the
// TypeScript SDK (v1) reads every member's schema as an object and refuses a whole list of tools over one true.
func spellOut(s *invopop.Schema) {
	if reflect.DeepEqual(s, &invopop.Schema{}) || reflect.DeepEqual(s, invopop.TrueSchema) {
		*s = invopop.Schema{Extras: map[string]any{}} // an empty map keeps invopop from writing true
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
