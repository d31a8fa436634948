package policy

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Bounds of what one call of an added function takes and gives. A call cannot be interrupted, so it must be short by itself: beyond
// the bounds it is an error, which refuses.
const (
	maxText   = maxMatched // bytes of a text, and of the texts of a list together
	maxListed = 4096       // elements of a list
	maxGlob   = 256        // bytes of the pattern of a glob, which may be tried at every byte of a text
)

// callCost is what a call within the bounds is taken to cost, in CEL's units: in the order of the text of assumedSize it reads.
const callCost = assumedSize

// overload is one way to call an added function.
type overload struct {
	id     string
	member bool // target.f(...), where takes[0] is the target
	takes  []*cel.Type
	gives  *cel.Type
	call   func(args []ref.Val) ref.Val
}

// function declares a function whose calls see only texts and lists within the bounds.
func function(name string, overloads ...overload) []cel.EnvOption {
	var declared []cel.FunctionOpt
	var costs []cost.OverloadModel
	for _, o := range overloads {
		declare, model := cel.Overload, cost.Overload
		if o.member {
			declare, model = cel.MemberOverload, cost.MemberOverload
		}
		declared = append(declared, declare(o.id, o.takes, o.gives, o.binding(name)))
		costs = append(costs, model(o.id, cost.EvalCost(cost.Const(callCost))))
	}
	return []cel.EnvOption{cel.Function(name, declared...), cel.CostModel(costs...)}
}

func (o overload) binding(name string) cel.OverloadOpt {
	call := func(args ...ref.Val) ref.Val {
		for _, arg := range args {
			if err := inBounds(name, arg); err != nil {
				return err
			}
		}
		return o.call(args)
	}
	switch len(o.takes) {
	case 1:
		return cel.UnaryBinding(func(a ref.Val) ref.Val { return call(a) })
	case 2:
		return cel.BinaryBinding(func(a, b ref.Val) ref.Val { return call(a, b) })
	}
	return cel.FunctionBinding(call)
}

// inBounds returns the error for an argument that is too long, and nil for all others.
func inBounds(name string, arg ref.Val) ref.Val {
	switch v := arg.(type) {
	case types.String:
		if len(v) > maxText {
			return types.NewErr("%s: a text of %d bytes is longer than %d", name, len(v), maxText)
		}
	case traits.Lister:
		if n, ok := v.Size().(types.Int); !ok || n > maxListed {
			return types.NewErr("%s: a list of %v elements is longer than %d", name, v.Size(), maxListed)
		}
	}
	return nil
}
