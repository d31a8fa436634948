package policy

import (
	"fmt"
	"math/bits"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// objectType is a CEL object type with one getter per field. It stands for a Go struct, for a user, or for one of the
// other things a condition names.
type objectType struct {
	name   string // begins with @, so that no expression can name it and build one
	cel    *types.Type
	fields []objectField
	index  map[string]int
	lists  int // built-in lists of texts
}

// objectField is one field. Get never panics on a value of its own type; what cannot be read is a *types.Err.
type objectField struct {
	name  string
	get   func(*object) ref.Val
	isSet func(*object) bool
	ft    *types.FieldType
}

func newObjectType(name string) *objectType {
	return &objectType{name: name, cel: types.NewObjectType(name), index: map[string]int{}}
}

func (t *objectType) add(name string, celType *types.Type, get func(*object) ref.Val, isSet func(*object) bool) {
	i := len(t.fields)
	t.index[name] = i
	t.fields = append(t.fields, objectField{name: name, get: get, isSet: isSet, ft: &types.FieldType{
		Type: celType,
		IsSet: func(target any) bool {
			o, ok := target.(*object)
			return ok && o.t == t && t.fields[i].isSet(o)
		},
		GetFrom: func(target any) (any, error) {
			o, ok := target.(*object)
			if !ok || o.t != t {
				if unknown, isUnknown := target.(*types.Unknown); isUnknown {
					return unknown, nil
				}
				return nil, fmt.Errorf("%s cannot be read: what should hold it is null", name)
			}
			v := o.field(i)
			if fault, isFault := v.(*types.Err); isFault {
				return nil, fault
			}
			return v, nil
		},
	}})
}

func (t *objectType) names() []string {
	names := make([]string, len(t.fields))
	for i := range t.fields {
		names[i] = t.fields[i].name
	}
	return names
}

// object is a CEL value whose fields are boxed when they are read, each at most once where slots are given.
type object struct {
	t       *objectType
	goValue reflect.Value // of a struct
	subject any           // of everything else: *User, *Agent, *Origin
	slots   []ref.Val     // boxed fields; nil boxes each time
	used    uint64        // which of the first 64 slots are filled; fields beyond them are boxed each time
	lists   []textList    // room for the built-in lists; nil makes each when it is read
}

func (o *object) field(i int) ref.Val {
	if o.slots == nil || i >= 64 {
		return o.t.fields[i].get(o)
	}
	if o.slots[i] == nil {
		o.slots[i] = o.t.fields[i].get(o)
		o.used |= 1 << i
	}
	return o.slots[i]
}

// forget drops all values, and touches only what was filled: clearing pooled memory wholesale costs more than a
// condition while the garbage collector runs.
func (o *object) forget() {
	for ; o.used != 0; o.used &= o.used - 1 {
		o.slots[bits.TrailingZeros64(o.used)] = nil
	}
	for i := range o.lists {
		if o.lists[i].texts != nil {
			o.lists[i].texts = nil
		}
	}
	o.subject, o.goValue = nil, reflect.Value{}
}

// ConvertToNative implements ref.Val. Objects do not leave an expression.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("an object cannot be converted to %v", t)
}

// ConvertToType implements ref.Val.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	switch t.TypeName() {
	case types.TypeType.TypeName():
		return o.t.cel
	case o.t.name:
		return o
	}
	return types.NewErr("an object cannot be converted to %s", t.TypeName())
}

// Equal implements ref.Val: objects of one type are equal if all their fields are.
func (o *object) Equal(other ref.Val) ref.Val {
	p, ok := other.(*object)
	switch {
	case !ok || p.t != o.t:
		return types.False
	case p == o:
		return types.True
	}
	for i := range o.t.fields {
		a, b := o.field(i), p.field(i)
		if types.IsError(a) {
			return a
		}
		if types.IsError(b) {
			return b
		}
		if eq := types.Equal(a, b); eq != types.True {
			return eq
		}
	}
	return types.True
}

// Type implements ref.Val.
func (o *object) Type() ref.Type { return o.t.cel }

// Value implements ref.Val. An object is its own native value, so that field getters receive it.
func (o *object) Value() any { return o }

// Get implements traits.Indexer, for objects met where only run time knows the type.
func (o *object) Get(name ref.Val) ref.Val {
	s, ok := name.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(name)
	}
	i, ok := o.t.index[string(s)]
	if !ok {
		return types.NewErr("no such field: %s", s)
	}
	return o.field(i)
}

// IsSet implements traits.FieldTester.
func (o *object) IsSet(name ref.Val) ref.Val {
	s, ok := name.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(name)
	}
	i, ok := o.t.index[string(s)]
	return types.Bool(ok && o.t.fields[i].isSet(o))
}
