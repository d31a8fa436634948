package sqltool

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// This file decides, before anything runs, whether values of a database type fit into a Go type, and says what to write if not.

// misfits says what of a database type a Go type cannot hold; nil if nothing. Types that are not known fit.
func misfits(t *sqlType, dst reflect.Type) []string {
	dst = fields.Deref(dst)
	switch {
	case strings.HasPrefix(dst.PkgPath(), "database/sql") && fields.Implements(dst, scannerType):
		return []string{fmt.Sprintf("%s is written as an object in JSON: write a pointer, such as *string", dst)}
	case t.family == unknownType, dst.Kind() == reflect.Interface, dst == rawType, fields.Implements(dst, scannerType):
		return nil
	case t.family == jsonType && (dst.Kind() == reflect.Struct || dst.Kind() == reflect.Map || fields.KindOf(dst) == fields.List) && dst != timeType && dst != spanType && dst != bigType:
		return nil
	case t.family == listType:
		return listMisfits(t, dst)
	case t.family == structType:
		return structMisfits(t, dst)
	case t.family == mapType:
		return mapMisfits(t, dst)
	}
	if takes(t, dst) {
		return nil
	}
	return []string{fmt.Sprintf("%s does not fit into %s: write %s", t.word, dst, rightType(t))}
}

// takes reports whether a Go type that is no list, map or struct of others holds every value of a type.
func takes(t *sqlType, dst reflect.Type) bool {
	kind := dst.Kind()
	ownText := reflect.PointerTo(dst).Implements(textReader) && kind != reflect.String && dst != timeType && dst != spanType && dst != bigType
	switch t.family {
	case boolType:
		return kind == reflect.Bool
	case intType:
		return signedBits(dst) >= t.bits || dst == numberType || dst == bigType || isText(dst) || floatHolds(dst, t.bits)
	case uintType:
		return unsignedBits(dst) >= t.bits || signedBits(dst) > t.bits || dst == numberType || dst == bigType || isText(dst) || floatHolds(dst, t.bits)
	case hugeType:
		return dst == numberType || dst == bigType || isText(dst) || ownText
	case decimalType:
		if t.precision > 0 && t.precision <= 18 && t.scale == 0 && signedBits(dst) == 64 {
			return true
		}
		return dst == numberType || isText(dst) || ownText || dst == bigType && t.precision > 0 && t.scale == 0
	case floatType:
		return kind == reflect.Float64 || kind == reflect.Float32 && t.bits == 32 || dst == numberType || isText(dst)
	case blobType:
		return kind == reflect.Slice && dst.Elem().Kind() == reflect.Uint8
	case dateType, timestampType:
		return dst == timeType || isText(dst)
	case intervalType:
		return dst == spanType || isText(dst)
	case textType, clockType, uuidType, jsonType, otherType:
		return isText(dst) || ownText
	case unknownType, listType, structType, mapType:
	}
	return true
}

// isText reports whether a type is a string in Go, but not one that is written as a number.
func isText(dst reflect.Type) bool { return dst.Kind() == reflect.String && dst != numberType }

func signedBits(dst reflect.Type) int {
	if reflect.Int <= dst.Kind() && dst.Kind() <= reflect.Int64 {
		return dst.Bits()
	}
	return 0
}

func unsignedBits(dst reflect.Type) int {
	if reflect.Uint <= dst.Kind() && dst.Kind() <= reflect.Uintptr {
		return dst.Bits()
	}
	return 0
}

// floatHolds reports whether a float holds every integer of so many bits exactly.
func floatHolds(dst reflect.Type, bits int) bool {
	return dst.Kind() == reflect.Float64 && bits <= 32 || dst.Kind() == reflect.Float32 && bits <= 16
}

