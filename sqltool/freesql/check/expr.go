package check

import (
	"encoding/json"
	"slices"
)

// expressions judges a list of expressions and gives the size of each.
func (c *checker) expressions(v any, ctes *scope) []size {
	var sizes []size
	for _, e := range c.list(v, "a list of expressions") {
		sizes = append(sizes, c.expression(e, ctes))
	}
	return sizes
}

func (c *checker) optional(v any, ctes *scope) size {
	if v == nil {
		return 1
	}
	return c.expression(v, ctes)
}

// expression judges one expression and gives its size.
func (c *checker) expression(v any, ctes *scope) size {
	if !c.enter() {
		return 1
	}
	defer c.leave()
	what := "an expression"
	o := c.object(v, what)
	c.name(o["alias"], what)
	kind := c.word(o["type"], what)
	is := func(kinds ...string) {
		if !slices.Contains(kinds, kind) {
			c.refusal = firstOf(c.refusal, unknown(what))
		}
	}
	switch c.word(o["class"], what) {
	case "COLUMN_REF":
		is("COLUMN_REF")
		c.members(o, "a column", "class", "type", "alias", "column_names")
		return c.columnRef(o)
	case "CONSTANT":
		is("VALUE_CONSTANT")
		c.members(o, "a constant", "class", "type", "alias", "value")
		c.value(o["value"], "a constant")
		s, _ := constantText(o)
		return sizeOf(len(s))
	case "FUNCTION":
		is("FUNCTION")
		return c.function(o, ctes)
	case "WINDOW":
		return c.window(o, ctes)
	case "COMPARISON":
		is("COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_LESSTHAN", "COMPARE_GREATERTHAN", "COMPARE_LESSTHANOREQUALTO",
			"COMPARE_GREATERTHANOREQUALTO", "COMPARE_DISTINCT_FROM", "COMPARE_NOT_DISTINCT_FROM")
		c.members(o, "a comparison", "class", "type", "alias", "left", "right")
		c.expression(o["left"], ctes)
		c.expression(o["right"], ctes)
	case "CONJUNCTION":
		is("CONJUNCTION_AND", "CONJUNCTION_OR")
		c.members(o, "AND or OR", "class", "type", "alias", "children")
		c.expressions(o["children"], ctes)
	case "OPERATOR":
		is("OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_UNPACK", "OPERATOR_COALESCE", "OPERATOR_NULLIF", "OPERATOR_TRY",
			"COMPARE_IN", "COMPARE_NOT_IN", "ARRAY_EXTRACT", "ARRAY_SLICE", "ARRAY_CONSTRUCTOR", "STRUCT_EXTRACT", "GROUPING_FUNCTION", "ARROW")
		c.members(o, "an operator", "class", "type", "alias", "children")
		sizes := c.expressions(o["children"], ctes)
		if kind == "ARRAY_CONSTRUCTOR" {
			return c.bounded(kind, nested(sizes))
		}
		return largest(sizes)
	case "BETWEEN":
		is("COMPARE_BETWEEN", "COMPARE_NOT_BETWEEN")
		c.members(o, "BETWEEN", "class", "type", "alias", "input", "lower", "upper")
		c.expression(o["input"], ctes)
		c.expression(o["lower"], ctes)
		c.expression(o["upper"], ctes)
	case "CASE":
		is("CASE_EXPR")
		c.members(o, "CASE", "class", "type", "alias", "case_checks", "else_expr")
		result := size(1)
		for _, check := range c.list(o["case_checks"], "CASE") {
			w := c.object(check, "CASE")
			c.members(w, "CASE", "when_expr", "then_expr")
			c.expression(w["when_expr"], ctes)
			result = max(result, c.expression(w["then_expr"], ctes))
		}
		return max(result, c.optional(o["else_expr"], ctes))
	case "CAST":
		is("OPERATOR_CAST")
		c.members(o, "a cast", "class", "type", "alias", "child", "cast_type", "try_cast")
		c.flag(o["try_cast"], "a cast")
		return max(c.typeName(o["cast_type"]), c.expression(o["child"], ctes))
	case "COLLATE":
		is("COLLATE")
		c.members(o, "COLLATE", "class", "type", "alias", "child", "collation")
		c.collation(c.word(o["collation"], "COLLATE"))
		return c.expression(o["child"], ctes)
	case "LAMBDA":
		is("LAMBDA")
		return c.lambda(o, ctes)
	case "POSITIONAL_REFERENCE":
		is("POSITIONAL_REFERENCE")
		c.members(o, "a position", "class", "type", "alias", "index")
		c.number(o["index"], "a position")
		return c.widest
	case "STAR":
		is("STAR")
		c.star(o, ctes)
		return c.widest
	case "SUBQUERY":
		is("SUBQUERY")
		c.members(o, "a subquery", "class", "type", "alias", "subquery_type", "subquery", "child", "comparison_type")
		c.oneOf(o["subquery_type"], "a subquery", "SCALAR", "EXISTS", "NOT_EXISTS", "ANY")
		c.oneOf(o["comparison_type"], "a subquery", "INVALID", "COMPARE_EQUAL", "COMPARE_NOTEQUAL", "COMPARE_LESSTHAN", "COMPARE_GREATERTHAN",
			"COMPARE_LESSTHANOREQUALTO", "COMPARE_GREATERTHANOREQUALTO")
		c.optional(o["child"], ctes)
		return c.subquery(o["subquery"], ctes)
	case "PARAMETER":
		c.refuse(CodeParameter, "the statement has parameters, which nobody binds", "write the values themselves")
	default:
		c.refusal = firstOf(c.refusal, unknown(what))
	}
	return 1
}

