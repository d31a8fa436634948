package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"
)

// noOverload is what the compiler says of a function or operator that does not take what it is given: "(int, double)", or with the
// target of a method in front, "list(string).(string)".
var noOverload = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '(.*)'$`)

// mismatchedPair is two things that do not fit together, and what was to join them.
type mismatchedPair struct {
	function    string
	left, right operand
}

// operand is one of them.
type operand struct {
	expr ast.Expr
	typ  string // as the compiler writes it
	text string // as a condition writes it; "" where it is not known
}

// mismatchHint says what to write instead where two things do not fit together; "" if nothing is known beyond the message.
func (e *environment) mismatchHint(text string, line, column int, message string) string {
	m, ok := e.mismatchAt(text, line, column, message)
	if !ok || m.left.text == "" || m.right.text == "" {
		return ""
	}
	isEqual, isUnequal := m.function == operators.Equals, m.function == operators.NotEquals
	switch {
	case m.function == operators.In && m.left.typ == "string" && m.right.typ == "string":
		return fmt.Sprintf(": write %s.contains(%s)", m.right.text, m.left.text)
	case m.function == "contains" && strings.HasPrefix(m.left.typ, "list("), isEqual && m.left.typ == "list("+m.right.typ+")":
		return fmt.Sprintf(": write %s in %s", m.right.text, m.left.text)
	case isUnequal && m.left.typ == "list("+m.right.typ+")":
		return fmt.Sprintf(": write !(%s in %s)", m.right.text, m.left.text)
	case (isEqual || isUnequal) && m.right.typ == "null":
		return m.left.neverNull(isEqual)
	case (isEqual || isUnequal) && m.left.typ == "null":
		return m.right.neverNull(isEqual)
	}
	if !isEqual && !isUnequal && (m.left.typ == "string" || m.right.typ == "string") {
		return "" // an order or a sum is not meant so
	}
	for _, pair := range [][2]operand{{m.left, m.right}, {m.right, m.left}} {
		if instead := pair[0].as(pair[1].typ); instead != "" {
			return fmt.Sprintf(": write %s instead of %s", instead, pair[0].text)
		}
	}
	return ""
}

// mismatchAt finds the call the compiler speaks of.
func (e *environment) mismatchAt(text string, line, column int, message string) (m mismatchedPair, ok bool) {
	says := noOverload.FindStringSubmatch(message)
	if says == nil {
		return m, false
	}
	parsed, issues := e.cel.Parse(text)
	if issues.Err() != nil {
		return m, false
	}
	tree := parsed.NativeRep()
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		at := tree.SourceInfo().GetStartLocation(x.ID())
		if x.Kind() != ast.CallKind || x.AsCall().FunctionName() != says[1] || at.Line() != line || at.Column() != column {
			return
		}
		call := x.AsCall()
		parts := call.Args()
		if call.IsMemberFunction() {
			parts = append([]ast.Expr{call.Target()}, parts...)
		}
		kinds := splitTypes(says[2])
		if len(parts) == 2 && len(kinds) == 2 {
			ok = true
			m = mismatchedPair{says[1], operandOf(parts[0], kinds[0], tree), operandOf(parts[1], kinds[1], tree)}
		}
	}))
	return m, ok
}

// splitTypes reads "(a, b)" and "a.(b)".
func splitTypes(list string) []string {
	if target, arguments, ok := strings.Cut(list, ".("); ok {
		list = "(" + target + ", " + arguments
	}
	list = strings.TrimSuffix(strings.TrimPrefix(list, "("), ")")
	depth := 0
	for i, r := range list {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			return []string{list[:i], strings.TrimSpace(list[i+1:])}
		}
	}
	return []string{list}
}

// operandOf writes an expression out. What a macro made cannot be shown: nobody wrote it.
func operandOf(x ast.Expr, typ string, tree *ast.AST) operand {
	if inner, ok := strings.CutPrefix(typ, "wrapper("); ok { // what may be null
		typ = strings.TrimSuffix(inner, ")")
	}
	o := operand{expr: x, typ: typ}
	if s, ok := literal[types.String](x); ok {
		o.text = quoted(string(s))
		return o
	}
	text, err := parser.Unparse(x, tree.SourceInfo())
	if err == nil && !strings.ContainsAny(text, "@\n") {
		o.text = text
	}
	return o
}

// quoted writes a text as conditions do, which stand in double quotes themselves.
func quoted(s string) string {
	if strings.ContainsAny(s, `'\`) {
		return strconv.Quote(s)
	}
	return "'" + s + "'"
}

func literal[T any](x ast.Expr) (value T, ok bool) {
	if x.Kind() != ast.LiteralKind {
		return value, false
	}
	value, ok = x.AsLiteral().(T)
	return value, ok
}

// as writes an operand so that it fits what it is joined with; "" if it cannot be.
func (o operand) as(want string) string {
	switch {
	case want == "double" && o.typ == "int":
		return double(o.expr, o.text)
	case want == "double" && o.typ == "list(int)" && o.expr.Kind() == ast.ListKind:
		var all []string
		for _, element := range o.expr.AsList().Elements() {
			n, ok := literal[types.Int](element)
			if !ok {
				return ""
			}
			all = append(all, fmt.Sprintf("%d.0", n))
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	if n, ok := literal[types.Int](o.expr); ok && want == "string" {
		return fmt.Sprintf("'%d'", n)
	}
	s, ok := literal[types.String](o.expr)
	if !ok {
		return ""
	}
	if _, err := strconv.ParseInt(string(s), 10, 64); err == nil && want == "int" {
		return string(s)
	}
	if want == "bool" && (s == "true" || s == "false") {
		return string(s)
	}
	return ""
}

// double writes an int as a double.
func double(x ast.Expr, text string) string {
	if n, ok := literal[types.Int](x); ok {
		return fmt.Sprintf("%d.0", n)
	}
	return "double(" + text + ")"
}

// builtIn are the texts every user has; one that is empty is absent, which has() tells.
func builtIn(name string) bool {
	switch name {
	case "id", "name", "email", "role", "tenant", "provider":
		return true
	}
	return false
}

// neverNull says what to write instead of asking whether the operand is null.
func (o operand) neverNull(equal bool) string {
	not := map[bool]string{true: "!"}[equal]
	var attribute string
	if o.expr.Kind() == ast.SelectKind {
		if of := o.expr.AsSelect().Operand(); of.Kind() == ast.IdentKind && of.AsIdent() == "user" {
			attribute = o.expr.AsSelect().FieldName()
		}
	}
	switch {
	case strings.HasPrefix(o.typ, "list(") || strings.HasPrefix(o.typ, "map("):
		return fmt.Sprintf(": it is never null, only empty: write size(%s) %s 0", o.text, map[bool]string{true: "==", false: ">"}[equal])
	case builtIn(attribute):
		return fmt.Sprintf(": what a user lacks is absent, not null: write %shas(%s)", not, o.text)
	case attribute != "" && attribute != "anonymous":
		return fmt.Sprintf(": it is never null: declare it \"%s?\"", o.typ)
	}
	return ": it is never null: remove the comparison, or make the Go field a pointer"
}
