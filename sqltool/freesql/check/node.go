package check

import "strconv"

// scope is the common table expressions that a part of the statement sees, innermost first. It is never changed, only put on top of.
type scope struct {
	name   string // folded
	unique string // the name it has in the rewritten statement
	weight int    // parts of it, see checker.weigh
	outer  *scope
}

// find gives the innermost common table expression of a name, or nil.
func (s *scope) find(name string) *scope {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	return nil
}

// statement judges a SELECT statement: a query with its parameters, of which there must be none.
func (c *checker) statement(o object, ctes *scope) {
	if says(o["named_param_map"]) {
		c.refuse(CodeParameter, "the statement has parameters, which nobody binds", "write the values themselves")
	}
	c.members(o, "the statement", "node", "named_param_map")
	c.node(c.object(o["node"], "the statement"), ctes)
}

// node judges one query, a SELECT or a set operation, and gives the size of its largest column.
func (c *checker) node(o object, ctes *scope) size {
	if !c.enter() {
		return 1
	}
	defer c.leave()
	what := "a query"
	ctes = c.commonTables(c.object(o["cte_map"], what), ctes)
	result := size(1)
	switch c.word(o["type"], what) {
	case "SELECT_NODE":
		result = c.selectNode(o, ctes)
	case "SET_OPERATION_NODE":
		c.members(o, "a set operation", "type", "modifiers", "cte_map", "setop_type", "left", "right", "children", "setop_all")
		c.oneOf(o["setop_type"], "a set operation", "UNION", "UNION_BY_NAME", "EXCEPT", "INTERSECT")
		c.flag(o["setop_all"], "a set operation")
		if says(o["children"]) {
			for _, child := range c.list(o["children"], what) {
				result = max(result, c.node(c.object(child, what), ctes))
			}
		} else {
			result = max(c.node(c.object(o["left"], what), ctes), c.node(c.object(o["right"], what), ctes))
		}
		c.namedLikeFirst(o, result)
	case "RECURSIVE_CTE_NODE":
		// Stands only as the query of a common table expression, which judges it: see recursion.
		c.refusal = firstOf(c.refusal, unknown("a recursive query"))
	default:
		c.refusal = firstOf(c.refusal, unknown(what))
	}
	c.modifiers(o, ctes)
	return result
}

// commonTables judges WITH and gives what the query after it sees. Each sees only those before it, as in the engine: a name that is used
// too early is a table, and is judged as one.
func (c *checker) commonTables(m object, outer *scope) *scope {
	what := "a common table expression"
	c.members(m, what, "map")
	inner := outer
	for _, entry := range c.list(m["map"], what) {
		pair := c.object(entry, what)
		c.members(pair, what, "key", "value")
		value := c.object(pair["value"], what)
		c.members(value, what, "aliases", "query", "materialized", "key_targets")
		if says(value["key_targets"]) {
			c.refuse(CodeSyntax, "USING KEY is not supported here", "write a plain WITH RECURSIVE")
		}
		c.oneOf(value["materialized"], what, "", "CTE_MATERIALIZE_DEFAULT", "CTE_MATERIALIZE_ALWAYS", "CTE_MATERIALIZE_NEVER")
		aliases := c.names(value["aliases"], what)
		c.ctes++
		mine := &scope{name: fold(c.name(pair["key"], what)), unique: reserved + "_cte" + strconv.Itoa(c.ctes), outer: inner}
		if c.refusal != nil {
			return inner
		}
		query := c.object(value["query"], what)
		if says(query["named_param_map"]) {
			c.refuse(CodeParameter, "the statement has parameters, which nobody binds", "write the values themselves")
		}
		c.members(query, what, "node", "named_param_map")
		node := c.object(query["node"], what)
		var largestColumn size
		before := c.weight
		if c.word(node["type"], what) == "RECURSIVE_CTE_NODE" {
			largestColumn = c.recursion(node, inner, mine)
		} else {
			largestColumn = c.node(node, inner)
		}
		c.named(mine.name, largestColumn)
		for _, alias := range aliases {
			c.named(alias, largestColumn)
		}
		pair["key"] = mine.unique
		mine.weight = c.weight - before
		inner = mine
	}
	return inner
}

// namedLikeFirst keeps the size of the columns of a set operation, which have the names of those of its first query.
func (c *checker) namedLikeFirst(o object, n size) {
	for o["type"] == "SET_OPERATION_NODE" {
		first, _ := o["left"].(object)
		if children, _ := o["children"].([]any); len(children) > 0 {
			first, _ = children[0].(object)
		}
		o = first
	}
	selected, _ := o["select_list"].([]any)
	for _, e := range selected {
		c.named(outputName(e), n)
	}
}

