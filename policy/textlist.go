package policy

import (
	"reflect"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// textList is a list of texts that answers "in" without boxing its elements: the commonest question a rule asks.
type textList struct{ texts []string }

func (l *textList) list() traits.Lister {
	return types.NewStringList(types.DefaultTypeAdapter, l.texts)
}

// Contains implements traits.Container.
func (l *textList) Contains(v ref.Val) ref.Val {
	switch s := v.(type) {
	case types.String:
		return types.Bool(slices.Contains(l.texts, string(s)))
	case *types.Err, *types.Unknown:
		return v
	}
	return types.False
}

// Size implements traits.Sizer.
func (l *textList) Size() ref.Val { return types.Int(len(l.texts)) }

// Type implements ref.Val.
func (l *textList) Type() ref.Type { return types.ListType }

// Value implements ref.Val.
func (l *textList) Value() any { return l.texts }

// Get implements traits.Indexer.
func (l *textList) Get(i ref.Val) ref.Val { return l.list().Get(i) }

// Add implements traits.Adder.
func (l *textList) Add(other ref.Val) ref.Val { return l.list().Add(other) }

// Equal implements ref.Val.
func (l *textList) Equal(other ref.Val) ref.Val { return l.list().Equal(other) }

// Iterator implements traits.Iterable.
func (l *textList) Iterator() traits.Iterator { return l.list().Iterator() }

// ConvertToNative implements ref.Val.
func (l *textList) ConvertToNative(t reflect.Type) (any, error) { return l.list().ConvertToNative(t) }

// ConvertToType implements ref.Val.
func (l *textList) ConvertToType(t ref.Type) ref.Val { return l.list().ConvertToType(t) }
