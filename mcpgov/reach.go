package mcpgov

import (
	"reflect"
)

// reaches reports whether values of t may hold, at any depth JSON can write, a value of a type that is wanted. Content
// is taken as a whole and not looked into.
func reaches(t reflect.Type, wanted func(reflect.Type) bool) bool {
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type) bool
	look = func(t reflect.Type) bool {
		if wanted(t) {
			return true
		}
		if t == contentType || seen[t] {
			return false
		}
		seen[t] = true
		switch t.Kind() {
		case reflect.Map:
			return look(t.Key()) || look(t.Elem())
		case reflect.Pointer, reflect.Slice, reflect.Array:
			return look(t.Elem())
		case reflect.Struct:
			for _, f := range members(t) {
				if look(f.Type) {
					return true
				}
			}
		}
		return false
	}
	return look(t)
}