// recursion judges WITH RECURSIVE: only its right arm sees itself.
func (c *checker) recursion(o object, outer, mine *scope) size {
	what := "a recursive query"
	if !c.enter() {
		return 1
	}
	defer c.leave()
	c.members(o, what, "type", "modifiers", "cte_map", "cte_name", "union_all", "left", "right", "aliases", "key_targets")
	if fold(c.word(o["cte_name"], what)) != mine.name || says(o["key_targets"]) || says(o["modifiers"]) {
		c.refusal = firstOf(c.refusal, unknown(what))
		return 1
	}
	c.names(o["aliases"], what)
	c.flag(o["union_all"], what)
	inner := c.commonTables(c.object(o["cte_map"], what), outer)
	left := c.node(c.object(o["left"], what), inner)
	result := max(left, c.node(c.object(o["right"], what), &scope{name: mine.name, unique: mine.unique, outer: inner}))
	o["cte_name"] = mine.unique
	return result
}

// selectNode judges one SELECT.
func (c *checker) selectNode(o object, ctes *scope) size {
	what := "a SELECT"
	c.members(o, what, "type", "modifiers", "cte_map", "select_list", "from_table", "where_clause", "group_expressions", "group_sets",
		"aggregate_handling", "having", "sample", "qualify")
	before, stars := c.weight, 0
	if o["from_table"] != nil {
		o["from_table"] = c.table(c.object(o["from_table"], what), ctes)
	}
	result := size(1)
	for _, e := range c.list(o["select_list"], what) {
		if entry, _ := e.(object); entry["class"] == "STAR" {
			if stars++; stars > 1 { // all columns once more
				c.weigh(c.weight - before)
			}
		}
		n := c.expression(e, ctes)
		c.named(outputName(e), n)
		result = max(result, n)
	}
	c.optional(o["where_clause"], ctes)
	c.expressions(o["group_expressions"], ctes)
	for _, set := range c.list(o["group_sets"], what) {
		for _, index := range c.list(set, what) {
			c.number(index, what)
		}
	}
	c.oneOf(o["aggregate_handling"], what, "STANDARD_HANDLING", "FORCE_AGGREGATES", "NO_AGGREGATES_ALLOWED")
	c.optional(o["having"], ctes)
	c.optional(o["qualify"], ctes)
	c.sample(o["sample"])
	return result
}

// modifiers judges ORDER BY, LIMIT and DISTINCT.
func (c *checker) modifiers(o object, ctes *scope) {
	what := "ORDER BY, LIMIT or DISTINCT"
	for _, modifier := range c.list(o["modifiers"], what) {
		m := c.object(modifier, what)
		switch c.word(m["type"], what) {
		case "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER":
			c.members(m, what, "type", "limit", "offset")
			c.optional(m["limit"], ctes)
			c.optional(m["offset"], ctes)
		case "DISTINCT_MODIFIER":
			c.members(m, what, "type", "distinct_on_targets")
			c.expressions(m["distinct_on_targets"], ctes)
		case "ORDER_MODIFIER":
			c.order(m, ctes)
		default:
			c.refusal = firstOf(c.refusal, unknown(what))
		}
	}
}

// order judges an ORDER BY.
func (c *checker) order(m object, ctes *scope) {
	what := "ORDER BY"
	c.members(m, what, "type", "orders")
	c.oneOf(m["type"], what, "ORDER_MODIFIER")
	c.orders(m["orders"], ctes)
}

func (c *checker) orders(v any, ctes *scope) {
	what := "ORDER BY"
	for _, entry := range c.list(v, what) {
		e := c.object(entry, what)
		c.members(e, what, "type", "null_order", "expression")
		c.oneOf(e["type"], what, "ORDER_DEFAULT", "ASCENDING", "DESCENDING")
		c.oneOf(e["null_order"], what, "ORDER_DEFAULT", "NULLS FIRST", "NULLS LAST")
		c.expression(e["expression"], ctes)
	}
}

// sample judges USING SAMPLE and TABLESAMPLE.
func (c *checker) sample(v any) {
	if v == nil {
		return
	}
	what := "a sample"
	o := c.object(v, what)
	c.members(o, what, "sample_size", "is_percentage", "method", "seed")
	c.value(o["sample_size"], what)
	c.flag(o["is_percentage"], what)
	c.oneOf(o["method"], what, "System", "Bernoulli", "Reservoir")
	if o["seed"] != nil {
		c.number(o["seed"], what)
	}
}
