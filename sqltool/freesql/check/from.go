package check

import "strconv"

// table judges one part of a FROM and gives what stands in its place.
func (c *checker) table(o object, ctes *scope) object {
	if !c.enter() {
		return o
	}
	defer c.leave()
	what := "a part of FROM"
	if alias := c.name(o["alias"], what); alias != "" {
		c.rows[fold(alias)] = true
	} else if table, _ := o["table_name"].(string); table != "" {
		c.rows[fold(table)] = true
	}
	c.sample(o["sample"])
	switch c.word(o["type"], what) {
	case "BASE_TABLE":
		return c.baseTable(o, ctes)
	case "EMPTY":
		c.members(o, what, "type", "alias", "sample")
	case "SUBQUERY":
		c.members(o, "a subquery", "type", "alias", "sample", "subquery", "column_name_alias")
		names := append(c.names(o["column_name_alias"], "a subquery"), c.word(o["alias"], what))
		n := c.subquery(o["subquery"], ctes)
		for _, name := range names {
			c.named(name, n)
		}
	case "JOIN":
		c.join(o, ctes)
	case "TABLE_FUNCTION":
		c.members(o, "a table function", "type", "alias", "sample", "function", "column_name_alias", "with_ordinality")
		names := append(c.names(o["column_name_alias"], "a table function"), c.word(o["alias"], what), "unnest", "key", "value")
		c.oneOf(o["with_ordinality"], "a table function", "", "WITHOUT_ORDINALITY", "WITH_ORDINALITY")
		n := c.tableFunction(c.object(o["function"], "a table function"), ctes)
		for _, name := range names {
			c.named(name, n)
		}
	case "EXPRESSION_LIST":
		c.members(o, "VALUES", "type", "alias", "sample", "expected_names", "expected_types", "values")
		c.names(o["expected_names"], "VALUES")
		for _, t := range c.list(o["expected_types"], "VALUES") {
			c.typeName(t)
		}
		for _, row := range c.list(o["values"], "VALUES") {
			for i, n := range c.expressions(row, ctes) {
				c.named("col"+strconv.Itoa(i), n)
			}
		}
	case "PIVOT":
		c.pivot(o, ctes)
	case "SHOW_REF":
		c.refuse(CodeStatement, "SHOW, DESCRIBE and SUMMARIZE are not supported here", "use the tools that list and describe tables")
	default:
		c.refusal = firstOf(c.refusal, unknown(what))
	}
	return o
}

// subquery judges a SELECT within another.
func (c *checker) subquery(v any, ctes *scope) size {
	what := "a subquery"
	o := c.object(v, what)
	if says(o["named_param_map"]) {
		c.refuse(CodeParameter, "the statement has parameters, which nobody binds", "write the values themselves")
	}
	c.members(o, what, "node", "named_param_map")
	return c.node(c.object(o["node"], what), ctes)
}

// join judges a join; its right side may refer to its left one, but sees the same common table expressions.
func (c *checker) join(o object, ctes *scope) {
	what := "a join"
	c.members(o, what, "type", "alias", "sample", "left", "right", "condition", "join_type", "ref_type", "using_columns")
	c.oneOf(o["join_type"], what, "INNER", "LEFT", "RIGHT", "OUTER", "FULL", "SEMI", "ANTI")
	c.oneOf(o["ref_type"], what, "REGULAR", "NATURAL", "CROSS", "POSITIONAL", "ASOF")
	c.names(o["using_columns"], what)
	o["left"] = c.table(c.object(o["left"], what), ctes)
	o["right"] = c.table(c.object(o["right"], what), ctes)
	c.optional(o["condition"], ctes)
}

// pivot judges PIVOT and UNPIVOT as parts of FROM. Which columns come out must stand in the statement: an enumeration's values are data.
func (c *checker) pivot(o object, ctes *scope) {
	what := "PIVOT"
	c.members(o, what, "type", "alias", "sample", "source", "aggregates", "unpivot_names", "pivots", "groups", "column_name_alias", "include_nulls")
	c.names(o["column_name_alias"], what)
	for _, name := range c.names(o["unpivot_names"], what) {
		c.named(name, c.widest)
	}
	c.names(o["groups"], what)
	c.flag(o["include_nulls"], what)
	o["source"] = c.table(c.object(o["source"], what), ctes)
	c.named("", largest(c.expressions(o["aggregates"], ctes)))
	for _, pivot := range c.list(o["pivots"], what) {
		p := c.object(pivot, what)
		if says(p["pivot_enum"]) {
			c.refuse(CodeSyntax, "PIVOT over an enumeration is not supported here", "write the values: PIVOT (... FOR x IN ('a', 'b'))")
		}
		c.members(p, what, "pivot_expressions", "unpivot_names", "entries", "pivot_enum")
		c.expressions(p["pivot_expressions"], ctes)
		c.names(p["unpivot_names"], what)
		for _, entry := range c.list(p["entries"], what) {
			e := c.object(entry, what)
			c.members(e, what, "values", "star_expr", "alias")
			c.name(e["alias"], what)
			c.optional(e["star_expr"], ctes)
			for _, v := range c.list(e["values"], what) {
				c.value(v, what)
			}
		}
	}
}

// tableFunction judges a function in FROM. Those allowed make rows out of their arguments and read nothing.
func (c *checker) tableFunction(o object, ctes *scope) size {
	if !c.enter() {
		return 1
	}
	defer c.leave()
	what := "a table function"
	c.members(o, what, "class", "type", "alias", "function_name", "schema", "children", "filter", "order_bys", "distinct", "is_operator", "export_state", "catalog")
	name := fold(c.word(o["function_name"], what))
	schema := fold(c.word(o["schema"], what))
	if schema != "" {
		name = schema + "." + name
	}
	allow, named := c.rules.Functions["table:"+name]
	switch name {
	case "unnest", "range", "generate_series", "json_each", "json_tree":
		allow = allow || !named && !c.rules.Defined[name]
	default:
	}
	if !allow || says(o["catalog"]) || c.word(o["class"], what) != "FUNCTION" || c.word(o["type"], what) != "FUNCTION" ||
		says(o["filter"]) || says(o["distinct"]) || says(o["export_state"]) || says(o["is_operator"]) {
		c.refuse(CodeFunction, "the table function "+quoted(c.word(o["function_name"], what))+" may not be called here",
			"read tables by name; unnest, range, generate_series, json_each and json_tree are allowed")
		return 1
	}
	if o["order_bys"] != nil {
		order := c.object(o["order_bys"], what)
		if says(order["orders"]) {
			c.refusal = firstOf(c.refusal, unknown(what))
		}
		c.order(order, ctes)
	}
	c.functions[name] = true
	return largest(c.expressions(o["children"], ctes))
}