// columnRef judges the name of a column. A few names without a table are functions in disguise.
func (c *checker) columnRef(o object) size {
	names := c.names(o["column_names"], "a column")
	switch len(names) {
	case 0:
		c.refusal = firstOf(c.refusal, unknown("a column"))
	case 1:
		switch fold(names[0]) {
		case "current_user", "user", "session_user", "current_role", "current_schema", "current_catalog", "current_database":
			c.refuse(CodeFunction, quoted(names[0])+" may not be asked for here", "if it is a column, write its table before it: t."+fold(names[0]))
		}
	case 2:
	default:
		c.columns = append(c.columns, o)
	}
	return c.sizeOfNames(names)
}

// star judges * and COLUMNS(...).
func (c *checker) star(o object, ctes *scope) {
	what := "a star"
	c.members(o, what, "class", "type", "alias", "relation_name", "exclude_list", "replace_list", "columns", "expr", "qualified_exclude_list", "rename_list")
	c.name(o["relation_name"], what)
	c.names(o["exclude_list"], what)
	c.flag(o["columns"], what)
	c.optional(o["expr"], ctes)
	column := func(v any) {
		q := c.object(v, what)
		c.members(q, what, "catalog", "schema", "table", "column")
		for _, part := range []string{"catalog", "schema", "table", "column"} {
			c.name(q[part], what)
		}
	}
	for _, v := range c.list(o["qualified_exclude_list"], what) {
		column(v)
	}
	for _, v := range c.list(o["replace_list"], what) {
		pair := c.object(v, what)
		c.members(pair, what, "key", "value")
		c.name(pair["key"], what)
		c.named(pair["key"], c.expression(pair["value"], ctes))
	}
	for _, v := range c.list(o["rename_list"], what) {
		pair := c.object(v, what)
		c.members(pair, what, "key", "value")
		column(pair["key"])
		c.named(c.name(pair["value"], what), c.widest)
	}
}

// maxLambdas is how many lambdas may stand within one another: each multiplies the work of one call, which the engine cannot interrupt.
const maxLambdas = 2

// lambda judges a lambda, and the arrow of JSON, which the parser cannot tell from one.
func (c *checker) lambda(o object, ctes *scope) size {
	c.members(o, "a lambda", "class", "type", "alias", "lhs", "expr", "syntax_type")
	if c.lambdas++; c.lambdas > maxLambdas {
		c.refuse(CodeSize, "lambdas within lambdas within lambdas are not supported here", "unnest the lists and join them")
	}
	result := c.expression(o["lhs"], ctes)
	result = max(result, c.expression(o["expr"], ctes))
	c.lambdas--
	return result
}

// value judges a constant. The parser makes only plain ones.
func (c *checker) value(v any, what string) {
	o := c.object(v, what)
	c.members(o, what, "type", "is_null", "value")
	c.typeName(o["type"])
	c.flag(o["is_null"], what)
	switch value := o["value"].(type) {
	case nil, bool, string, json.Number:
	case object:
		c.members(value, what, "upper", "lower")
		c.number(value["upper"], what)
		c.number(value["lower"], what)
	default:
		c.refusal = firstOf(c.refusal, unknown(what))
	}
}

// number refuses a member that is no number.
func (c *checker) number(v any, what string) {
	if _, ok := v.(json.Number); !ok {
		c.refusal = firstOf(c.refusal, unknown(what))
	}
}
