package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bind gives the parameters of an [Expression] their values, as constants of the tree and never as text. Values are nil, bool, whole
// numbers, floating-point numbers, strings, [time.Time], and slices of those, which become lists. A parameter without a value is an error:
// a filter on the caller's region must not turn into none because the caller has no region. A nil value is NULL, which equals nothing.
func Bind(expression json.RawMessage, values map[string]any) (json.RawMessage, error) {
	v, err := copyOf(expression)
	if err != nil {
		return nil, errors.New("check: the expression is not one that Expression gave")
	}
	if v, err = bind(v, values); err != nil {
		return nil, err
	}
	return encode(v)
}

func bind(v any, values map[string]any) (any, error) {
	switch v := v.(type) {
	case []any:
		for i, element := range v {
			bound, err := bind(element, values)
			if err != nil {
				return nil, err
			}
			v[i] = bound
		}
	case object:
		if v["class"] == "PARAMETER" {
			name, _ := v["identifier"].(string)
			value, ok := values[name]
			if !ok {
				return nil, fmt.Errorf("check: the parameter $%s of a filter or mask has no value", name)
			}
			bound, err := constantOf(reflect.ValueOf(value))
			if err != nil {
				return nil, fmt.Errorf("check: the parameter $%s of a filter or mask: %w", name, err)
			}
			if alias, _ := v["alias"].(string); alias != "" {
				bound["alias"] = alias
			}
			return bound, nil
		}
		for name, member := range v {
			bound, err := bind(member, values)
			if err != nil {
				return nil, err
			}
			v[name] = bound
		}
	}
	return v, nil
}

// constantOf is a Go value as a part of the tree.
func constantOf(v reflect.Value) (object, error) {
	if !v.IsValid() {
		return constant("NULL", nil), nil
	}
	if t, ok := reflect.TypeAssert[time.Time](v); ok {
		return castTo(text(t.UTC().Format("2006-01-02 15:04:05.999999")+"+00"), "TIMESTAMP WITH TIME ZONE"), nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return constant("NULL", nil), nil
		}
		return constantOf(v.Elem())
	case reflect.String:
		s := v.String()
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return nil, errors.New("the text is not valid UTF-8 or holds a NUL character")
		}
		return text(s), nil
	case reflect.Bool:
		// As the parser writes true and false.
		return castTo(text(strconv.FormatBool(v.Bool())[:1]), "BOOLEAN"), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return wholeNumber(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return castTo(text(strconv.FormatUint(v.Uint(), 10)), "UBIGINT"), nil
	case reflect.Float32, reflect.Float64:
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, errors.New("the number is not finite")
		}
		return castTo(text(strconv.FormatFloat(f, 'g', -1, 64)), "DOUBLE"), nil
	case reflect.Slice, reflect.Array:
		elements := make([]any, v.Len())
		for i := range elements {
			element, err := constantOf(v.Index(i))
			if err != nil {
				return nil, err
			}
			elements[i] = element
		}
		return callOf("list_value", false, elements...), nil
	default:
		return nil, fmt.Errorf("a value of type %s cannot be written into a statement", v.Type())
	}
}
