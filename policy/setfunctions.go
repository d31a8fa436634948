package policy

import (
	"math"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// listFunctions are CEL's sets extension, and join and distinct of its extensions for texts and lists. Those compare each element
// with each; these look elements up, and so take only such as can be: texts, numbers, booleans and null.
func listFunctions() []cel.EnvOption {
	of, texts := cel.ListType(cel.TypeParamType("T")), cel.ListType(cel.StringType)
	var options []cel.EnvOption
	add := func(name string, overloads ...overload) { options = append(options, function(name, overloads...)...) }

	add("sets.contains", overload{"sets_contains", false, []*cel.Type{of, of}, cel.BoolType, onSets("sets.contains", holdsAll)}) // of the second
	add("sets.equivalent", overload{"sets_equivalent", false, []*cel.Type{of, of}, cel.BoolType, onSets("sets.equivalent", func(a, b set) bool {
		return holdsAll(a, b) && holdsAll(b, a)
	})})
	add("sets.intersects", overload{"sets_intersects", false, []*cel.Type{of, of}, cel.BoolType, onSets("sets.intersects", func(a, b set) bool {
		for element := range b {
			if _, found := a[element]; found {
				return true
			}
		}
		return false
	})})
	add("distinct", overload{"list_distinct", true, []*cel.Type{of}, of, func(a []ref.Val) ref.Val {
		_, kept, err := elements("distinct", a[0])
		if err != nil {
			return err
		}
		return types.NewRefValList(types.DefaultTypeAdapter, kept)
	}})
	add("join",
		overload{"texts_join", true, []*cel.Type{texts}, cel.StringType, func(a []ref.Val) ref.Val { return join(a[0], "") }},
		overload{"texts_join_by", true, []*cel.Type{texts, cel.StringType}, cel.StringType, func(a []ref.Val) ref.Val { return join(a[0], str(a[1])) }})
	return options
}

// set is what a list holds, each element by its key.
type set map[any]struct{}

func holdsAll(a, b set) bool {
	for element := range b {
		if _, found := a[element]; !found {
			return false
		}
	}
	return true
}

func onSets(name string, answer func(a, b set) bool) func([]ref.Val) ref.Val {
	return func(args []ref.Val) ref.Val {
		a, _, err := elements(name, args[0])
		if err != nil {
			return err
		}
		b, _, err := elements(name, args[1])
		if err != nil {
			return err
		}
		return types.Bool(answer(a, b))
	}
}

// elements reads a list: its set, and each different element where it stands first. The third is what is wrong with it, or nil.
func elements(name string, list ref.Val) (found set, kept []ref.Val, err ref.Val) {
	found = set{}
	read := 0
	for it := list.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		element := it.Next()
		k, ok := key(element)
		switch {
		case types.IsUnknownOrError(element):
			return nil, nil, element
		case !ok:
			return nil, nil, types.NewErr("%s: an element is of type %s: it takes texts, numbers, booleans and null", name, element.Type().TypeName())
		}
		if s, isText := k.(string); isText {
			if read += len(s); read > maxText {
				return nil, nil, types.NewErr("%s: the texts of a list are longer than %d bytes together", name, maxText)
			}
		}
		if _, again := found[k]; !again {
			found[k] = struct{}{}
			kept = append(kept, element)
		}
	}
	return found, kept, nil
}

// key is the same Go value for what CEL holds to be equal: 1, 1u and 1.0 are one element. NaN equals nothing, as in a Go map.
func key(v ref.Val) (any, bool) {
	switch v := v.(type) {
	case types.String:
		return string(v), true
	case types.Int:
		return int64(v), true
	case types.Bool:
		return bool(v), true
	case types.Null:
		return nil, true
	case types.Uint:
		if v <= math.MaxInt64 {
			return int64(v), true
		}
		return uint64(v), true
	case types.Double:
		switch f := float64(v); {
		case f >= -1<<63 && f < 1<<63 && f == float64(int64(f)):
			return int64(f), true
		case f >= 1<<63 && f < 1<<64:
			return uint64(f), true // beyond 2^53 there are no fractions
		default:
			return f, true
		}
	}
	return nil, false
}

// join measures what it makes while it makes it.
func join(list ref.Val, separator string) ref.Val {
	var made strings.Builder
	between := ""
	for it := list.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		element := it.Next()
		s, ok := element.(types.String)
		switch {
		case types.IsUnknownOrError(element):
			return element
		case !ok:
			return types.NewErr("join: an element is of type %s: it takes texts", element.Type().TypeName())
		}
		if made.Len()+len(between)+len(s) > maxText {
			return types.NewErr("join: it would make a text longer than %d bytes", maxText)
		}
		made.WriteString(between)
		made.WriteString(string(s))
		between = separator
	}
	return types.String(made.String())
}
