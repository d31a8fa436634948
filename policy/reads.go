package policy

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// read is one place a condition takes a value from, as a path that begins with the variable: args.id, response.orders.total. Lists are
// passed through, as in [Rule].
type read struct {
	path []string
	how  reading
}

// reading says how much of what stands at a place a condition can tell.
type reading uint8

const (
	wholly   reading = iota // everything in it
	itself                  // a value that holds no others, or of a list its length: what its elements hold is read by itself, if it is
	presence                // whether it is set
)

// touches reports whether what is told of a place depends on what stands at another, which may hold wildcards.
func (r read) touches(place []string) bool {
	for i, segment := range place {
		switch {
		case segment == fields.AnyDepth:
			return r.touchesBelow(i, place[i+1:])
		case i == len(r.path):
			return r.how == wholly // the place lies inside what is read
		case segment != r.path[i] && segment != fields.AnyMember && r.path[i] != fields.AnyMember:
			return false
		}
	}
	return true // what is read is the place, or lies inside it
}

// touchesBelow is [read.touches] for what follows a wildcard of any depth.
func (r read) touchesBelow(depth int, rest []string) bool {
	for from := min(depth, len(r.path)); from <= len(r.path); from++ {
		if (read{r.path[from:], r.how}).touches(rest) {
			return true
		}
	}
	return false
}

// readsOf lists the places the value of an expression depends on. An argument's bare name is written out: args.id.
func readsOf(tree *ast.AST, e ast.Expr, isArgument func(string) bool) []read {
	r := tracer{tree: tree, isArgument: isArgument}
	r.take(e, wholly)
	return r.reads
}

// placeOf returns the place an expression names, if it does nothing but name one: user.role, but not user.role + 'x'.
func placeOf(tree *ast.AST, e ast.Expr, isArgument func(string) bool) []string {
	r := tracer{tree: tree, isArgument: isArgument}
	return r.place(e)
}

// tracer walks a checked expression. What it does not know to be less it takes for wholly read.
type tracer struct {
	tree       *ast.AST
	isArgument func(string) bool
	locals     []local
	reads      []read
}

// local is a variable of a loop; its path is nil where it stands for no place of its own.
type local struct {
	name string
	path []string
}

// take notes that the value of an expression is used.
func (r *tracer) take(e ast.Expr, how reading) {
	path := r.place(e)
	if path == nil {
		return
	}
	if t := r.tree.GetType(e.ID()); t != nil && how == wholly {
		switch t.Kind() {
		case types.BoolKind, types.IntKind, types.UintKind, types.DoubleKind, types.StringKind, types.BytesKind, types.TimestampKind, types.DurationKind:
			how = itself
		}
	}
	r.reads = append(r.reads, read{path, how})
}

// place returns the place an expression names; nil if it names none, and then what it depends on has been noted.
func (r *tracer) place(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return r.variable(e.AsIdent())
	case ast.SelectKind:
		selection := e.AsSelect()
		path := r.place(selection.Operand())
		if path == nil {
			return nil
		}
		path = append(slices.Clip(path), selection.FieldName())
		if selection.IsTestOnly() {
			r.reads = append(r.reads, read{path, presence})
			return nil
		}
		return path
	case ast.CallKind:
		return r.call(e.AsCall())
	case ast.ListKind:
		for _, element := range e.AsList().Elements() {
			r.take(element, wholly)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			r.take(entry.AsMapEntry().Key(), wholly)
			r.take(entry.AsMapEntry().Value(), wholly)
		}
	case ast.StructKind:
		for _, field := range e.AsStruct().Fields() {
			r.take(field.AsStructField().Value(), wholly)
		}
	case ast.ComprehensionKind:
		r.loop(e.AsComprehension())
	}
	return nil
}

func (r *tracer) variable(name string) []string {
	for _, l := range slices.Backward(r.locals) {
		if l.name == name {
			return l.path
		}
	}
	switch {
	case name == hiddenNow:
		return []string{"now"}
	case r.isArgument(name):
		return []string{"args", name}
	}
	return []string{name}
}

func (r *tracer) call(c ast.CallExpr) []string {
	arguments := c.Args()
	if c.IsMemberFunction() {
		arguments = append([]ast.Expr{c.Target()}, arguments...)
	}
	switch {
	case c.FunctionName() == operators.Index && len(arguments) == 2:
		return r.element(arguments[0], arguments[1])
	case c.FunctionName() == "size" && len(arguments) == 1:
		r.take(arguments[0], itself)
		return nil
	}
	for _, argument := range arguments {
		r.take(argument, wholly)
	}
	return nil
}

// element is a[b]: of a list an element, of a map a member. Where only run time knows which, all of a is taken.
func (r *tracer) element(of, at ast.Expr) []string {
	r.take(at, wholly)
	switch path := r.place(of); {
	case path == nil:
	case r.tree.GetType(of.ID()).Kind() == types.ListKind:
		return path
	case r.tree.GetType(of.ID()).Kind() == types.MapKind:
		if name, ok := literal[types.String](at); ok {
			return append(slices.Clip(path), string(name))
		}
		return append(slices.Clip(path), fields.AnyMember)
	default:
		r.reads = append(r.reads, read{path, wholly})
	}
	return nil
}

// loop is what the macros all, exists, exists_one, map and filter expand to. Its variable stands for the elements of a list.
func (r *tracer) loop(c ast.ComprehensionExpr) {
	path := r.place(c.IterRange())
	how := wholly
	if r.tree.GetType(c.IterRange().ID()).Kind() == types.ListKind {
		how = itself
	}
	if path != nil {
		r.reads = append(r.reads, read{path, how})
	}
	if how == wholly {
		path = nil // all of it is noted
	}
	outer := len(r.locals)
	defer func() { r.locals = r.locals[:outer] }()
	r.take(c.AccuInit(), wholly)
	if c.HasIterVar2() { // the first is then the index
		r.locals = append(r.locals, local{c.IterVar(), nil}, local{c.IterVar2(), path})
	} else {
		r.locals = append(r.locals, local{c.IterVar(), path})
	}
	r.locals = append(r.locals, local{c.AccuVar(), nil})
	r.take(c.LoopCondition(), wholly)
	r.take(c.LoopStep(), wholly)
	r.take(c.Result(), wholly)
}
