package schema

import (
	"math/big"
	"reflect"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// inspection checks the keywords of one Go value and of what it leads to. It answers yes or no; to say why, the
// document is validated, which is slow and names the place.
//
// It is there because results are seldom wrong: to validate the document of each would cost more than to write it, and
// would mostly prove what the Go type guarantees anyway. A "no" may be mistaken at the edges (rounding, texts that are
// not UTF-8), and the document then puts it right; a "yes" never is.
type inspection struct {
	check   func(reflect.Value) bool // of the value itself; nil: nothing to check
	members []inspected              // of a struct
	elem    *inspection              // of a list or map
}

// inspected is a member with something to check.
type inspected struct {
	index []int
	in    *inspection
}

// passes walks v. It allocates next to nothing: this runs on every row of every result.
func (in *inspection) passes(v reflect.Value) bool {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return true // null where the schema admits it, or not written
		}
		v = v.Elem()
	}
	if in.check != nil && !in.check(v) {
		return false
	}
	for i := range in.members {
		m := &in.members[i]
		if field, ok := fieldAt(v, m.index, false); ok && !m.in.passes(field) {
			return false
		}
	}
	if in.elem == nil {
		return true
	}
	if v.Kind() == reflect.Map {
		for entries := v.MapRange(); entries.Next(); {
			if !in.elem.passes(entries.Value()) {
				return false
			}
		}
		return true
	}
	for i := range v.Len() {
		if !in.elem.passes(v.Index(i)) {
			return false
		}
	}
	return true
}

// inspectionCompiler walks shapes and the compiled schema side by side.
type inspectionCompiler struct {
	made            map[*object]*inspection
	throughDocument bool
}

// object compiles a struct, or returns nil where no keyword can be reached from it.
func (c *inspectionCompiler) object(o *object, s *jsonschema.Schema) *inspection {
	if in, ok := c.made[o]; ok {
		return in
	}
	if !o.leadsTo(func(m *member) bool { return m.shape.hasCheck() }) {
		return nil
	}
	in := &inspection{}
	c.made[o] = in
	for _, m := range o.members {
		// A zero value that is not written needs to fit nothing; a nil pointer is passed over in any case.
		leftOut := m.field.Optional && m.field.Type.Kind() != reflect.Pointer
		if below := c.shape(m.shape, s.Properties[m.field.Name], leftOut); below != nil {
			in.members = append(in.members, inspected{m.field.Index, below})
		}
	}
	return in
}

// shape compiles one value. An optional one that is zero is not written, so its keywords do not apply to it.
func (c *inspectionCompiler) shape(sh *shape, s *jsonschema.Schema, optional bool) *inspection {
	s = follow(s)
	in := &inspection{}
	if sh.keywords {
		in.check = c.keywords(sh, s)
		if check := in.check; check != nil && optional {
			in.check = func(v reflect.Value) bool { return v.IsZero() || check(v) }
		}
	}
	switch {
	case s == nil:
		return nil
	case sh.object != nil:
		return c.object(sh.object, s)
	case sh.kind == fields.List:
		in.elem = c.shape(sh.elem, s.Items2020, false)
	case sh.kind == fields.Map:
		if values, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
			in.elem = c.shape(sh.elem, values, false)
		}
	}
	if in.check == nil && in.elem == nil {
		return nil
	}
	return in
}

// follow goes through references and "T or null", which is how pointers and masked members are written: a Go value
// that is there is checked against T.
func follow(s *jsonschema.Schema) *jsonschema.Schema {
	for s != nil {
		switch {
		case s.Ref != nil:
			s = s.Ref
		case len(s.AnyOf) > 0:
			s = s.AnyOf[0]
		default:
			return s
		}
	}
	return nil
}

// keywords returns the check of one value by its own sub-schema. A value that is not in Go memory as it is written
// (quoted numbers, base64, types that marshal themselves) is checked on the document.
func (c *inspectionCompiler) keywords(sh *shape, s *jsonschema.Schema) func(reflect.Value) bool {
	selfWritten := sh.quoted || fields.Implements(sh.typ, textMarshaler) || s == nil
	switch {
	case sh.kind == fields.List && s != nil && !s.UniqueItems:
		return func(v reflect.Value) bool {
			return (s.MinItems == nil || v.Len() >= *s.MinItems) && (s.MaxItems == nil || v.Len() <= *s.MaxItems)
		}
	case selfWritten:
	case sh.kind == fields.Text && sh.typ.Kind() == reflect.String:
		return func(v reflect.Value) bool { return textPasses(s, v.String()) }
	case sh.kind == fields.Integer && sh.typ.Kind() >= reflect.Uint:
		return func(v reflect.Value) bool { return inside(s, float64(v.Uint())) || s.Validate(v.Uint()) == nil }
	case sh.kind == fields.Integer:
		return func(v reflect.Value) bool { return inside(s, float64(v.Int())) || s.Validate(v.Int()) == nil }
	case sh.typ.Kind() == reflect.Float32: // written shorter than its 64-bit value
		return func(v reflect.Value) bool { return s.Validate(float32(v.Float())) == nil }
	case sh.kind == fields.Number && sh.typ != numberType:
		return func(v reflect.Value) bool { return inside(s, v.Float()) || s.Validate(v.Float()) == nil }
	}
	c.throughDocument = true // one such value, and every result is validated as a document
	return nil
}

// textPasses checks a text by the parts of its compiled schema, which is what the validator does, without its frame.
func textPasses(s *jsonschema.Schema, text string) bool {
	if !utf8.ValidString(text) {
		return false // it is written with replacements; only the document shows what leaves
	}
	if s.Enum != nil || s.Const != nil {
		return s.Validate(text) == nil
	}
	if s.MinLength != nil || s.MaxLength != nil {
		n := utf8.RuneCountInString(text)
		if s.MinLength != nil && n < *s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
			return false
		}
	}
	if s.Pattern != nil && !s.Pattern.MatchString(text) {
		return false
	}
	return s.Format == nil || s.Format.Validate(text) == nil
}

// inside reports that x is strictly within all bounds of s, as 64-bit floating point shows it. Rounding is monotonic,
// so strictly within stays within; on and near a bound the exact check decides.
func inside(s *jsonschema.Schema, x float64) bool {
	if s.MultipleOf != nil || s.Enum != nil || s.Const != nil {
		return false
	}
	above := func(bound *big.Rat) bool {
		if bound == nil {
			return true
		}
		b, _ := bound.Float64()
		return x > b
	}
	below := func(bound *big.Rat) bool {
		if bound == nil {
			return true
		}
		b, _ := bound.Float64()
		return x < b
	}
	return above(s.Minimum) && above(s.ExclusiveMinimum) && below(s.Maximum) && below(s.ExclusiveMaximum)
}
