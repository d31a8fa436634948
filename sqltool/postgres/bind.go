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
	value := reflect.ValueOf(v)
	for value.Kind() == reflect.Pointer && !value.IsNil() {
		value = value.Elem()
	}
	if kind := value.Kind(); kind != reflect.Slice && kind != reflect.Array || kind == reflect.Slice && value.Type().Elem().Kind() == reflect.Uint8 {
		return sqltool.Plain(v) //nolint:wrapcheck // sqltool says which parameter
	}
	if plain, err := sqltool.Plain(v); err == nil && plain != nil {
		return plain, nil // an array that writes itself as text, such as a UUID
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

// listed makes an empty list of none: pgx writes a nil slice as NULL, of which neither IN nor NOT IN is true.
func listed[E any](list []E) []E {
	if list == nil {
		return []E{}
	}
	return list
}
