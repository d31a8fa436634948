package schema

import (
	"fmt"
	"reflect"
	"strings"

	invopop "github.com/invopop/jsonschema"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// reference stands for a struct type while its holder is reflected: invopop then never walks from struct to struct,
// so it can neither recurse without end nor give two types one definition.
type reference struct{}

// referenceType is what stands in the flat copy.
var referenceType = reflect.TypeFor[reference]()

// reflect asks invopop for the schema of one struct, and only of that one. What it sees is a flat copy of the struct:
// the members of the fields table, with names, embedding and order settled as encoding/json settles them, each with
// its plain type and its checked keywords. So the schema has the members the encoder writes, by construction.
func (b *builder) reflect(table *fields.Struct) *invopop.Schema {
	flat := make([]reflect.StructField, len(table.Fields))
	for i := range table.Fields {
		f := &table.Fields[i]
		t := plain(f.Type)
		if f.Quoted {
			t = textType
		}
		flat[i] = reflect.StructField{
			Name: fmt.Sprintf("F%d", i), // any exported name: the tag names the member
			Type: flatten(t),
			Tag:  reflect.StructTag(fmt.Sprintf("json:%q jsonschema:%q", f.Name, b.tags[table.Type][i].written(b.output))),
		}
	}
	// Anonymous: no $id made of a package path, which would give away where the server's code lives.
	r := invopop.Reflector{Anonymous: true, Mapper: func(t reflect.Type) *invopop.Schema {
		if t == referenceType {
			return &invopop.Schema{}
		}
		return nil
	}}
	schema := r.ReflectFromType(reflect.StructOf(flat))
	schema.Version = ""
	schema.Definitions = nil
	if b.output {
		schema.AdditionalProperties = nil // a field more tomorrow must not break a client of today
	}
	return schema
}

// flatten replaces struct types, at any depth of lists and maps, by references.
func flatten(t reflect.Type) reflect.Type {
	switch {
	case t == timeType:
		return t
	case t.Kind() == reflect.Struct:
		return referenceType
	case t == bytesType:
		return t
	case t.Kind() == reflect.Slice:
		return reflect.SliceOf(flatten(t.Elem()))
	case t.Kind() == reflect.Array:
		return reflect.ArrayOf(t.Len(), flatten(t.Elem()))
	case t.Kind() == reflect.Map:
		return reflect.MapOf(t.Key(), flatten(t.Elem()))
	}
	return t
}

// written is the tag as invopop is to read it: the keywords that passed, without the words and values this package
// applies itself.
func (t *tag) written(output bool) string {
	var parts []string
	for _, p := range t.pairs {
		switch p.key {
		case "title", "description", "default", "example", "enum", "pattern":
			continue // apply sets them: free text may hold what splits tags, and lists and booleans lose some
		case "oneof_required", "anyof_required":
			if output {
				continue // a member may be removed; then no alternative would hold
			}
		}
		parts = append(parts, p.key+"="+strings.ReplaceAll(p.value, ",", `\,`))
	}
	return strings.Join(parts, ",")
}

// apply sets the keywords that have typed values, on the elements where the field is a list.
func (t *tag) apply(p *invopop.Schema, f *fields.Field) {
	target := p
	if f.Kind == fields.List && p.Items != nil {
		target = p.Items // enum=a,enum=b on a list says what its elements may be
	}
	p.Title, p.Description = t.get("title"), t.get("description")
	target.Enum, target.Examples, target.Pattern = t.enum, t.examples, t.get("pattern")
	if t.hasDefault {
		p.Default = t.def
	}
}
