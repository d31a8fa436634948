package check

import (
	"encoding/json"
	"strconv"
)

// The parts of a tree that the rewriting makes. Each has every member, as the engine writes it.

func wholeNumber(n int64) object {
	if n == int64(int32(n)) { //nolint:gosec // a number that changes is a BIGINT
		return constant("INTEGER", json.Number(strconv.FormatInt(n, 10)))
	}
	return constant("BIGINT", json.Number(strconv.FormatInt(n, 10)))
}

func text(s string) object { return constant("VARCHAR", s) }

func constant(kind string, value any) object {
	return object{
		"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "",
		"value": object{"type": object{"id": kind, "type_info": nil}, "is_null": value == nil, "value": value},
	}
}

// columnOf is a column of the table that is rewritten.
func columnOf(name string) object {
	return object{"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": []any{rowTable, name}}
}

func star() object {
	return object{
		"class": "STAR", "type": "STAR", "alias": "", "relation_name": "", "exclude_list": []any{}, "replace_list": []any{},
		"columns": false, "expr": nil, "qualified_exclude_list": []any{}, "rename_list": []any{},
	}
}

func castTo(child object, kind string) object {
	return object{
		"class": "CAST", "type": "OPERATOR_CAST", "alias": "", "child": child, "cast_type": object{"id": kind, "type_info": nil}, "try_cast": false,
	}
}

func callOf(name string, operator bool, args ...any) object {
	return object{
		"class": "FUNCTION", "type": "FUNCTION", "alias": "", "function_name": name, "schema": "", "children": append([]any{}, args...), "filter": nil,
		"order_bys": object{"type": "ORDER_MODIFIER", "orders": []any{}}, "distinct": false, "is_operator": operator, "export_state": false, "catalog": "",
	}
}

// whenTrue is CASE WHEN condition THEN then ELSE otherwise END; otherwise may be nil, for NULL.
func whenTrue(condition, then, otherwise object) object {
	if otherwise == nil {
		otherwise = constant("NULL", nil)
	}
	return object{
		"class": "CASE", "type": "CASE_EXPR", "alias": "",
		"case_checks": []any{object{"when_expr": condition, "then_expr": then}}, "else_expr": otherwise,
	}
}

// selectOf is SELECT columns FROM source WHERE condition; condition may be nil.
func selectOf(columns []any, source, condition object) object {
	o := object{
		"type": "SELECT_NODE", "modifiers": []any{}, "cte_map": object{"map": []any{}}, "select_list": columns, "from_table": source,
		"where_clause": nil, "group_expressions": []any{}, "group_sets": []any{}, "aggregate_handling": "STANDARD_HANDLING",
		"having": nil, "sample": nil, "qualify": nil,
	}
	if condition != nil {
		o["where_clause"] = condition
	}
	return o
}

func subqueryOf(node object, alias string) object {
	return object{
		"type": "SUBQUERY", "alias": alias, "sample": nil, "column_name_alias": []any{},
		"subquery": object{"node": node, "named_param_map": []any{}},
	}
}
