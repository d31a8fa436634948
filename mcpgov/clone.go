package mcpgov

import (
	"iter"
	"maps"
	"reflect"
	"slices"
)

// What policy judges stays what it was: handlers and interceptors get copies of what they could change in it, the
// arguments as well as the user. A type that hides its insides, such as big.Int, is handed on as it is: it answers for
// them itself.

// cloneUser copies a user with its lists and with the maps and lists among its attributes.
func cloneUser(u User) User {
	u.Roles, u.Groups = slices.Clone(u.Roles), slices.Clone(u.Groups)
	u.Permissions, u.Scopes = slices.Clone(u.Permissions), slices.Clone(u.Scopes)
	u.Attributes = maps.Clone(u.Attributes)
	for name, value := range u.Attributes {
		switch value.(type) {
		case nil, string, bool, int, int64, float64: // by far the most
		default:
			u.Attributes[name] = (&copying{}).of(reflect.ValueOf(value)).Interface()
		}
	}
	return u
}

// copier returns what copies a *T so that nothing is shared; for types that share nothing, the pointer itself will do,
// because handlers take their input by value.
func copier(t reflect.Type) func(in any) any {
	if !refers(t.Elem(), nil) {
		return func(in any) any { return in }
	}
	return func(in any) any { return (&copying{}).of(reflect.ValueOf(in)).Interface() }
}

// members are the fields of a struct type that JSON may write: exported ones, and what embedded ones promote.
func members(t reflect.Type) iter.Seq2[int, reflect.StructField] {
	return func(yield func(int, reflect.StructField) bool) {
		for i := range t.NumField() {
			if f := t.Field(i); (f.IsExported() || f.Anonymous) && !yield(i, f) {
				return
			}
		}
	}
}

// opaque reports whether a struct type hides fields of its own.
func opaque(t reflect.Type) bool {
	for f := range t.Fields() {
		if !f.IsExported() && !f.Anonymous {
			return true
		}
	}
	return false
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
		if opaque(t) {
			return false
		}
		for _, f := range members(t) {
			if refers(f.Type, append(seen, t)) {
				return true
			}
		}
	}
	return false
}

// copying is one copy under way. It remembers what was copied to what, so that values that lead back to themselves end.
type copying struct {
	made map[place]reflect.Value
}

// place is what two references share.
type place struct {
	at     uintptr
	length int
	typ    reflect.Type
}

// once copies what v refers to, or finds the copy that was made of it.
func (c *copying) once(v reflect.Value, length int, fill func(made reflect.Value), empty func() reflect.Value) reflect.Value {
	p := place{v.Pointer(), length, v.Type()}
	if made, ok := c.made[p]; ok {
		return made
	}
	if c.made == nil {
		c.made = map[place]reflect.Value{}
	}
	made := empty()
	c.made[p] = made
	fill(made)
	return made
}

func (c *copying) of(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if v.IsNil() {
			return v
		}
	case reflect.Array, reflect.Struct:
		made := reflect.New(v.Type()).Elem()
		made.Set(v)
		c.inside(made)
		return made
	default:
		return v
	}
	switch t := v.Type(); v.Kind() {
	case reflect.Interface:
		made := reflect.New(t).Elem()
		made.Set(c.of(v.Elem()))
		return made
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Struct && opaque(t.Elem()) {
			return v
		}
		return c.once(v, 0, func(made reflect.Value) { made.Elem().Set(c.of(v.Elem())) },
			func() reflect.Value { return reflect.New(t.Elem()).Convert(t) })
	case reflect.Map:
		return c.once(v, v.Len(), func(made reflect.Value) {
			for key, value := range v.Seq2() {
				made.SetMapIndex(key, c.of(value))
			}
		}, func() reflect.Value { return reflect.MakeMapWithSize(t, v.Len()) })
	default:
		return c.once(v, v.Len(), func(made reflect.Value) {
			reflect.Copy(made, v)
			if !refers(t.Elem(), nil) {
				return
			}
			for i := range v.Len() {
				made.Index(i).Set(c.of(v.Index(i)))
			}
		}, func() reflect.Value { return reflect.MakeSlice(t, v.Len(), v.Len()) })
	}
}

// inside copies what the members of v, a copy already, refer to. Embedded structs are gone into in place: what they
// promote can be set although they cannot.
func (c *copying) inside(v reflect.Value) {
	if v.Kind() == reflect.Array {
		for i := range v.Len() {
			v.Index(i).Set(c.of(v.Index(i)))
		}
		return
	}
	if opaque(v.Type()) {
		return
	}
	for i, f := range members(v.Type()) {
		switch {
		case !refers(f.Type, nil):
		case f.IsExported():
			v.Field(i).Set(c.of(v.Field(i)))
		case f.Type.Kind() == reflect.Struct:
			c.inside(v.Field(i))
		}
	}
}
