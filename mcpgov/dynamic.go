package mcpgov

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// Labels are read from declared types when the server starts. A struct that comes in an interface at run time
// brings labels nobody has seen: its fields would leave unmasked although they say they are sensitive.

// isInterface reports whether values of t may bring types New did not see.
func isInterface(t reflect.Type) bool { return t.Kind() == reflect.Interface }

// undeclaredLabels looks for labelled types behind the interfaces of a result.
func undeclaredLabels(v reflect.Value, depth int) error {
	const tooDeep = 2000 // deeper than any result that can be masked
	if depth > tooDeep {
		return errors.New("the result nests too deep to be looked through")
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return nil
		}
		inner := v.Elem()
		if places, err := fields.Labelled(inner.Type()); err != nil || len(places) > 0 {
			return fmt.Errorf("an interface holds %s, whose fields carry gov labels no rule was checked against: declare the field with that type", inner.Type())
		}
		return undeclaredLabels(inner, depth+1)
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return undeclaredLabels(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := undeclaredLabels(v.Index(i), depth+1); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, value := range v.Seq2() {
			if err := undeclaredLabels(value, depth+1); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i, f := range members(v.Type()) {
			if f.Type != contentType {
				if err := undeclaredLabels(v.Field(i), depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
