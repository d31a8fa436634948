package check

import (
	"slices"
	"strings"
)

// function judges a call.
func (c *checker) function(o object, ctes *scope) size {
	what := "a function"
	c.members(o, what, "class", "type", "alias", "function_name", "schema", "children", "filter", "order_bys", "distinct", "is_operator", "export_state", "catalog")
	if c.flag(o["export_state"], what) {
		c.refuse(CodeSyntax, "EXPORT_STATE is not supported here", "ask for the result of the aggregate")
	}
	c.flag(o["distinct"], what)
	c.flag(o["is_operator"], what)
	name := c.call(o)
	growing := c.growing
	sizes := c.expressions(o["children"], ctes)
	c.optional(o["filter"], ctes)
	if o["order_bys"] != nil {
		c.order(c.object(o["order_bys"], what), ctes)
	}
	args := c.list(o["children"], what)
	if name == "list_reduce" || name == "array_reduce" || name == "reduce" {
		c.reduction(args, c.growing > growing)
	}
	return c.grown(name, args, sizes)
}

// window judges a call with OVER.
func (c *checker) window(o object, ctes *scope) size {
	what := "a window function"
	c.members(o, what, "class", "type", "alias", "function_name", "schema", "catalog", "children", "partitions", "orders", "start", "end",
		"start_expr", "end_expr", "offset_expr", "default_expr", "ignore_nulls", "filter_expr", "exclude_clause", "distinct", "arg_orders")
	c.oneOf(o["type"], what, "WINDOW_AGGREGATE", "WINDOW_ROW_NUMBER", "WINDOW_RANK", "WINDOW_RANK_DENSE", "WINDOW_PERCENT_RANK", "WINDOW_CUME_DIST",
		"WINDOW_NTILE", "WINDOW_LEAD", "WINDOW_LAG", "WINDOW_FIRST_VALUE", "WINDOW_LAST_VALUE", "WINDOW_NTH_VALUE", "WINDOW_FILL")
	for _, bound := range []string{"start", "end"} {
		c.oneOf(o[bound], what, "UNBOUNDED_PRECEDING", "UNBOUNDED_FOLLOWING", "CURRENT_ROW_RANGE", "CURRENT_ROW_ROWS", "CURRENT_ROW_GROUPS",
			"EXPR_PRECEDING_ROWS", "EXPR_FOLLOWING_ROWS", "EXPR_PRECEDING_RANGE", "EXPR_FOLLOWING_RANGE", "EXPR_PRECEDING_GROUPS", "EXPR_FOLLOWING_GROUPS")
	}
	c.oneOf(o["exclude_clause"], what, "", "NO_OTHER", "CURRENT_ROW", "GROUP", "TIES")
	c.flag(o["ignore_nulls"], what)
	c.flag(o["distinct"], what)
	name := c.call(o)
	sizes := c.expressions(o["children"], ctes)
	c.expressions(o["partitions"], ctes)
	c.orders(o["orders"], ctes)
	c.orders(o["arg_orders"], ctes)
	for _, part := range []string{"start_expr", "end_expr", "offset_expr", "default_expr", "filter_expr"} {
		sizes = append(sizes, c.optional(o[part], ctes))
	}
	return c.grown(name, c.list(o["children"], what), sizes)
}

// call judges the name of a function, and its arguments where their values decide what it does or costs. It gives the name of a built-in in
// lower case, and nothing for other functions.
func (c *checker) call(o object) string {
	what := "a function"
	name, schema, catalog := c.word(o["function_name"], what), c.word(o["schema"], what), c.word(o["catalog"], what)
	if c.refusal != nil {
		return ""
	}
	folded := fold(name)
	if s := fold(schema); catalog != "" || s != "" && s != "main" {
		if full := s + "." + folded; catalog == "" && c.rules.Functions[full] {
			c.functions[full] = true
			return ""
		}
		c.refuse(CodeFunction, "the function "+quoted(schema+"."+name)+" may not be called here", "write f(x), neither x.f() nor schema.f(x)")
		return ""
	}
	allow, named := c.rules.Functions[folded]
	switch {
	case named && allow:
		c.functions[folded] = true
		return ""
	case named, c.rules.Defined[folded], !builtin(folded):
		c.refuse(CodeFunction, "the function "+quoted(name)+" may not be called here", insteadOf(folded))
		return ""
	default:
		c.arguments(folded, c.list(o["children"], what))
	}
	c.functions[folded] = true
	return folded
}

// insteadOf says what to write instead of some functions that are asked for often.
func insteadOf(name string) string {
	if instead := ofDuckDB(name); instead != "" {
		return "write " + instead
	}
	switch {
	case !refused(name):
		return "use a built-in function of DuckDB"
	case slices.Contains([]string{"levenshtein", "damerau_levenshtein", "editdist3", "jaccard", "jaro_similarity", "jaro_winkler_similarity"}, name):
		return "compare with ILIKE, starts_with or regexp_matches"
	case slices.Contains([]string{"from_json", "from_json_strict", "json_transform", "json_transform_strict"}, name):
		return "use json_extract, json_extract_string or the arrows -> and ->>"
	case strings.HasPrefix(name, "enum_"):
		return "write the values"
	}
	return "leave it out: it tells of the engine, not of the data, or its cost is not bounded"
}

// ofDuckDB is what DuckDB has in place of a function of another system.
func ofDuckDB(name string) string {
	switch name {
	case "to_char", "date_format", "format_date", "format_datetime":
		return "strftime(x, '%Y-%m-%d')"
	case "to_date", "str_to_date", "parse_date", "parse_datetime":
		return "strptime(text, '%Y-%m-%d')"
	case "dateadd", "adddate", "timestampadd":
		return "x + INTERVAL 1 DAY"
	case "timestampdiff":
		return "date_diff('day', a, b)"
	case "getdate", "sysdate", "curdate":
		return "current_date or now()"
	case "nvl", "isnull":
		return "coalesce(a, b)"
	case "charindex", "locate":
		return "strpos(text, part)"
	case "substring_index":
		return "split_part(text, separator, 1)"
	case "regexp_substr":
		return "regexp_extract(text, pattern)"
	case "json_agg", "jsonb_agg", "collect_list":
		return "list(x)"
	case "percentile", "percentile_approx", "approx_percentile":
		return "quantile_cont(x, 0.9)"
	case "safe_cast":
		return "TRY_CAST(x AS type)"
	case "width_bucket":
		return "floor((x - low) / width)"
	}
	return ""
}
