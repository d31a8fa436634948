package postgres

import (
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/sqltool"
)

// Bind hands lists to pgx as they are, element by element made plain; pgx writes them as arrays.
func (engine) Bind(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, []byte:
		return v, nil
	case []string:
		return listed(v), nil
	case []int64:
		return listed(v), nil
	case []int:
		return listed(v), nil
	case []int32:
		return listed(v), nil
	case []float64:
		return listed(v), nil
	case []bool:
		return listed(v), nil
	}
	value := pointedAt(reflect.ValueOf(v))
	if !isList(value) {
		return sqltool.Plain(v) //nolint:wrapcheck // sqltool says which parameter
	}
	if isGrid(value) {
		return bindGrid(value)
	}
	list := make([]any, value.Len())
	for i := range list {
		var err error
		if list[i], err = (engine{}).Bind(value.Index(i).Interface()); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return list, nil
}

func pointedAt(value reflect.Value) reflect.Value {
	for (value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface) && !value.IsNil() {
		value = value.Elem()
	}
	return value
}

// isList reports whether a value is bound as an array: bytes are not, nor is an array that writes itself as text, such as a UUID.
func isList(value reflect.Value) bool {
	if kind := value.Kind(); kind != reflect.Slice && kind != reflect.Array || kind == reflect.Slice && value.Type().Elem().Kind() == reflect.Uint8 {
		return false
	}
	plain, err := sqltool.Plain(value.Interface())
	return err != nil || plain == nil
}

// listed makes an empty list of none: pgx writes a nil slice as NULL, of which neither IN nor NOT IN is true.
func listed[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}
