package policy

import (
	"context"
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// ruleText is what is told of a rule where it is explained.
type ruleText struct {
	id        string
	place     string // as in fault texts
	action    Action
	condition string
}

// study is a condition made ready to be looked at closely: every step of an evaluation is kept, and parts of what it reads may be unknown.
// It decides as the condition does and is several times slower, so that nothing on the path of a call uses it.
type study struct {
	text    string
	tree    *ast.AST
	program cel.Program
	reads   []read
	tests   memberships
}

// studies makes each study once. It is not safe for concurrent use.
type studies struct {
	environments map[*environment]*cel.Env
	made         map[*condition]*study
}

func newStudies() *studies {
	return &studies{environments: map[*environment]*cel.Env{}, made: map[*condition]*study{}}
}

// of compiles a condition again, in the environment it was compiled in, but so that the text of every part of it can be told: what macros
// expand to is no text anybody wrote.
func (s *studies) of(c *condition, t *boundTarget) (*study, error) {
	if made := s.made[c]; made != nil {
		return made, nil
	}
	env := s.environments[c.env]
	if env == nil {
		var err error
		if env, err = c.env.cel.Extend(cel.EnableMacroCallTracking()); err != nil {
			return nil, err
		}
		s.environments[c.env] = env
	}
	checked, issues := env.Compile(c.text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptTrackState, cel.OptPartialEval), cel.InterruptCheckFrequency(64))
	if err != nil {
		return nil, err
	}
	tree := checked.NativeRep()
	made := &study{text: c.text, tree: tree, program: program, reads: readsOf(tree, tree.Expr(), t.isArgument)}
	made.tests = membershipsIn(tree, t.isArgument)
	s.made[c] = made
	return made, nil
}

// isArgument reports whether a name stands for an argument in conditions.
func (t *boundTarget) isArgument(name string) bool {
	_, ok := t.bare[name]
	return ok
}

// unhurried is the time a study may take for all conditions of one decision: what keeps every step is slower.
const unhurried = 10 * deadline

// slowly gives the conditions of a decision that nobody waits for more time.
func (a *activation) slowly() {
	a.ctx, a.cancel = context.WithTimeoutCause(a.ctx, unhurried, fmt.Errorf("the conditions took longer than %s", unhurried))
}

// run evaluates the condition. What the patterns match is unknown; without any, nothing is.
func (s *study) run(a *activation, patterns ...*cel.AttributePatternType) (truth, interpreter.EvalState, error) {
	if err := a.inTime(); err != nil {
		return isFalse, interpreter.NewEvalState(), err
	}
	var variables any = a
	if len(patterns) > 0 {
		partial, err := cel.PartialVars(a, patterns...)
		if err != nil {
			return isFalse, interpreter.NewEvalState(), err
		}
		variables = partial
	}
	v, details, err := s.program.ContextEval(a.ctx, variables)
	state := details.State()
	if state == nil {
		state = interpreter.NewEvalState()
	}
	switch v := v.(type) {
	case types.Bool:
		if v && err == nil {
			return isTrue, state, nil
		}
		return isFalse, state, err
	case *types.Unknown:
		if err == nil && len(patterns) > 0 {
			return isUnknown, state, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("%w but a %s", errNotBool, v.Type().TypeName())
	}
	return isFalse, state, err
}

// evaluated is one part of a condition that was.
type evaluated struct {
	expr  ast.Expr
	value ref.Val
	inner bool // it failed because a part of it did
}

// parts lists what was evaluated, inner parts first. Of a loop it holds the range and the result: its body was evaluated many times.
func (s *study) parts(state interpreter.EvalState) []evaluated {
	var parts []evaluated
	var visit func(e ast.Expr, of string)
	visit = func(e ast.Expr, of string) {
		before := len(parts)
		shown := true
		switch e.Kind() {
		case ast.LiteralKind:
			return
		case ast.ListKind:
			for _, element := range e.AsList().Elements() {
				visit(element, "")
			}
			shown = false
		case ast.MapKind:
			for _, entry := range e.AsMap().Entries() {
				visit(entry.AsMapEntry().Value(), "")
			}
			shown = false
		case ast.SelectKind:
			if operand := root(e); operand.Kind() != ast.IdentKind {
				visit(operand, "")
			}
		case ast.CallKind:
			c := e.AsCall()
			if c.IsMemberFunction() {
				visit(c.Target(), "")
			}
			for _, argument := range c.Args() {
				visit(argument, c.FunctionName())
			}
			shown = c.FunctionName() != hiddenBounded && (of != c.FunctionName() || !isLogical(of))
		case ast.ComprehensionKind:
			visit(e.AsComprehension().IterRange(), "")
		}
		value, ok := valueOf(state, e)
		if !ok || !shown {
			return
		}
		failedInside := slices.ContainsFunc(parts[before:], func(p evaluated) bool { return types.IsError(p.value) })
		parts = append(parts, evaluated{e, value, types.IsError(value) && failedInside})
	}
	visit(s.tree.Expr(), "")
	return parts
}

// isLogical reports whether a call joins what others said: of a && b && c, only the whole is worth a step.
func isLogical(function string) bool { return function == "_&&_" || function == "_||_" }

// root is what a chain of selections begins with.
func root(e ast.Expr) ast.Expr {
	for e.Kind() == ast.SelectKind {
		e = e.AsSelect().Operand()
	}
	return e
}

// valueOf finds what an expression came to. Where a chain of selections failed on the way, that is its value.
func valueOf(state interpreter.EvalState, e ast.Expr) (ref.Val, bool) {
	for {
		if v, ok := state.Value(e.ID()); ok && v != nil {
			return v, true
		}
		if e.Kind() != ast.SelectKind || e.AsSelect().IsTestOnly() {
			return nil, false
		}
		e = e.AsSelect().Operand()
		if v, ok := state.Value(e.ID()); ok && types.IsError(v) {
			return v, true
		}
	}
}
