package mcpgov

import (
	"maps"
	"reflect"
	"slices"
)

// What policy judges stays what it was: handlers and interceptors get copies of everything they could change, the
// arguments as well as the user.

// cloneUser copies a user with all it holds.
func cloneUser(u User) User {
	u.Roles, u.Groups = slices.Clone(u.Roles), slices.Clone(u.Groups)
	u.Permissions, u.Scopes = slices.Clone(u.Permissions), slices.Clone(u.Scopes)
	if u.Attributes = maps.Clone(u.Attributes); u.Attributes != nil {
		for name, value := range u.Attributes {
			if v := reflect.ValueOf(value); v.IsValid() && refers(v.Type(), nil) {
				u.Attributes[name] = cloneValue(v).Interface()
			}
		}
	}
	return u
}

// copier returns what copies a *T so that nothing is shared; for types that share nothing, the pointer itself
// will do, because handlers take their input by value.
func copier(t reflect.Type) func(in any) any {
	if !refers(t, nil) {
		return func(in any) any { return in }
	}
	return func(in any) any { return cloneValue(reflect.ValueOf(in)).Interface() }
}

// refers reports whether values of t hold anything a shallow copy shares. Text does not count: it cannot change.
func refers(t reflect.Type, seen []reflect.Type) bool {
	if slices.Contains(seen, t) {
		return false
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	case reflect.Array:
		return refers(t.Elem(), append(seen, t))
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() && refers(f.Type, append(seen, t)) {
				return true
			}
		}
	}
	return false
}

// cloneValue copies v. Unexported fields are copied as they are: a type that hides what it refers to, such as
// time.Time, answers for it itself.
func cloneValue(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(cloneValue(v.Elem()))
		return c.Convert(v.Type())
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		c := reflect.New(v.Type()).Elem()
		c.Set(cloneValue(v.Elem()))
		return c
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(cloneValue(v.Index(i)))
		}
		return c
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			c.SetMapIndex(key, cloneValue(value))
		}
		return c
	case reflect.Array, reflect.Struct:
		return cloneFields(v)
	}
	return v
}

func cloneFields(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	if v.Kind() == reflect.Array {
		for i := range v.Len() {
			c.Index(i).Set(cloneValue(v.Index(i)))
		}
		return c
	}
	for i, f := range fieldsOf(v.Type()) {
		if f.IsExported() && refers(f.Type, nil) {
			c.Field(i).Set(cloneValue(v.Field(i)))
		}
	}
	return c
}

func fieldsOf(t reflect.Type) func(func(int, reflect.StructField) bool) {
	return func(yield func(int, reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(i, t.Field(i)) {
				return
			}
		}
	}
}
