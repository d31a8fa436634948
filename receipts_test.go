package sdk_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The compiler sees to it that a stage gets the receipt of the stage before. What it cannot see is proved here: that nobody but a stage
// makes its receipt, and that no stage runs twice on one receipt.

// stage is one step of the path: what it takes, and what only it makes.
type stage struct{ name, takes, makes string }

// order is the path of a call. The first stage takes what came in, not a receipt: each of its calls begins a new call, so the shorter
// paths (lists, refusals) may use it too. The last makes the reply out of the first receipt, because a call that failed anywhere must
// still be sealed.
var order = []stage{
	{"open", "", "opened"},
	{"identify", "opened", "identified"},
	{"decode", "identified", "decoded"},
	{"decide", "decoded", "admitted"},
	{"approve", "admitted", "approved"},
	{"record", "approved", "recorded"},
	{"execute", "recorded", "executed"},
	{"shape", "executed", "shaped"},
	{"seal", "opened", "reply"},
}

// provenance is what is known of the receipts while their package is read.
type provenance struct {
	*typed
	receipts map[types.Type]stage   // what each receipt's type is made by; the reply is among them
	fields   map[types.Object]stage // the fields of receipts, embedded receipts included
	stages   map[types.Object]stage // the functions that are stages
	made     map[string]int         // literals with content, by receipt
	called   map[string][]string    // where each stage is used
	faults   []string
}

func (p *provenance) add(node ast.Node, format string, args ...any) {
	p.faults = append(p.faults, p.at(node)+": "+fmt.Sprintf(format, args...))
}

// receiptFaults says where package code could get a receipt without its stage, or run a stage twice.
func receiptFaults(code *typed) []string {
	p := &provenance{
		typed: code, receipts: map[types.Type]stage{}, fields: map[types.Object]stage{}, stages: map[types.Object]stage{},
		made: map[string]int{}, called: map[string][]string{},
	}
	p.declarations()
	for _, file := range p.files {
		for _, spec := range file.Imports {
			if spec.Path.Value == `"unsafe"` {
				p.add(spec, "unsafe can make any receipt")
			}
		}
		for _, declaration := range file.Decls {
			var within types.Object
			if function, ok := declaration.(*ast.FuncDecl); ok {
				within = p.info.Defs[function.Name]
			}
			p.inspect(declaration, p.stages[within])
		}
	}
	for _, s := range order {
		if p.made[s.makes] == 0 {
			p.faults = append(p.faults, fmt.Sprintf("%s makes no %s", s.name, s.makes))
		}
		if calls := p.called[s.name]; len(calls) != 1 && (s.takes != "" || len(calls) == 0) {
			p.faults = append(p.faults, fmt.Sprintf("%s has %d call sites, want 1: %s", s.name, len(calls), strings.Join(calls, ", ")))
		}
	}
	return p.faults
}

// declarations finds the types of the receipts and the functions that are the stages.
func (p *provenance) declarations() {
	for _, s := range order {
		object := p.pkg.Scope().Lookup(s.makes)
		if object == nil {
			p.faults = append(p.faults, fmt.Sprintf("there is no type %s", s.makes))
			continue
		}
		structure, ok := object.Type().Underlying().(*types.Struct)
		if !ok {
			p.faults = append(p.faults, fmt.Sprintf("%s is no struct", s.makes))
			continue
		}
		p.receipts[object.Type()] = s
		before := false
		for field := range structure.Fields() {
			p.fields[field] = s
			before = before || field.Embedded() && p.is(field.Type(), s.takes)
		}
		if s.takes != "" && s.makes != "reply" && !before {
			p.faults = append(p.faults, fmt.Sprintf("%s does not embed %s", s.makes, s.takes))
		}
	}
	for _, file := range p.files {
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok {
				p.stage(function)
			}
		}
	}
	for _, s := range order {
		if count := len(slices.Collect(p.named(s))); count != 1 {
			p.faults = append(p.faults, fmt.Sprintf("%d functions are the stage %s, want 1: func %s(%s) %s", count, s.name, s.name, s.takes, s.makes))
		}
	}
}

// named yields the functions that are stage s.
func (p *provenance) named(s stage) func(func(types.Object) bool) {
	return func(yield func(types.Object) bool) {
		for object, known := range p.stages {
			if known == s && !yield(object) {
				return
			}
		}
	}
}

