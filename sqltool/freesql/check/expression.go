package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// this is how an expression of the rules names the row it speaks of.
const this = "this"

// Expression takes a filter or a mask out of the tree of the statement SELECT (expression), as json_serialize_sql gives it, and makes it fit
// for [TableView.Filter] and [Column.Mask]. The text of the expression is trusted: it may read any table and call any function.
//
// Columns of the row are named alone or after "this": region, or this.region. Within a subquery every column is named with its table, and
// the row's with "this"; every table of it is named with its schema. So nothing of the statement that the expression will stand in can
// take the place of a column that the table has lost.
//
//	region = $region
//	EXISTS (SELECT 1 FROM acl.grants AS g WHERE g.person = $user AND g.region = this.region)
//
// Parameters such as $region are given values by [Bind].
func Expression(tree []byte) (json.RawMessage, error) {
	statement, refusal := decode(tree)
	if refusal != nil {
		return nil, refusal
	}
	node, _ := statement["node"].(object)
	selected, _ := node["select_list"].([]any)
	for _, part := range []string{"modifiers", "where_clause", "group_expressions", "having", "sample", "qualify"} {
		if says(node[part]) {
			return nil, errors.New("check: a filter or mask is one expression: give the tree of SELECT (expression)")
		}
	}
	from, _ := node["from_table"].(object)
	if len(selected) != 1 || node["type"] != "SELECT_NODE" || from["type"] != "EMPTY" {
		return nil, errors.New("check: a filter or mask is one expression: give the tree of SELECT (expression)")
	}
	if err := fix(selected[0], place{}); err != nil {
		return nil, fmt.Errorf("check: a filter or mask: %w", err)
	}
	return encode(selected[0])
}

// place is where a part of a trusted expression stands.
type place struct {
	bound    []string // names of lambdas around it
	subquery bool     // in a subquery of the expression
	lambdas  bool     // an argument of a function that takes lambdas
}

// fix makes the names of a trusted expression mean the same wherever it stands.
func fix(v any, at place) error {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			if err := fix(element, at); err != nil {
				return err
			}
		}
	case object:
		delete(v, "query_location")
		return fixObject(v, at)
	}
	return nil
}

func fixObject(o object, at place) error {
	lambdas := at.lambdas
	at.lambdas = false
	inside := at // where the members stand
	switch o["class"] {
	case "COLUMN_REF":
		return fixColumn(o, at)
	case "LAMBDA":
		if lambdas {
			inside.bound = append(slices.Clip(at.bound), parameters(o["lhs"])...)
			return fix(o["expr"], inside)
		}
	case "STAR":
		if !at.subquery {
			return errors.New("a star stands for more than one column")
		}
		if table, _ := o["relation_name"].(string); table != "" {
			o["relation_name"] = reserved + "_" + table
		}
	case "SUBQUERY":
		inside.subquery = true
	}
	if m, ok := o["cte_map"].(object); ok && says(m["map"]) {
		return errors.New("WITH is not supported in it: write subqueries")
	}
	if err := fixTable(o); err != nil {
		return err
	}
	for name, member := range o {
		stands := inside
		switch name {
		case "child":
			stands = at // the left side of IN (SELECT ...) stands outside
		case "children":
			function, _ := o["function_name"].(string)
			stands.lambdas = takesLambda(fold(function))
		}
		if err := fix(member, stands); err != nil {
			return err
		}
	}
	return nil
}

// takesLambda tells a lambda from the arrow of JSON, which the parser cannot: list_filter(tags, x -> x = 'a') and data -> 'a'.
func takesLambda(name string) bool {
	for _, prefix := range []string{"list_", "array_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	switch name {
	case "transform", "apply", "filter", "reduce":
		return true
	}
	return false
}

// fixTable gives a table of a subquery a name that no statement can use.
func fixTable(o object) error {
	if !isTable(o) {
		return nil
	}
	alias, _ := o["alias"].(string)
	if o["type"] == "BASE_TABLE" {
		if o["schema_name"] == "" {
			return fmt.Errorf("name the table %v with its schema", o["table_name"])
		}
		if alias == "" {
			alias, _ = o["table_name"].(string)
		}
	}
	if alias != "" {
		o["alias"] = reserved + "_" + alias
	}
	return nil
}

// isTable reports whether a node is a part of FROM: those have a sample, and no class.
func isTable(o object) bool {
	_, sampled := o["sample"]
	_, selects := o["select_list"]
	return o["class"] == nil && sampled && !selects
}

func fixColumn(o object, at place) error {
	names, _ := o["column_names"].([]any)
	if len(names) == 0 {
		return errors.New("a column has no name")
	}
	first, _ := names[0].(string)
	call := callOfWord(fold(first))
	switch {
	case len(names) == 1 && call != "":
		alias := o["alias"]
		clear(o)
		maps.Copy(o, callOf(call, false))
		o["alias"] = alias
	case fold(first) == this && len(names) > 1:
		o["column_names"] = append([]any{rowTable}, names[1:]...)
	case slices.Contains(at.bound, fold(first)):
	case !at.subquery:
		o["column_names"] = append([]any{rowTable}, names...)
	case len(names) < 2:
		return fmt.Errorf("within a subquery name the column %s with its table, or as this.%s if it is the row's", first, first)
	default:
		names[0] = reserved + "_" + first
	}
	return nil
}

// callOfWord is the function that a word without parentheses stands for, which the parser takes for a column.
func callOfWord(word string) string {
	switch word {
	case "current_date":
		return "today"
	case "current_timestamp":
		return "now"
	case "current_time":
		return "get_current_time"
	case "localtime":
		return "current_localtime"
	case "localtimestamp":
		return "current_localtimestamp"
	}
	return ""
}

// parameters are the names that a lambda binds: one column without a table, or a row of them.
func parameters(v any) []string {
	o, _ := v.(object)
	if names, _ := o["column_names"].([]any); len(names) == 1 {
		name, _ := names[0].(string)
		return []string{fold(name)}
	}
	var all []string
	children, _ := o["children"].([]any)
	for _, child := range children {
		all = append(all, parameters(child)...)
	}
	return all
}

// copyOf gives a tree that can be changed.
func copyOf(expression json.RawMessage) (any, error) {
	var v any
	decoder := json.NewDecoder(bytes.NewReader(expression))
	decoder.UseNumber()
	err := decoder.Decode(&v)
	return v, err
}
