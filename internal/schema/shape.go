package schema

import (
	"encoding/json"
	"math/big"
	"reflect"

	invopop "github.com/invopop/jsonschema"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// shape ties a Go type to the schema of its values, level by level. Checks and defaults are compiled from it.
type shape struct {
	typ      reflect.Type // pointers removed
	kind     fields.Kind
	quoted   bool
	schema   *invopop.Schema
	keywords bool    // the schema asks for more than the Go type already guarantees
	elem     *shape  // of a list or map
	object   *object // of a struct
}

// innermost is the shape of what lists and maps, and lists of lists, hold in the end.
func (sh *shape) innermost() *shape {
	for sh.elem != nil {
		sh = sh.elem
	}
	return sh
}

// hasCheck reports whether there is a keyword to check on sh or on an element.
func (sh *shape) hasCheck() bool { return sh.keywords || sh.elem != nil && sh.elem.hasCheck() }

// selfDescribing is a type that says what its JSON looks like; it goes with a MarshalJSON or MarshalText of its own.
type selfDescribing interface{ JSONSchema() *invopop.Schema }

// shape completes s, the schema reflection made for plain(t), with what t adds: references, bounds of the Go kind,
// null for pointers the encoder writes as null.
func (b *builder) shape(t reflect.Type, quoted bool, s *invopop.Schema, st state) *shape {
	// A nil pointer is written as null. In arguments null is not asked for: leaving the member out says the same.
	null := b.output && t.Kind() == reflect.Pointer
	t = fields.Deref(t)
	sh := &shape{typ: t, kind: fields.KindOf(t), quoted: quoted, schema: s}
	if quoted {
		sh.kind = fields.Text
	}
	sh.keywords = hasKeywords(s, t)
	switch sh.kind {
	case fields.Object:
		sh.object = b.object(t, st, nil)
		s.Ref = b.refer(sh.object)
	case fields.List:
		sh.elem = b.shape(t.Elem(), false, s.Items, st)
	case fields.Map:
		b.mapShape(sh, st)
	case fields.Integer:
		goBounds(s, t)
		if t == durationType {
			durationNote(s)
		}
	case fields.Any:
		sh.describeItself()
	case fields.Text, fields.Number, fields.Boolean: // reflection said all there is to say
	}
	if null {
		orNull(s)
	}
	return sh
}

// mapShape completes the schema of a map. Its keys are data, so all values share one schema, and an edit of one key
// widens it for all.
func (b *builder) mapShape(sh *shape, st state) {
	s := sh.schema
	if s.AdditionalProperties == nil {
		s.AdditionalProperties = &invopop.Schema{}
	}
	next, hit := b.edits.mapValue(st, sh.typ.Elem())
	sh.elem = b.shape(sh.typ.Elem(), false, s.AdditionalProperties, next)
	if hit && b.output {
		sh.elem.widen()
	}
	// Keys that are integers in Go: a name that is none could not be read back.
	if key := sh.typ.Key(); key.Kind() != reflect.String && !fields.Implements(key, textMarshaler) {
		s.PropertyNames = &invopop.Schema{Pattern: "^(0|-?[1-9][0-9]*)$"}
	}
}

// describeItself takes the schema of a type that has one; what else writes its own JSON may be anything.
func (sh *shape) describeItself() {
	if sh.typ.Kind() == reflect.Interface {
		return
	}
	d, ok := reflect.TypeAssert[selfDescribing](reflect.New(sh.typ))
	if !ok {
		return
	}
	if own := d.JSONSchema(); own != nil {
		// The field's own words about this use of the type win over the type's words about itself.
		title, description := sh.schema.Title, sh.schema.Description
		*sh.schema = *own
		sh.schema.Version = ""
		if title != "" {
			sh.schema.Title = title
		}
		if description != "" {
			sh.schema.Description = description
		}
		sh.keywords = true
	}
}

// hasKeywords reports whether the schema of a value asks for something its Go type does not guarantee. It is asked
// before goBounds adds the range of the Go kind, which every value of that kind keeps.
func hasKeywords(s *invopop.Schema, t reflect.Type) bool {
	if s.Format != "" && t != timeType || s.Pattern != "" || len(s.Enum) > 0 || s.MinLength != nil || s.MaxLength != nil {
		return true
	}
	if s.Minimum != "" || s.Maximum != "" || s.ExclusiveMinimum != "" || s.ExclusiveMaximum != "" || s.MultipleOf != "" {
		return true
	}
	return s.UniqueItems || t.Kind() != reflect.Array && (s.MinItems != nil || s.MaxItems != nil)
}

// goBounds writes the range of a Go integer into the schema, unless the tag asks for a narrower one. int64 and
// uint64 have no upper bound here: few clients can hold it, and the decoder says it anyway.
func goBounds(s *invopop.Schema, t reflect.Type) {
	bits := t.Bits()
	unsigned := t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uintptr
	if bits == 64 && !unsigned {
		return
	}
	// Exact, because 2^64-1 is no float64; the tag may have written a bound in any form a number has.
	least, greatest, _ := goRange(t)
	if !tighter(s.Minimum, least, 1) && !tighter(s.ExclusiveMinimum, least, 1) {
		s.Minimum, s.ExclusiveMinimum = json.Number(least.String()), ""
	}
	if bits < 64 && !tighter(s.Maximum, greatest, -1) && !tighter(s.ExclusiveMaximum, greatest, -1) {
		s.Maximum, s.ExclusiveMaximum = json.Number(greatest.String()), ""
	}
}

// tighter reports whether the tag's bound is inside the Go kind's: above it for sign 1, below it for -1.
func tighter(written json.Number, bound *big.Int, sign int) bool {
	if written == "" {
		return false
	}
	w, ok := new(big.Rat).SetString(string(written))
	return ok && w.Cmp(new(big.Rat).SetInt(bound)) == sign
}

// durationNote says what the number means: a model would guess seconds.
func durationNote(s *invopop.Schema) {
	if s.Description == "" {
		s.Description = "Duration in nanoseconds."
	}
	setExtra(s, "x-unit", "ns")
}
