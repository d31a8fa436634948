package auditdb

import (
	"math"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// sqlOperators are the comparisons that mean the same in both languages for operands of one type.
func sqlOperator(name string) string {
	return map[string]string{
		operators.Equals: "=", operators.NotEquals: "<>", operators.Less: "<", operators.LessEquals: "<=",
		operators.Greater: ">", operators.GreaterEquals: ">=",
	}[name]
}

// mirrored is the operator with its sides changed.
func mirrored(name string) string {
	switch name {
	case operators.Less:
		return operators.Greater
	case operators.LessEquals:
		return operators.GreaterEquals
	case operators.Greater:
		return operators.Less
	case operators.GreaterEquals:
		return operators.LessEquals
	}
	return name
}

// comparison translates one of the six comparisons.
func (t *translator) comparison(name string, left, right ast.Expr) (string, bool) {
	before := len(t.args)
	if l, ok := t.condition(left); ok && t.isBool(left) { // == and != between conditions
		if r, ok := t.condition(right); ok {
			return "((" + l + ") " + sqlOperator(name) + " (" + r + "))", true
		}
	}
	t.args = t.args[:before]
	l, ok := t.operand(left)
	if !ok {
		return "", false
	}
	r, ok := t.operand(right)
	if !ok {
		return "", false
	}
	if l.constant != nil {
		if r.constant != nil {
			return "", false // it is constant as a whole, and met before
		}
		l, r, name = r, l, mirrored(name)
	}
	if r.constant == nil {
		if l.kind != r.kind || l.kind == types.ListKind {
			return "", false
		}
		return "(" + l.sql + " " + sqlOperator(name) + " " + r.sql + ")", true
	}
	if l.kind == types.TimestampKind {
		return t.moment(l, name, r.constant)
	}
	value, ok := bindable(l.kind, r.constant)
	if !ok {
		return "", false
	}
	return "(" + l.sql + " " + sqlOperator(name) + " " + t.bind(l.kind, value) + ")", true
}

func (t *translator) isBool(e ast.Expr) bool {
	return t.filter.checked.GetType(e.ID()).Kind() == types.BoolKind
}

// bind adds a value and returns its place, with its type, so that SQL never has to guess at it.
func (t *translator) bind(kind types.Kind, value any) string {
	t.args = append(t.args, value)
	switch kind { // bindable lets no other pass
	case types.IntKind:
		return "?::BIGINT"
	case types.DoubleKind:
		return "?::DOUBLE"
	}
	return "?::VARCHAR"
}

// bindable is the value to compare a column of some kind with; false if SQL would compare otherwise than CEL.
func bindable(kind types.Kind, constant ref.Val) (any, bool) {
	switch c := constant.(type) {
	case types.String:
		// The driver hands texts on by way of C.
		return string(c), kind == types.StringKind && !strings.ContainsRune(string(c), 0)
	case types.Int:
		if kind == types.DoubleKind {
			const exact = 1 << 53
			return float64(c), c >= -exact && c <= exact
		}
		return int64(c), kind == types.IntKind
	case types.Double:
		return float64(c), kind == types.DoubleKind && !math.IsNaN(float64(c))
	}
	return nil, false
}

// moment compares the time of a record, which has microseconds, with a constant, which may have more.
func (t *translator) moment(l operand, name string, constant ref.Val) (string, bool) {
	c, ok := constant.(types.Timestamp)
	if !ok {
		return "", false
	}
	exact := c.Nanosecond()%1000 == 0
	operator := sqlOperator(name)
	if !exact { // between two microseconds, compared with the earlier one
		switch name {
		case operators.Equals:
			return "false", true
		case operators.NotEquals:
			return "true", true
		case operators.GreaterEquals:
			operator = ">"
		case operators.Less:
			operator = "<="
		}
	}
	t.args = append(t.args, sqlTime(c.Time))
	return "(" + l.sql + " " + operator + " ?::TIMESTAMPTZ)", true
}

// sqlTime writes a time, cut to microseconds, so that a cast reads it.
func sqlTime(t time.Time) string {
	return t.UTC().Format("2006-01-02 15:04:05.000000+00")
}

// membership translates in.
func (t *translator) membership(element, list ast.Expr) (string, bool) {
	if f := t.field(list); f != nil && f.form == texts {
		e, ok := t.operand(element)
		if !ok || e.kind != types.StringKind {
			return "", false
		}
		if e.constant == nil {
			return "list_contains(" + sqltext.Identifier(f.column()) + ", " + e.sql + ")", true
		}
		value, ok := bindable(types.StringKind, e.constant)
		if !ok {
			return "", false
		}
		return "list_contains(" + sqltext.Identifier(f.column()) + ", " + t.bind(types.StringKind, value) + ")", true
	}
	e, ok := t.operand(element)
	if !ok || e.constant != nil || e.kind != types.StringKind && e.kind != types.IntKind {
		return "", false
	}
	constant, ok := t.constant(list).(traits.Lister)
	if !ok {
		return "", false
	}
	var places []string
	for it := constant.Iterator(); it.HasNext() == types.True; {
		value, ok := bindable(e.kind, it.Next())
		if !ok {
			return "", false
		}
		places = append(places, t.bind(e.kind, value))
	}
	if len(places) == 0 {
		return "false", true
	}
	return "(" + e.sql + " IN (" + strings.Join(places, ", ") + "))", true
}

// part translates startsWith, endsWith and contains.
func (t *translator) part(name string, c ast.CallExpr) (string, bool) {
	if !c.IsMemberFunction() || len(c.Args()) != 1 {
		return "", false
	}
	function := map[string]string{"startsWith": "starts_with", "endsWith": "ends_with", "contains": "contains"}[name]
	var sides []string
	for _, e := range slices.Concat([]ast.Expr{c.Target()}, c.Args()) {
		o, ok := t.operand(e)
		switch {
		case !ok || o.kind != types.StringKind:
			return "", false
		case o.constant == nil:
			sides = append(sides, o.sql)
		default:
			value, ok := bindable(types.StringKind, o.constant)
			if !ok {
				return "", false
			}
			sides = append(sides, t.bind(types.StringKind, value))
		}
	}
	return function + "(" + sides[0] + ", " + sides[1] + ")", true
}
