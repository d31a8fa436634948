package schema

import (
	"maps"
	"slices"

	invopop "github.com/invopop/jsonschema"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// widen makes room for every mask: the value's own type or null, and no keyword a masked text or a zeroed number
// could fail. Members and elements keep their schemas, for a mask leaves null or all of an object; descriptions stay.
func (sh *shape) widen() {
	s := sh.schema
	sh.keywords = false
	// Any schema of its own a type may have could fail a mask in ways unknown here; nothing of it is kept but words.
	if sh.kind == fields.Any {
		*s = invopop.Schema{Title: s.Title, Description: s.Description, Extras: s.Extras}
		return
	}
	target := s
	if len(s.AnyOf) > 0 { // a pointer: null is there already
		target = s.AnyOf[0]
	}
	target.Format, target.Pattern, target.ContentEncoding = "", "", ""
	target.Enum, target.Const, target.Default = nil, nil, nil
	target.MinLength, target.MaxLength = nil, nil
	target.Minimum, target.Maximum, target.ExclusiveMinimum, target.ExclusiveMaximum, target.MultipleOf = "", "", "", "", ""
	target.MinItems, target.MaxItems, target.UniqueItems = nil, nil, false
	orNull(s)
}

// orNull admits null beside what s admits: "type": [T, "null"] for a plain type, anyOf for a reference, which is what
// the validators and strict clients agree on (OpenAPI's nullable is not JSON Schema).
func orNull(s *invopop.Schema) {
	if _, done := s.Extras["type"]; done { // invopop's Type is one word; a list of words has to go in as an extra
		return
	}
	switch {
	case len(s.AnyOf) == 2 && s.AnyOf[1].Type == "null":
	case s.Ref != "" || s.OneOf != nil || s.AnyOf != nil || s.AllOf != nil || s.Const != nil:
		inner := *s
		inner.Title, inner.Description, inner.Extras = "", "", nil
		*s = invopop.Schema{
			Title: s.Title, Description: s.Description, Extras: s.Extras,
			AnyOf: []*invopop.Schema{&inner, {Type: "null"}},
		}
	case s.Type == "": // anything, null too
	default:
		setExtra(s, "type", []string{s.Type, "null"})
		s.Type = ""
		if len(s.Enum) > 0 {
			s.Enum = append(slices.Clip(s.Enum), nil) // the tag keeps its own list
		}
	}
}

// annotate writes what the gov tag says beside the field's schema, also beside a $ref: the mark belongs to this use
// of the type, not to the type.
func annotate(s *invopop.Schema, gov fields.Gov, extras map[string]any) {
	for key, value := range extras {
		setExtra(s, key, value)
	}
	if gov.Sensitive() {
		mark := sensitiveMark{Labels: gov.Labels, Mask: gov.Mask}
		setExtra(s, "x-sensitive", mark)
	}
	for key, value := range map[string]string{"x-unit": gov.Unit, "x-source": gov.Source, "x-means": gov.Means} {
		if value != "" {
			setExtra(s, key, value)
		}
	}
}

// sensitiveMark is the value of x-sensitive.
type sensitiveMark struct {
	Labels []string `json:"labels"`
	Mask   string   `json:"mask,omitempty"`
}

// setExtra never writes into a map another schema may share.
func setExtra(s *invopop.Schema, key string, value any) {
	extras := make(map[string]any, len(s.Extras)+1)
	maps.Copy(extras, s.Extras)
	extras[key] = value
	s.Extras = extras
}
