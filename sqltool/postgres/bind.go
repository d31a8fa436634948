package postgres

import (
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/sqltool"
)

// Bind hands lists to pgx as they are, element by element made plain; pgx writes them as arrays.
func (engine) Bind(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, []byte, []string, []int64, []int, []int32, []float64, []bool:
		return v, nil
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