// rightType is what to write for a type.
func rightType(t *sqlType) string {
	switch t.family {
	case boolType:
		return "bool"
	case intType:
		return fmt.Sprintf("int%d", t.bits)
	case uintType:
		return fmt.Sprintf("uint%d", t.bits)
	case hugeType:
		return "json.Number, or sqltool.Decimal where readers take numbers for floats"
	case decimalType:
		return "sqltool.Decimal, which is text, or json.Number: a float would round it"
	case floatType:
		return fmt.Sprintf("float%d, or *float%d where it may be NaN", t.bits, t.bits)
	case blobType:
		return "[]byte, which is written as base64"
	case dateType, timestampType:
		return "time.Time, or string"
	case intervalType:
		return "sqltool.Interval, or string: both are written as ISO 8601"
	case textType, clockType, uuidType, otherType:
		return "string"
	case jsonType:
		return "json.RawMessage, a struct or a string"
	case listType, structType, mapType, unknownType:
	}
	return "another type"
}

func listMisfits(t *sqlType, dst reflect.Type) []string {
	if kind := dst.Kind(); kind != reflect.Slice && kind != reflect.Array || kind == reflect.Slice && dst.Elem().Kind() == reflect.Uint8 {
		return []string{fmt.Sprintf("%s does not fit into %s: write a slice", t.word, dst)}
	}
	if family := t.element().family; family != listType && family != jsonType && family != unknownType && fields.KindOf(dst.Elem()) == fields.List {
		return misfits(t, dst.Elem()) // PostgreSQL does not say how many dimensions an array has
	}
	return within("its elements: ", misfits(t.element(), dst.Elem()))
}

func mapMisfits(t *sqlType, dst reflect.Type) []string {
	if dst.Kind() != reflect.Map {
		return []string{fmt.Sprintf("%s does not fit into %s: write a map", t.word, dst)}
	}
	return within("its values: ", misfits(t.element(), dst.Elem()))
}

func structMisfits(t *sqlType, dst reflect.Type) []string {
	if dst.Kind() == reflect.Map && dst.Key().Kind() == reflect.String {
		return nil
	}
	if fields.KindOf(dst) != fields.Object {
		return []string{fmt.Sprintf("%s does not fit into %s: write a struct, or a map[string]any", t.word, dst)}
	}
	columns := make([]Column, len(t.members))
	for i, m := range t.members {
		columns[i] = Column{Name: m.name, Type: m.typ.word}
	}
	return columnMisfits(columns, dst, "member")
}

func within(place string, faults []string) []string {
	for i := range faults {
		faults[i] = place + faults[i]
	}
	return faults
}

// columnMisfits compares columns and the fields of a struct, both ways. what is the word for a column in error texts.
func columnMisfits(columns []Column, row reflect.Type, what string) []string {
	table, err := fields.Inspect(row)
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	names := map[string]bool{}
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Name
	}
	for i, c := range columns {
		f, ok := table.ByName(c.Name)
		switch {
		case names[c.Name]:
			faults = append(faults, fmt.Sprintf("two of the %ss are called %q: give one another name with AS", what, c.Name))
		case !ok && (c.Name == "" || c.Name == "?column?"):
			faults = append(faults, fmt.Sprintf("%s %d has no name: give it one with AS", what, i+1))
		case !ok:
			faults = append(faults, fmt.Sprintf("%s %q has no field in %s%s: add one, or leave it out of the statement", what, c.Name, row, suggest.DidYouMean(c.Name, table.Names())))
		default:
			faults = append(faults, within(fmt.Sprintf("%s %q: ", what, c.Name), misfits(readType(c.Type), f.Type))...)
			if c.Nullable && !nullable(f.Type) {
				faults = append(faults, fmt.Sprintf("%s %q may be NULL, which %s cannot hold: write *%s, or coalesce(...) in the statement", what, c.Name, f.Type, f.Type))
			}
		}
		names[c.Name] = true
	}
	for i := range table.Fields {
		if name := table.Fields[i].Name; !names[name] {
			faults = append(faults, fmt.Sprintf("field %q of %s has no %s%s: the statement must return it", name, row, what, suggest.DidYouMean(name, all)))
		}
	}
	return faults
}

// nullable reports whether NULL can be put into a type.
func nullable(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || t == rawType || fields.Implements(t, scannerType)
}
