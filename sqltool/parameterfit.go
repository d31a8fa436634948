package sqltool

import (
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// bindable says what a Go type cannot be bound for a parameter of a database type; "" if it can. It is about kinds, not ranges: a database
// says itself what is too large.
func bindable(t *sqlType, from reflect.Type, list bool) string {
	from = fields.Deref(from)
	if list && fields.KindOf(from) == fields.List {
		from = fields.Deref(from.Elem())
		if t.family == listType {
			t = t.element()
			for t.family != listType && t.family != jsonType && t.family != unknownType && fields.KindOf(from) == fields.List {
				from = fields.Deref(from.Elem()) // PostgreSQL does not say how many dimensions an array has
			}
		}
	}
	kind := fields.KindOf(from)
	switch {
	case kind == fields.Object || kind == fields.Map:
		return fmt.Sprintf("%s cannot be bound: write one of its fields, as in $name.field", from)
	case t.family == unknownType || kind == fields.Any:
		return ""
	case kind == fields.List:
		if t.family == listType || t.family == jsonType {
			return ""
		}
		return fmt.Sprintf("a list cannot be bound to %s: write IN $name", t.word)
	case suits(t, from, kind):
		return ""
	}
	return fmt.Sprintf("%s cannot be bound to %s: give the field another type, or cast in the statement as in $name::text", from, t.word)
}

// suits reports whether values of a Go type are values of a database type.
func suits(t *sqlType, from reflect.Type, kind fields.Kind) bool {
	switch t.family {
	case boolType:
		return kind == fields.Boolean
	case intType, uintType, hugeType:
		return kind == fields.Integer || from == numberType
	case decimalType, floatType:
		return kind == fields.Integer || kind == fields.Number || from == decimalKind
	case blobType:
		return from.Kind() == reflect.Slice
	case textType, clockType, uuidType, otherType, intervalType, dateType, timestampType:
		return kind == fields.Text && from.Kind() != reflect.Slice
	case listType, structType, mapType:
		return false
	case unknownType, jsonType:
	}
	return true
}
