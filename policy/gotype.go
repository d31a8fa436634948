package policy

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// goTypes knows the Go types conditions may meet. It is CEL's type provider and its adapter from Go values. It grows
// while a policy is bound and is only read afterwards.
type goTypes struct {
	types.Provider // the standard types
	standard       types.Adapter
	byType         map[reflect.Type]*goType
	objects        map[string]*objectType
}

// goType is how one Go type appears in conditions.
type goType struct {
	cel *types.Type
	box func(reflect.Value) ref.Val // never panics on a value of its type; faults are *types.Err
}

func newGoTypes() (*goTypes, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	return &goTypes{Provider: registry, standard: registry, byType: map[reflect.Type]*goType{}, objects: map[string]*objectType{}}, nil
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	numberType   = reflect.TypeFor[json.Number]()
)

// of returns how values of type t appear. Struct types are named before their fields are read, so that they may hold
// themselves.
func (g *goTypes) of(t reflect.Type) (*goType, error) {
	if known, ok := g.byType[t]; ok {
		return known, nil
	}
	if t.Kind() == reflect.Pointer {
		return g.pointer(t)
	}
	known, err := g.leaf(t)
	if err != nil {
		return nil, err
	}
	if known != nil {
		g.byType[t] = known
		return known, nil
	}
	switch fields.KindOf(t) {
	case fields.Object:
		return g.structure(t)
	case fields.List:
		return g.list(t)
	default:
		return g.mapping(t)
	}
}

// leaf covers every type that holds no other, and those whose content only run time knows; nil for the rest.
func (g *goTypes) leaf(t reflect.Type) (*goType, error) {
	switch t {
	case timeType:
		return &goType{types.TimestampType, func(v reflect.Value) ref.Val { return types.Timestamp{Time: v.Interface().(time.Time)} }}, nil
	case durationType:
		return &goType{types.DurationType, func(v reflect.Value) ref.Val { return types.Duration{Duration: time.Duration(v.Int())} }}, nil
	case numberType:
		return &goType{types.DynType, func(v reflect.Value) ref.Val { return numberOf(json.Number(v.String())) }}, nil
	}
	switch fields.KindOf(t) {
	case fields.Object, fields.List, fields.Map:
		return nil, nil
	case fields.Boolean:
		return &goType{types.BoolType, func(v reflect.Value) ref.Val { return types.Bool(v.Bool()) }}, nil
	case fields.Integer:
		if t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uintptr {
			return &goType{types.IntType, func(v reflect.Value) ref.Val { return intOf(v.Uint()) }}, nil
		}
		return &goType{types.IntType, func(v reflect.Value) ref.Val { return types.Int(v.Int()) }}, nil
	case fields.Number:
		return &goType{types.DoubleType, func(v reflect.Value) ref.Val { return types.Double(v.Float()) }}, nil
	case fields.Text:
		if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
			return &goType{types.StringType, boxMarshaledText}, nil
		}
		if t.Kind() == reflect.Slice {
			return &goType{types.BytesType, func(v reflect.Value) ref.Val { return types.Bytes(v.Bytes()) }}, nil
		}
		return &goType{types.StringType, func(v reflect.Value) ref.Val { return types.String(v.String()) }}, nil
	case fields.Any: // told apart below
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return nil, fmt.Errorf("%s has no JSON form", t)
	case reflect.Interface:
		return &goType{types.DynType, func(v reflect.Value) ref.Val {
			if v.IsNil() {
				return types.NullValue
			}
			return g.NativeToValue(v.Interface())
		}}, nil
	}
	return g.dynamic(), nil
}

// dynamic is a type of which only the JSON of a value tells what it holds.
func (g *goTypes) dynamic() *goType { return &goType{types.DynType, g.boxJSON} }

func (g *goTypes) pointer(t reflect.Type) (*goType, error) {
	g.byType[t] = g.dynamic() // for types such as type L []L, which hold themselves without a struct between
	elem, err := g.of(t.Elem())
	if err != nil {
		return nil, err
	}
	known := &goType{nullable(elem.cel), func(v reflect.Value) ref.Val {
		if v.IsNil() {
			return types.NullValue
		}
		return elem.box(v.Elem())
	}}
	g.byType[t] = known
	return known, nil
}

