package policy

import (
	"encoding/json"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// NativeToValue implements types.Adapter for whatever turns up inside lists, maps and interfaces.
func (g *goTypes) NativeToValue(value any) ref.Val {
	switch v := value.(type) {
	case nil:
		return types.NullValue
	case ref.Val:
		return v
	case string:
		return types.String(v)
	case bool:
		return types.Bool(v)
	case float64:
		return types.Double(v)
	case json.Number:
		return numberOf(v)
	case []string:
		return &textList{texts: v}
	case []any:
		return types.NewDynamicList(g, v)
	case map[string]any:
		if v == nil {
			return emptyMap(g)
		}
		return types.NewStringInterfaceMap(g, v)
	}
	t := reflect.TypeOf(value)
	if known, ok := g.byType[t]; ok {
		return known.box(reflect.ValueOf(value))
	}
	if t.Kind() == reflect.Pointer && reflect.ValueOf(value).IsNil() {
		return types.NullValue
	}
	if known, err := g.leaf(t); err == nil && known != nil {
		return known.box(reflect.ValueOf(value))
	}
	if isCEL(t) {
		return g.standard.NativeToValue(value)
	}
	return g.boxJSON(reflect.ValueOf(value))
}

// isCEL reports whether a value can only have come from CEL itself, which passes some of its own through the adapter.
func isCEL(t reflect.Type) bool {
	if t.Kind() == reflect.Slice {
		return t.Elem() == reflect.TypeFor[ref.Val]()
	}
	return t.Kind() == reflect.Map && t.Elem() == reflect.TypeFor[ref.Val]()
}

func emptyMap(g *goTypes) ref.Val { return types.NewStringInterfaceMap(g, map[string]any{}) }

// FindStructType implements types.Provider.
func (g *goTypes) FindStructType(name string) (*types.Type, bool) {
	if o, ok := g.objects[name]; ok {
		return types.NewTypeTypeWithParam(o.cel), true
	}
	return g.Provider.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (g *goTypes) FindStructFieldNames(name string) ([]string, bool) {
	if o, ok := g.objects[name]; ok {
		return o.names(), true
	}
	return g.Provider.FindStructFieldNames(name)
}

// FindStructFieldType implements types.Provider.
func (g *goTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	o, ok := g.objects[name]
	if !ok {
		return g.Provider.FindStructFieldType(name, field)
	}
	i, ok := o.index[field]
	if !ok {
		return nil, false
	}
	return o.fields[i].ft, true
}

// NewValue implements types.Provider. Conditions read objects and cannot make them.
func (g *goTypes) NewValue(name string, members map[string]ref.Val) ref.Val {
	if _, ok := g.objects[name]; ok {
		return types.NewErr("%s cannot be made in a condition", name)
	}
	return g.Provider.NewValue(name, members)
}
