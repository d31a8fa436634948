package policy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// environment compiles conditions, each distinct text once.
type environment struct {
	cel      *cel.Env
	world    *world
	known    map[string]*types.Type // what a condition may name, for error texts
	compiled map[string]compilation
}

type compilation struct {
	condition *condition
	err       error
}

// condition is a compiled condition. It is safe for concurrent use.
type condition struct {
	program cel.Program
	costly  bool // loops, calls Go, or more work than maxCheap: runs under the deadline, with interrupt checks
	callsGo bool // calls a function of the embedder's, which may read what nobody here knows of
	text    string
	env     *environment // what it was compiled in, to be compiled again where it is explained
}

// Bounds of what runs without a deadline, in CEL's units of cost, where each text and list that comes from outside
// counts as assumedSize long. A unit is in the order of ten nanoseconds.
const (
	maxCheap    = 20_000
	assumedSize = 4096
	// maxCost is what no condition may be estimated to cost. Two loops, one in the other, over lists of the assumed size come to some
	// 10^8 to 10^11, by how long their texts are, and the deadline ends them where the lists are; a third loop to 10^13, a day of work for one decision.
	maxCost = 1_000_000_000_000
)

// compile compiles in the base environment and, only where that fails, with the types of a target: most conditions
// read nothing but the caller, and are so compiled once for all tools.
func (w *world) compile(text string, key specifics) (*condition, error) {
	base, err := w.baseFor(key.zone)
	if err != nil {
		return nil, err
	}
	if c, err := base.compile(text, w.types); err == nil {
		return c, nil
	}
	specific, err := w.specificFor(key)
	if err != nil {
		return nil, err
	}
	return specific.compile(text, w.types)
}

func (e *environment) compile(text string, g *goTypes) (*condition, error) {
	if done, ok := e.compiled[text]; ok {
		return done.condition, done.err
	}
	c, err := e.compileNew(text, g)
	e.compiled[text] = compilation{c, err}
	return c, err
}

func (e *environment) compileNew(text string, g *goTypes) (c *condition, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, fmt.Errorf("condition: the compiler failed: %v", r)
		}
	}()
	checked, issues := e.cel.Compile(text)
	if issues.Err() != nil {
		return nil, e.explain(text, issues, g)
	}
	if t := checked.OutputType(); t.Kind() != types.BoolKind && t.Kind() != types.DynKind || t.IsAssignableType(types.NullType) && t.Kind() == types.BoolKind {
		return nil, fmt.Errorf("condition: it is a %s, not a bool: compare it with something", cel.FormatCELType(t))
	}
	tree := checked.NativeRep()
	if err := checkZones(tree); err != nil {
		return nil, err
	}
	estimate, err := e.cel.EstimateCost(checked, sizes{})
	if err != nil {
		return nil, fmt.Errorf("condition: %w", err)
	}
	if estimate.Max > maxCost {
		return nil, fmt.Errorf("condition: it may take %.2g steps for lists of %d elements and texts of as many bytes, and at most %.2g are allowed: "+
			"nest fewer loops, or compute part of it in the tool", float64(estimate.Max), assumedSize, float64(maxCost))
	}
	e.world.readsHistory = e.world.readsHistory || mentions(tree, "history")
	c = &condition{callsGo: e.world.callsGo(tree), text: text, env: e}
	c.costly = estimate.Max > maxCheap || loops(tree) || c.callsGo
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if c.costly {
		options = append(options, cel.InterruptCheckFrequency(64))
	}
	c.program, err = e.cel.Program(checked, options...)
	if err != nil {
		return nil, fmt.Errorf("condition: %w", err)
	}
	return c, nil
}

// sizes tells the cost estimate how long texts, lists and maps from outside are taken to be.
type sizes struct{}

// EstimateSize implements cost.Estimator.
func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if n.ComputedSize() != nil {
		return nil
	}
	return &cost.SizeEstimate{Min: 0, Max: assumedSize}
}

// EstimateCallCost implements cost.Estimator.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

func loops(tree *ast.AST) bool {
	found := false
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		found = found || e.Kind() == ast.ComprehensionKind
	}))
	return found
}

// checkZones refuses constant time zones that do not exist; CEL would notice only when the rule runs.
func checkZones(tree *ast.AST) error {
	var faults []error
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || !e.AsCall().IsMemberFunction() {
			return
		}
		call := e.AsCall()
		if !strings.HasPrefix(call.FunctionName(), "get") || len(call.Args()) != 1 || call.Args()[0].Kind() != ast.LiteralKind {
			return
		}
		zone, ok := call.Args()[0].AsLiteral().(types.String)
		if !ok {
			return
		}
		probe := types.Timestamp{Time: time.Unix(0, 0)}.Receive("getHours", "", []ref.Val{zone})
		if types.IsError(probe) || zone == "Local" {
			faults = append(faults, fmt.Errorf("condition: unknown time zone %q: write a name such as 'Europe/Zurich' or an offset such as '+02:00'", string(zone)))
		}
	}))
	return errors.Join(faults...)
}
