package schema

import "github.com/mcpgov/go-sdk/internal/fields"

// Which keywords a jsonschema tag may hold where. A keyword that stands where invopop does not take it is dropped without a word, and a
// bound that its author believes in is then neither shown nor checked: so what is not listed here for the kind of field is refused.

// generic keywords fit every kind of field.
func generic() []string { return []string{"title", "description", "oneof_required", "anyof_required"} }

// keysFor lists the keywords a kind takes besides the generic ones.
func keysFor(kind fields.Kind) []string {
	switch kind {
	case fields.Text:
		return []string{"minLength", "maxLength", "pattern", "format", "readOnly", "writeOnly", "default", "example", "enum"}
	case fields.Integer, fields.Number:
		return []string{"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default", "example", "enum"}
	case fields.Boolean:
		return []string{"default", "example"}
	default:
		return nil
	}
}

// listKeys are about the list itself; the other keywords of a list field are about its elements.
func listKeys() []string { return []string{"minItems", "maxItems", "uniqueItems", "default"} }

// repeatable reports whether a keyword may stand more than once: each is one more value.
func repeatable(key string) bool {
	switch key {
	case "enum", "example", "oneof_required", "anyof_required":
		return true
	}
	return false
}

// refused says why a keyword that exists in invopop is not taken here: it would make the schema say something the Go type does not do.
// "" for every other keyword.
func refused(key string) string {
	switch key {
	case "type":
		return "the Go type decides it"
	case "anchor":
		return "definitions are named by their Go types"
	case "oneof_ref", "anyof_ref":
		return "external and hand-written references are not followed"
	case "oneof_type", "anyof_type":
		return "use a Go type with its own JSONSchema method"
	}
	return ""
}