// stage notes a function that has the name of a stage, takes its receipt and makes the next.
func (p *provenance) stage(function *ast.FuncDecl) {
	object := p.info.Defs[function.Name]
	signature, ok := object.Type().(*types.Signature)
	if !ok {
		return
	}
	for _, s := range order {
		takes := s.takes == ""
		for v := range signature.Params().Variables() {
			takes = takes || p.is(v.Type(), s.takes)
		}
		if object.Name() == s.name && takes && signature.Results().Len() > 0 && p.is(signature.Results().At(0).Type(), s.makes) {
			p.stages[object] = s
		}
	}
}

// is reports whether t is the package's own type of that name.
func (p *provenance) is(t types.Type, name string) bool {
	object := p.pkg.Scope().Lookup(name)
	return object != nil && types.Identical(t, object.Type())
}

// inspect reads one declaration, which stands inside the stage maker (the zero stage: inside none).
func (p *provenance) inspect(declaration ast.Decl, maker stage) {
	var around []ast.Node
	ast.Inspect(declaration, func(node ast.Node) bool {
		if node == nil {
			around = around[:len(around)-1]
			return true
		}
		switch node := node.(type) {
		case *ast.CompositeLit:
			p.literal(node, maker)
		case *ast.CallExpr:
			p.conversion(node, maker)
		case *ast.Ident:
			p.use(node, around)
		case *ast.AssignStmt:
			for _, left := range node.Lhs {
				p.write(left, maker)
			}
		case *ast.IncDecStmt:
			p.write(node.X, maker)
		case *ast.RangeStmt:
			p.write(node.Key, maker)
			p.write(node.Value, maker)
		case *ast.UnaryExpr:
			if node.Op == token.AND && maker == (stage{}) { // a stage may lend a field of the receipt it was given
				p.write(node.X, maker)
			}
		}
		around = append(around, node)
		return true
	})
}

// literal judges a composite literal. An empty one of a receipt is the zero receipt, which every stage refuses and anybody may have; an
// empty reply is a reply.
func (p *provenance) literal(node *ast.CompositeLit, maker stage) {
	s, ok := p.receipts[types.Unalias(p.info.Types[node].Type)]
	if !ok || len(node.Elts) == 0 && s.makes != "reply" {
		return
	}
	if s != maker {
		p.add(node, "%s is made outside %s", s.makes, s.name)
		return
	}
	p.made[s.makes]++
}

// conversion judges a call that may be the conversion of a look-alike to a receipt.
func (p *provenance) conversion(node *ast.CallExpr, maker stage) {
	if called := p.info.Types[node.Fun]; called.IsType() {
		if s, ok := p.receipts[types.Unalias(called.Type)]; ok && s != maker {
			p.add(node, "%s is made by conversion outside %s", s.makes, s.name)
		}
	}
}

// write judges a place that is written to, or whose address leaves the stages: filling the fields of a zero receipt is making one.
func (p *provenance) write(place ast.Expr, maker stage) {
	if selector, ok := ast.Unparen(exprOf(place)).(*ast.SelectorExpr); ok {
		if s, ok := p.fields[p.info.Uses[selector.Sel]]; ok && s != maker {
			p.add(place, "field %s of %s is written outside %s", selector.Sel.Name, s.makes, s.name)
		}
	}
}

// exprOf keeps a missing key or value of a range statement from being looked into.
func exprOf(place ast.Expr) ast.Expr {
	if place == nil {
		return &ast.BadExpr{}
	}
	return place
}

// use notes where a stage is used. It must be called there, not kept for later, not in a loop, and where the path is read.
func (p *provenance) use(name *ast.Ident, around []ast.Node) {
	object := p.info.Uses[name]
	if function, ok := object.(*types.Func); ok {
		object = function.Origin()
	}
	s, ok := p.stages[object]
	if !ok {
		return
	}
	p.called[s.name] = append(p.called[s.name], p.at(name))
	if s.takes == "" {
		return
	}
	if where := p.file(name); where != "govern.go" {
		p.add(name, "%s is called outside %s", s.name, governFile)
	}
	var outer ast.Node = name
	if selector, ok := around[len(around)-1].(*ast.SelectorExpr); ok {
		outer = selector
		around = around[:len(around)-1]
	}
	if call, ok := around[len(around)-1].(*ast.CallExpr); !ok || call.Fun != outer {
		p.add(name, "%s is taken as a value: whoever holds it can call it twice", s.name)
	}
	for _, node := range around {
		switch node.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt:
			p.add(name, "%s is called in a loop or a function literal, which may run twice", s.name)
		}
	}
}

func TestHouseReceipts(t *testing.T) {
	t.Parallel()
	require.FileExists(t, governFile)
	noFaults(t, receiptFaults(load(t, "mcpgov")))
}
