package auditdb

import (
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// pushed is the part of a filter that SQL decides. Values are bound, never written into the text.
type pushed struct {
	where string // empty: everything
	args  []any
	whole bool   // nothing of the filter is left to decide in Go
	first uint64 // no record before this one is admitted
}

// push translates what of the filter means the same in SQL. Of conditions joined by &&, each goes on its own: a record for which one does
// not hold is not admitted, whatever the others say. All else is translated whole or not at all. Since no column but those of JSON is ever
// NULL, SQL has two truth values here as CEL has.
func (f *Filter) push(now time.Time) pushed {
	t := &translator{filter: f, now: types.Timestamp{Time: now}}
	p := pushed{whole: true}
	var conditions []string
	for _, e := range conjuncts(f.checked.Expr()) {
		p.first = max(p.first, t.first(e))
		if condition, ok := t.condition(e); ok {
			conditions = append(conditions, condition)
		} else {
			p.whole = false
		}
	}
	p.where, p.args = strings.Join(conditions, " AND "), t.args
	return p
}

// first is the number of the first record that a condition such as seq > 41 admits, so that whoever follows a log need not read all of it each
// time; 0 if the condition is another.
func (t *translator) first(e ast.Expr) uint64 {
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
		return 0
	}
	args := e.AsCall().Args()
	limit, ok := t.constant(args[1]).(types.Int)
	if f := t.field(args[0]); f == nil || f.path != "seq" || !ok || limit < 0 {
		return 0
	}
	switch e.AsCall().FunctionName() {
	case operators.Greater:
		return uint64(limit) + 1
	case operators.GreaterEquals:
		return uint64(limit)
	}
	return 0
}

// conjuncts takes a chain of && apart.
func conjuncts(e ast.Expr) []ast.Expr {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		args := e.AsCall().Args()
		return append(conjuncts(args[0]), conjuncts(args[1])...)
	}
	return []ast.Expr{e}
}

// translator turns expressions into SQL, and collects the values in the order of their places in it.
type translator struct {
	filter *Filter
	now    ref.Val
	args   []any
}

// operand is a value in a comparison: a constant, or an expression over columns.
type operand struct {
	constant ref.Val // nil: sql
	sql      string
	kind     types.Kind // of the CEL type
	field    *field     // if sql is one column
}

// condition translates a boolean expression. If it cannot, the arguments are as before.
func (t *translator) condition(e ast.Expr) (sql string, ok bool) {
	before := len(t.args)
	defer func() {
		if !ok {
			t.args = t.args[:before]
		}
	}()
	if constant := t.constant(e); constant != nil {
		switch constant {
		case types.True:
			return "true", true
		case types.False:
			return "false", true
		}
		return "", false
	}
	switch e.Kind() { // everything else is left to CEL
	case ast.IdentKind:
		return t.flag(e)
	case ast.SelectKind:
		if e.AsSelect().IsTestOnly() {
			return t.presence(e)
		}
		return t.flag(e)
	case ast.CallKind:
		return t.call(e.AsCall())
	}
	return "", false
}

func (t *translator) call(c ast.CallExpr) (string, bool) {
	args := c.Args()
	switch name := c.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		left, ok := t.condition(args[0])
		if !ok {
			return "", false
		}
		right, ok := t.condition(args[1])
		word := map[string]string{operators.LogicalAnd: "AND", operators.LogicalOr: "OR"}[name]
		return "(" + left + " " + word + " " + right + ")", ok
	case operators.LogicalNot:
		inner, ok := t.condition(args[0])
		return "(NOT " + inner + ")", ok
	case operators.Conditional:
		var parts [3]string
		for i, arg := range args {
			part, ok := t.condition(arg)
			if !ok {
				return "", false
			}
			parts[i] = part
		}
		return "(CASE WHEN " + parts[0] + " THEN " + parts[1] + " ELSE " + parts[2] + " END)", true
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return t.comparison(name, args[0], args[1])
	case operators.In:
		return t.membership(args[0], args[1])
	case "startsWith", "endsWith", "contains":
		return t.part(name, c)
	}
	return "", false
}

// flag translates a boolean field.
func (t *translator) flag(e ast.Expr) (string, bool) {
	f := t.field(e)
	if f == nil || f.form != flag {
		return "", false
	}
	return sqltext.Identifier(f.column()), true
}