func (g *goTypes) list(t reflect.Type) (*goType, error) {
	g.byType[t] = g.dynamic()
	elem, err := g.of(t.Elem())
	if err != nil {
		return nil, err
	}
	known := &goType{cel: types.NewListType(elem.cel)}
	known.box = func(v reflect.Value) ref.Val {
		if texts, ok := reflect.TypeAssert[[]string](v); ok {
			return &textList{texts: texts}
		}
		return types.NewDynamicList(g, v.Interface())
	}
	g.byType[t] = known
	return known, nil
}

// mapping covers maps. Keys that are not Go strings reach JSON as text by rules of their own, so such a map is read
// from its JSON and its values are dynamic.
func (g *goTypes) mapping(t reflect.Type) (*goType, error) {
	known := &goType{cel: types.NewMapType(types.StringType, types.DynType), box: func(v reflect.Value) ref.Val {
		if v.IsNil() {
			return emptyMap(g)
		}
		return g.boxJSON(v)
	}}
	g.byType[t] = g.dynamic()
	if t.Key() == reflect.TypeFor[string]() {
		elem, err := g.of(t.Elem())
		if err != nil {
			return nil, err
		}
		known.cel = types.NewMapType(types.StringType, elem.cel)
		known.box = func(v reflect.Value) ref.Val {
			if v.IsNil() {
				return emptyMap(g)
			}
			return types.NewDynamicMap(g, v.Interface())
		}
	}
	g.byType[t] = known
	return known, nil
}

func (g *goTypes) structure(t reflect.Type) (*goType, error) {
	s, err := fields.Of(t)
	if err != nil {
		return nil, err
	}
	o := newObjectType(g.freeName(t.String()))
	g.objects[o.name] = o
	known := &goType{cel: o.cel, box: func(v reflect.Value) ref.Val { return &object{t: o, goValue: v} }}
	g.byType[t] = known
	var faults []error
	for i := range s.Fields {
		f := &s.Fields[i]
		ft, err := g.of(f.Type)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s.%s: %w", t, f.GoName, err))
			ft = g.dynamic() // a type that holds this one has no fault of its own
		}
		read := fieldReader(f)
		o.add(f.Name, ft.cel, func(o *object) ref.Val {
			v, ok := read(o.goValue)
			if !ok {
				return types.NewErr("%s is absent", f.Name)
			}
			return ft.box(v)
		}, func(o *object) bool {
			v, ok := read(o.goValue)
			return ok && !v.IsZero()
		})
	}
	return known, errors.Join(faults...)
}

// fieldReader reads a field of a struct; not ok means that it was promoted from an embedded pointer that is nil.
func fieldReader(f *fields.Field) func(reflect.Value) (reflect.Value, bool) {
	if len(f.Index) == 1 {
		i := f.Index[0]
		return func(v reflect.Value) (reflect.Value, bool) { return v.Field(i), true }
	}
	return func(v reflect.Value) (reflect.Value, bool) {
		at, err := v.FieldByIndexErr(f.Index)
		return at, err == nil
	}
}

func (g *goTypes) freeName(goName string) string {
	name := "@" + goName
	for n := 2; g.objects[name] != nil; n++ {
		name = fmt.Sprintf("@%s#%d", goName, n)
	}
	return name
}

// boxJSON reads a value as its JSON, for types that decide themselves what that is.
func (g *goTypes) boxJSON(v reflect.Value) ref.Val {
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return types.WrapErr(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return types.WrapErr(err)
	}
	return g.NativeToValue(tree)
}

func boxMarshaledText(v reflect.Value) ref.Val {
	if !v.CanAddr() { // MarshalText may want a pointer
		at := reflect.New(v.Type()).Elem()
		at.Set(v)
		v = at
	}
	text, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		return types.WrapErr(err)
	}
	return types.String(text)
}

// nullable is t or null. Objects and dynamic values may be null in CEL as they are.
func nullable(t *types.Type) *types.Type {
	if t.Kind() == types.StructKind || t.Kind() == types.DynKind {
		return t
	}
	return types.NewNullableType(t)
}
