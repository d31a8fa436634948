package check

import (
	"bytes"
	"encoding/json"
	"slices"
)

const (
	rowTable   = reserved + "_row"     // the table that a filter or a mask speaks of
	rowVisible = reserved + "_visible" // whether the filter lets a row through
)

// rewrite gives what stands in the place of a table that may be read: the table, its view's statement, or what its TableView shows of either.
func (c *checker) rewrite(o object, name string) object {
	view, isView := View{}, false
	if c.rules.Views != nil && !c.rules.Definer[name] {
		view, isView = c.rules.Views(name)
	}
	shown, isShown := c.rules.Rewrites[name]
	if !isView && (!isShown || shown.Columns == nil && shown.Filter == nil) {
		return o
	}
	source := object{
		"type": "BASE_TABLE", "alias": rowTable, "sample": nil, "catalog_name": o["catalog_name"], "schema_name": o["schema_name"],
		"table_name": o["table_name"], "column_name_alias": []any{}, "at_clause": nil,
	}
	if isView {
		source = c.expand(view, name)
	}
	query := selectOf([]any{star()}, source, nil)
	if isShown && (shown.Columns != nil || shown.Filter != nil) {
		query = c.show(shown, name, source)
	}
	if c.refusal != nil {
		return o
	}
	alias := o["alias"]
	if alias == nil || alias == "" {
		alias = o["table_name"]
		c.seen[name] = true
	}
	subquery := subqueryOf(query, "")
	subquery["alias"], subquery["sample"], subquery["column_name_alias"] = alias, o["sample"], o["column_name_alias"]
	return subquery
}

// show is the query that gives the visible columns of the visible rows.
//
// The filter does two things. It removes the hidden rows, and it makes every column of a hidden row NULL: the engine may try a condition of
// the statement before the filter, and then an error or its absence would tell of a value that nobody may see.
func (c *checker) show(shown TableView, name string, source object) object {
	if len(shown.Columns) == 0 {
		c.refuse(CodeRules, "the table "+quoted(name)+" cannot be read here", "")
		return nil
	}
	filtered := shown.Filter != nil
	if filtered {
		filter := c.trusted(shown.Filter, name)
		filter["alias"] = rowVisible
		source = subqueryOf(selectOf([]any{star(), filter}, source, nil), rowTable)
	}
	var columns []any
	for _, column := range shown.Columns {
		seen := columnOf(column.Name)
		if column.Mask != nil {
			seen = c.trusted(column.Mask, name)
		}
		if filtered {
			seen = whenTrue(columnOf(rowVisible), seen, nil)
		}
		seen["alias"] = column.Name
		columns = append(columns, seen)
	}
	if !filtered {
		return selectOf(columns, source, nil)
	}
	return selectOf(columns, source, columnOf(rowVisible))
}

// trusted reads an expression of the rules. One that still has a parameter would let everything or nothing through, nobody knows which.
func (c *checker) trusted(expression json.RawMessage, name string) object {
	var o object
	decoder := json.NewDecoder(bytes.NewReader(expression))
	decoder.UseNumber()
	if err := decoder.Decode(&o); err != nil || o == nil || holds(o, "PARAMETER") {
		c.refuse(CodeRules, "the table "+quoted(name)+" cannot be read here", "")
		return object{}
	}
	return o
}

// holds reports whether an expression of the class stands anywhere in v.
func holds(v any, class string) bool {
	switch v := v.(type) {
	case object:
		if v["class"] == class {
			return true
		}
		for _, member := range v {
			if holds(member, class) {
				return true
			}
		}
	case []any:
		for _, element := range v {
			if holds(element, class) {
				return true
			}
		}
	}
	return false
}

// expand is the statement of a view as a part of FROM. It is judged like the statement that reads it, for the same caller, but sees none of
// its common table expressions.
func (c *checker) expand(view View, name string) object {
	before, depth := c.views, c.lambdas
	schema := c.schema
	if slices.Contains(c.views, name) {
		c.refuse(CodeView, "the view "+quoted(name)+" reads itself", "")
		return nil
	}
	if len(c.views) >= maxViews {
		c.refuse(CodeSize, "views stand on too many views", "read a table nearer to the data")
		return nil
	}
	statement, err := decode(view.Tree)
	if err != nil {
		c.refuse(CodeView, "the view "+quoted(name)+" cannot be read here", "")
		return nil
	}
	refused := c.refusal != nil
	c.views, c.lambdas, c.schema = append(slices.Clip(before), name), 0, view.Schema
	c.statement(statement, nil)
	c.views, c.lambdas, c.schema = before, depth, schema
	if !refused && c.refusal != nil {
		// What stands beneath a view is its maker's affair: the refusal names the outermost view, which the statement itself holds.
		if c.refusal.Code != CodeSize {
			c.refusal = &Refusal{Code: CodeView, Message: "the view " + quoted(name) + " reads what may not be read here"}
		}
		return nil
	}
	node, _ := statement["node"].(object)
	source := subqueryOf(node, rowTable)
	columns := make([]any, len(view.Columns))
	for i, column := range view.Columns {
		columns[i] = column
	}
	source["column_name_alias"] = columns
	return source
}

// shortenColumns makes references like schema.table.column fit where the table became a subquery, which has no schema.
func (c *checker) shortenColumns() {
	for _, o := range c.columns {
		names, _ := o["column_names"].([]any)
		name := func(i int) string { s, _ := names[i].(string); return ruleName(s) }
		switch {
		case c.seen[name(0)+"."+name(1)]:
			o["column_names"] = names[1:]
		case len(names) > 3 && name(0) == ruleName(c.rules.Catalog) && c.seen[name(1)+"."+name(2)]:
			o["column_names"] = names[2:]
		}
	}
}