// presence translates has().
func (t *translator) presence(e ast.Expr) (string, bool) {
	s := e.AsSelect()
	if s.Operand().Kind() != ast.IdentKind {
		return "", false
	}
	f := lookUp(s.Operand().AsIdent() + "." + s.FieldName())
	if f == nil {
		return "", false
	}
	switch f.form { //nolint:exhaustive // no object has members of other forms, and of JSON SQL cannot tell null from absence
	case text:
		return "(" + sqltext.Identifier(f.column()) + " <> '')", true
	case flag:
		return sqltext.Identifier(f.column()), true
	case texts:
		return "(len(" + sqltext.Identifier(f.column()) + ") > 0)", true
	}
	return "", false
}

// field returns the field that an expression names, or nil.
func (t *translator) field(e ast.Expr) *field {
	switch e.Kind() { // only these name fields
	case ast.IdentKind:
		return t.filter.fields[e.AsIdent()]
	case ast.SelectKind:
		s := e.AsSelect()
		if s.Operand().Kind() == ast.IdentKind && !s.IsTestOnly() {
			return lookUp(s.Operand().AsIdent() + "." + s.FieldName())
		}
	}
	return nil
}

func lookUp(path string) *field {
	for _, f := range fields() {
		if f.path == path {
			return &f
		}
	}
	return nil
}

// operand translates a value.
func (t *translator) operand(e ast.Expr) (operand, bool) {
	if constant := t.constant(e); constant != nil {
		return operand{constant: constant, kind: kindOf(constant)}, true
	}
	if e.Kind() == ast.IdentKind && e.AsIdent() == "duration_ms" {
		return operand{sql: `("duration_us"::DOUBLE / 1000::DOUBLE)`, kind: types.DoubleKind}, true
	}
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == "size" {
		return t.size(e.AsCall())
	}
	f := t.field(e)
	if f == nil || f.path == "prev" { // compacted segments have no such column
		return operand{}, false
	}
	o := operand{sql: sqltext.Identifier(f.column()), field: f}
	switch f.form {
	case text, hexText:
		o.kind = types.StringKind
	case hash:
		o.kind, o.sql = types.StringKind, "lower(hex("+o.sql+"))"
	case whole, number, micros:
		o.kind = types.IntKind
	case flag:
		o.kind = types.BoolKind
	case stamp:
		o.kind = types.TimestampKind
	case texts:
		o.kind = types.ListKind
	case raw, sources, steps:
		return o, false
	}
	return o, true
}

// size translates size(x) and x.size().
func (t *translator) size(c ast.CallExpr) (operand, bool) {
	of := c.Target()
	if !c.IsMemberFunction() {
		of = c.Args()[0]
	}
	f := t.field(of)
	if f == nil {
		return operand{}, false
	}
	switch f.form { //nolint:exhaustive // nothing else has a size that SQL knows
	case text:
		return operand{sql: "length(" + sqltext.Identifier(f.column()) + ")", kind: types.IntKind}, true // characters, as CEL counts them
	case texts, sources, steps:
		return operand{sql: "len(" + sqltext.Identifier(f.column()) + ")", kind: types.IntKind}, true
	}
	return operand{}, false
}

// constant evaluates what reads no record; nil if it reads one or gives an error.
func (t *translator) constant(e ast.Expr) ref.Val {
	if e.Kind() == ast.LiteralKind {
		return e.AsLiteral()
	}
	fixed := true
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind && e.AsIdent() != "now" || e.Kind() == ast.ComprehensionKind {
			fixed = false
		}
	}))
	if !fixed {
		return nil
	}
	checked := t.filter.checked
	part := ast.NewCheckedAST(ast.NewAST(e, checked.SourceInfo()), checked.TypeMap(), checked.ReferenceMap())
	program, err := t.filter.env.PlanProgram(part)
	if err != nil {
		return nil
	}
	value, _, err := program.Eval(&scope{types: t.filter.types, fields: t.filter.fields, record: &audit.Record{}, now: t.now})
	if err != nil {
		return nil
	}
	return value
}

// kindOf is the kind of a constant.
func kindOf(v ref.Val) types.Kind {
	if t, ok := v.Type().(*cel.Type); ok {
		return t.Kind()
	}
	return types.DynKind
}
