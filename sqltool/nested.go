package sqltool

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// This file sets lists, maps, structs, and Go values that may be anything.

//nolint:gochecknoglobals // a constant that Go cannot spell as one
var anyType = &sqlType{}

// element is the type of a list's elements or a map's values; not known is not checked.
func (t *sqlType) element() *sqlType {
	if t.elem == nil {
		return anyType
	}
	return t.elem
}

func listSetter(dst reflect.Type, t *sqlType) setter {
	element := setterFor(dst.Elem(), t.element())
	return func(dst reflect.Value, v any) error {
		list := reflect.ValueOf(v)
		if list.Kind() != reflect.Slice || list.Type().Elem().Kind() == reflect.Uint8 {
			return mismatch(errNoText, v, dst)
		}
		n := list.Len()
		if dst.Kind() == reflect.Slice {
			dst.Set(reflect.MakeSlice(dst.Type(), n, n))
		} else if dst.Len() != n {
			return fmt.Errorf("the list has %d elements, %s takes %d", n, dst.Type(), dst.Len())
		}
		for i := range n {
			if err := element(dst.Index(i), list.Index(i).Interface()); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		return nil
	}
}

func mapSetter(dst reflect.Type, t *sqlType) setter {
	value := setterFor(dst.Elem(), t.element())
	key := anyType
	if t.key != nil {
		key = t.key
	}
	keySetter := setterFor(dst.Key(), key)
	return func(dst reflect.Value, v any) error {
		from := reflect.ValueOf(v)
		if from.Kind() != reflect.Map {
			return mismatch(errNoText, v, dst)
		}
		dst.Set(reflect.MakeMapWithSize(dst.Type(), from.Len()))
		for entries := from.MapRange(); entries.Next(); {
			k, to := reflect.New(dst.Type().Key()).Elem(), reflect.New(dst.Type().Elem()).Elem()
			if err := keySetter(k, entries.Key().Interface()); err != nil {
				return fmt.Errorf("a key: %w", err)
			}
			if err := value(to, entries.Value().Interface()); err != nil {
				return fmt.Errorf("the value of a key: %w", err)
			}
			dst.SetMapIndex(k, to)
		}
		return nil
	}
}

func structSetter(dst reflect.Type, t *sqlType) setter {
	table, err := fields.Of(dst)
	if err != nil {
		return func(reflect.Value, any) error { return err }
	}
	types := map[string]*sqlType{}
	for _, m := range t.members {
		types[m.name] = m.typ
	}
	setters := make([]setter, len(table.Fields))
	for i := range table.Fields {
		typ := types[table.Fields[i].Name]
		if typ == nil {
			typ = anyType
		}
		setters[i] = setterFor(table.Fields[i].Type, typ)
	}
	return func(dst reflect.Value, v any) error {
		from, ok := v.(map[string]any)
		if !ok {
			return mismatch(errNoText, v, dst)
		}
		for i := range table.Fields {
			f := &table.Fields[i]
			value, ok := from[f.Name]
			if !ok {
				return fmt.Errorf("the struct has no member %q", f.Name)
			}
			if err := setters[i](allocated(dst, f.Index), value); err != nil {
				return fmt.Errorf("member %q: %w", f.Name, err)
			}
		}
		return nil
	}
}

// allocated returns the field at index; embedded pointers on the way to it are made.
func allocated(v reflect.Value, index []int) reflect.Value {
	for i, at := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	return v
}

// setAny puts a value into an any, in the form that keeps it in JSON.
func setAny(dst reflect.Value, v any, t *sqlType) error {
	natural, err := natural(v, t)
	if err != nil {
		return err
	}
	if natural == nil {
		dst.SetZero()
		return nil
	}
	value := reflect.ValueOf(natural)
	if !value.Type().AssignableTo(dst.Type()) {
		return mismatch(errNoText, v, dst)
	}
	dst.Set(value)
	return nil
}

func setRaw(dst reflect.Value, v any, t *sqlType) error {
	natural, err := natural(v, t)
	if err != nil {
		return err
	}
	raw, err := strictjson.Marshal(natural)
	dst.SetBytes(raw)
	return err //nolint:wrapcheck // the column is named by the caller
}

// natural is the form of a value that keeps it in JSON: numbers as numbers, but "NaN" and "Infinity" as text; bytes as base64.
func natural(v any, t *sqlType) (any, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case Decimal:
		if isNumber(string(v)) {
			return json.Number(v), nil
		}
		return string(v), nil
	case float32, float64:
		if n, err := asNumber(v, t); err == nil {
			return n, nil
		}
		return asText(v, t)
	case string, []byte, json.RawMessage:
		return naturalText(v, t)
	case time.Time, Interval:
		return asText(v, t)
	}
	value := reflect.ValueOf(v)
	switch {
	case value.CanInt() || value.CanUint():
		return v, nil
	case value.Kind() == reflect.Slice:
		list := make([]any, value.Len())
		for i := range list {
			var err error
			if list[i], err = natural(value.Index(i).Interface(), t.element()); err != nil {
				return nil, err
			}
		}
		return list, nil
	case value.Kind() == reflect.Map:
		return naturalMap(value, t)
	}
	n, err := asNumber(v, t)
	if err != nil {
		return nil, fmt.Errorf("a value of Go type %T has no form in JSON", v)
	}
	return n, nil
}

// naturalText is natural of what a driver gives as text or bytes.
func naturalText(v any, t *sqlType) (any, error) {
	raw, isRaw := v.(json.RawMessage)
	bytes, isBytes := v.([]byte)
	if isRaw || t.family == jsonType {
		switch {
		case isBytes:
			raw = bytes
		case !isRaw:
			raw = []byte(v.(string))
		}
		var tree any
		if strictjson.Decode(raw, &tree) != nil {
			return nil, fmt.Errorf("the JSON document is not valid")
		}
		return tree, nil
	}
	if isBytes && (t.family == blobType || t.family == unknownType) {
		return bytes, nil
	}
	return asText(v, t)
}

func naturalMap(from reflect.Value, t *sqlType) (any, error) {
	key := anyType
	if t.key != nil {
		key = t.key
	}
	out := make(map[string]any, from.Len())
	for entries := from.MapRange(); entries.Next(); {
		k, err := asText(entries.Key().Interface(), key)
		if err != nil {
			return nil, err
		}
		element := t.element()
		for _, m := range t.members {
			if m.name == k {
				element = m.typ
			}
		}
		if out[k], err = natural(entries.Value().Interface(), element); err != nil {
			return nil, err
		}
	}
	return out, nil
}
