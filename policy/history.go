package policy

import (
	"fmt"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// History is what a server remembers of what one caller did. Conditions ask it as history.within(duration('1h')).calls.
// Within tells of the time just before the call that is judged, which does not count itself; windows are positive and at most 24 hours.
// It must be quick, and safe for concurrent use. It may tell too much, as where it counts by the minute, and never too little.
type History interface {
	// Within counts what the caller did in the window that ends now. An error makes the condition that asks fail.
	Within(window time.Duration) (Counts, error)
}

// Counts is what a caller did in a window of time, by calls that have ended.
type Counts struct {
	Calls   int // calls, refused ones too
	Denials int // calls that were refused by a rule or a default; a rule that refuses for them so adds to them
	Rows    int // rows that were returned
	Masked  int // fields that were masked or removed in what was returned
}

// maxWindow is how far a condition may look back.
const maxWindow = 24 * time.Hour

const withinName = "within"

// historyTypes are the types of history and of what it counts. Both are constant.
func historyTypes() (history, counts *objectType) {
	history, counts = newObjectType("@history"), newObjectType("@counts")
	for _, member := range []struct {
		name string
		of   func(*Counts) int
	}{
		{"calls", func(c *Counts) int { return c.Calls }},
		{"denials", func(c *Counts) int { return c.Denials }},
		{"rows", func(c *Counts) int { return c.Rows }},
		{"masked", func(c *Counts) int { return c.Masked }},
	} {
		counts.add(member.name, types.IntType, func(o *object) ref.Val {
			c, ok := o.subject.(*Counts)
			if !ok {
				return types.NewErr("history.%s cannot be read", member.name)
			}
			return types.Int(member.of(c))
		}, func(*object) bool { return true })
	}
	return history, counts
}

// historyFunctions declares within.
func (w *world) historyFunctions() []cel.EnvOption {
	return function(withinName, overload{
		"history_within", true,
		[]*cel.Type{w.history.cel, cel.DurationType},
		w.counts.cel,
		func(a []ref.Val) ref.Val {
			remembered, ok := a[0].(*object)
			if !ok {
				return types.MaybeNoSuchOverloadErr(a[0])
			}
			history, ok := remembered.subject.(History)
			if !ok {
				return types.NewErr("history is not remembered here")
			}
			window := a[1].(types.Duration).Duration
			if err := checkWindow(window); err != nil {
				return types.WrapErr(err)
			}
			counts, err := history.Within(window)
			if err != nil {
				return types.WrapErr(fmt.Errorf("history: %w", err))
			}
			return &object{t: w.counts, subject: &counts}
		},
	})
}

func checkWindow(window time.Duration) error {
	if window <= 0 || window > maxWindow {
		return fmt.Errorf("history.within(%s): write a window between 1s and %s", window, maxWindow)
	}
	return nil
}

// constantWindows refuses windows no history can tell of, where they are written down.
type constantWindows struct{}

// Name implements cel.ASTValidator.
func (constantWindows) Name() string { return "mcpgov.constant_windows" }

// Validate implements cel.ASTValidator.
func (constantWindows) Validate(_ *cel.Env, _ cel.ValidatorConfig, tree *ast.AST, issues *cel.Issues) {
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != withinName || len(e.AsCall().Args()) != 1 {
			return
		}
		argument := e.AsCall().Args()[0]
		if argument.Kind() != ast.CallKind || argument.AsCall().FunctionName() != "duration" || len(argument.AsCall().Args()) != 1 {
			return
		}
		text, ok := literal[types.String](argument.AsCall().Args()[0])
		if !ok {
			return
		}
		window, err := time.ParseDuration(string(text))
		if err != nil {
			return // refused by the validator of durations
		}
		if err := checkWindow(window); err != nil {
			issues.ReportErrorAtID(e.ID(), "%s", err.Error())
		}
	}))
}

// ReadsHistory reports whether a condition asks for the caller's history, which nobody need remember otherwise.
func (b *bound) ReadsHistory() bool {
	if b.world.readsHistory {
		return true
	}
	for _, other := range b.others {
		if asks, ok := other.(interface{ ReadsHistory() bool }); !ok || asks.ReadsHistory() {
			return true // a decider of another kind may read it without saying so
		}
	}
	return false
}

// mentions reports whether a condition reads a variable.
func mentions(tree *ast.AST, variable string) bool {
	found := false
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		found = found || e.Kind() == ast.IdentKind && e.AsIdent() == variable
	}))
	return found
}
