package schema

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// filling is where defaults go, worked out once from the type: it goes hand in hand down a Go value and the tree of
// the bytes it was read from. The tree tells what was sent; a member sent as null was sent. Where an optional object
// was not sent nothing below it is made up.
type filling struct {
	kind  fields.Kind // Object, List or Map
	sites []site      // of an object: members with a default
	below []descent   // of an object: members that lead to more
	elem  *filling    // of a list or map
}

// site is one member with a default.
type site struct {
	name  string
	index []int
	set   func(field reflect.Value) error
}

// descent is one member below which there are more sites.
type descent struct {
	name  string
	index []int
	into  *filling
}

// compileDefaults returns nil where the type has no default: then no call pays for them.
func compileDefaults(doc *document) (*filling, error) {
	c := fillingCompiler{made: map[*object]*filling{}}
	f := c.object(doc.root)
	return f, errors.Join(c.faults...)
}

// fillingCompiler turns objects into fillings. A recursive type is its own descent, so what is made is remembered
// before its members are looked at.
type fillingCompiler struct {
	made   map[*object]*filling
	faults []error
}

// object returns the filling of a struct, or nil where no default can be reached from it.
func (c *fillingCompiler) object(o *object) *filling {
	if f, ok := c.made[o]; ok {
		return f
	}
	if !o.leadsTo(func(m *member) bool { return m.tag.hasDefault }) {
		return nil
	}
	f := &filling{kind: fields.Object}
	c.made[o] = f
	for _, m := range o.members {
		if m.tag.hasDefault {
			set, err := setter(o.typ, m.field, m.tag.def)
			if err != nil {
				c.faults = append(c.faults, fmt.Errorf("%s.%s: jsonschema tag: default=%v: %w", o.typ, m.field.GoName, m.tag.def, err))
				continue
			}
			f.sites = append(f.sites, site{m.field.Name, m.field.Index, set})
		} else if into := c.shape(m.shape); into != nil {
			f.below = append(f.below, descent{m.field.Name, m.field.Index, into})
		}
	}
	return f
}

// shape returns the filling of a value, or nil.
func (c *fillingCompiler) shape(sh *shape) *filling {
	switch {
	case sh.object != nil:
		return c.object(sh.object)
	case sh.elem != nil:
		if elem := c.shape(sh.elem); elem != nil {
			return &filling{kind: sh.kind, elem: elem}
		}
	}
	return nil
}

// setter reads the default once, through the struct it belongs to, so that it is read exactly as a sent value is.
// A value without inner memory is then copied into each new struct; any other is read afresh each time, because
// two calls must not share it.
func setter(owner reflect.Type, f *fields.Field, def any) (func(reflect.Value) error, error) {
	raw, err := strictjson.Marshal(map[string]any{f.Name: def})
	if err != nil {
		return nil, fmt.Errorf("write default: %w", err)
	}
	read := func() (reflect.Value, error) {
		holder := reflect.New(owner)
		if err := strictjson.Decode(raw, holder.Interface()); err != nil {
			return reflect.Value{}, fmt.Errorf("does not fit the Go type: %w", err)
		}
		field, _ := fieldAt(holder.Elem(), f.Index, true)
		return field, nil
	}
	template, err := read()
	if err != nil {
		return nil, err
	}
	// Kinds whose values hold no memory of their own, whatever the type is called.
	switch f.Type.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(field reflect.Value) error { field.Set(template); return nil }, nil
	}
	// Lists, pointers, and types that read themselves.
	return func(field reflect.Value) error {
		fresh, err := read()
		if err == nil {
			field.Set(fresh)
		}
		return err
	}, nil
}

// fill sets what was not sent in v, which was read from the bytes tree was read from.
func (f *filling) fill(v reflect.Value, tree any) error {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch sent := tree.(type) {
	case map[string]any:
		if f.kind == fields.Object {
			return f.fillObject(v, sent)
		}
		return f.fillMap(v, sent)
	case []any:
		for i := range min(len(sent), v.Len()) { // a Go array may be shorter than what was sent, or longer
			if err := f.elem.fill(v.Index(i), sent[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// fillObject sets the defaults of one struct, then goes below the members that were sent.
func (f *filling) fillObject(v reflect.Value, sent map[string]any) error {
	for i := range f.sites {
		s := &f.sites[i]
		if _, ok := sent[s.name]; ok {
			continue // zero, false, "" and null were sent as well: a default never overrules the caller
		}
		if field, ok := fieldAt(v, s.index, true); ok {
			if err := s.set(field); err != nil {
				return err
			}
		}
	}
	for i := range f.below {
		d := &f.below[i]
		inner, ok := sent[d.name]
		if !ok || inner == nil {
			continue // to make up an object that nobody sent would turn "no address" into an empty one
		}
		if field, ok := fieldAt(v, d.index, false); ok {
			if err := d.into.fill(field, inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// fillMap fills the values of a map. They cannot be changed in place, so each is copied, filled and put back.
func (f *filling) fillMap(v reflect.Value, sent map[string]any) error {
	for _, key := range v.MapKeys() {
		name, err := keyName(key)
		if err != nil {
			return err
		}
		inner, ok := sent[name]
		if !ok {
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		if err := f.elem.fill(value, inner); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

// keyName returns the member name a map key is written as.
func keyName(key reflect.Value) (string, error) {
	if key.Kind() == reflect.String {
		return key.String(), nil
	}
	if m, ok := reflect.TypeAssert[encoding.TextMarshaler](key); ok {
		text, err := m.MarshalText()
		if err != nil {
			return "", fmt.Errorf("map key: %w", err)
		}
		return string(text), nil
	}
	if key.CanInt() {
		return strconv.FormatInt(key.Int(), 10), nil
	}
	return strconv.FormatUint(key.Uint(), 10), nil
}

// fieldAt walks to a field through embedded structs. A nil embedded pointer on the way is filled if alloc is set:
// it is the same JSON object, so nothing is made up.
func fieldAt(v reflect.Value, index []int, alloc bool) (field reflect.Value, ok bool) {
	for n, i := range index {
		if n > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !alloc || !v.CanSet() {
					return reflect.Value{}, false
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}
