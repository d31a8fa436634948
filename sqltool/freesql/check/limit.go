package check

import (
	"encoding/json"
	"strconv"
)

// limitRows makes the statement give at most one row more than most. It adds to the outermost query and not around it, so that names and
// order of columns stay what they are.
func limitRows(statement object, most int) {
	node, _ := statement["node"].(object)
	modifiers, _ := node["modifiers"].([]any)
	for _, modifier := range modifiers {
		m, _ := modifier.(object)
		switch m["type"] {
		case "LIMIT_PERCENT_MODIFIER":
			statement["node"] = around(node, most)
			return
		case "LIMIT_MODIFIER":
			if m["limit"] == nil {
				m["limit"] = wholeNumber(int64(most) + 1)
				return
			}
			if n, ok := constantInteger(m["limit"]); !ok || n < 0 || n > int64(most) {
				statement["node"] = around(node, most)
			}
			return
		default:
		}
	}
	node["modifiers"] = append(modifiers, object{"type": "LIMIT_MODIFIER", "limit": wholeNumber(int64(most) + 1), "offset": nil})
}

// around puts a query with a limit around a node.
func around(node object, most int) object {
	node = selectOf([]any{star()}, subqueryOf(node, reserved+"_all"), nil)
	node["modifiers"] = []any{object{"type": "LIMIT_MODIFIER", "limit": wholeNumber(int64(most) + 1), "offset": nil}}
	return node
}

// ordered reports whether the outermost query says in which order its rows come.
func ordered(statement object) bool {
	node, _ := statement["node"].(object)
	modifiers, _ := node["modifiers"].([]any)
	for _, modifier := range modifiers {
		if m, _ := modifier.(object); m["type"] == "ORDER_MODIFIER" {
			return true
		}
	}
	return false
}

// resultColumns gives the names of the result's columns if the outermost query names each: by an alias, or by being a plain column.
func resultColumns(statement object) []string {
	node, _ := statement["node"].(object)
	for node["type"] == "SET_OPERATION_NODE" && node["setop_type"] != "UNION_BY_NAME" {
		node, _ = node["left"].(object)
	}
	selected, _ := node["select_list"].([]any)
	var names []string
	for _, entry := range selected {
		e, _ := entry.(object)
		name, _ := e["alias"].(string)
		if columns, _ := e["column_names"].([]any); name == "" && len(columns) > 0 {
			name, _ = columns[len(columns)-1].(string)
		}
		if name == "" {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// integer reads a whole number of the tree.
func integer(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	return i, err == nil
}

// constantInteger reads an expression that is a whole number.
func constantInteger(v any) (int64, bool) {
	o, _ := v.(object)
	if o["class"] != "CONSTANT" {
		return 0, false
	}
	value, _ := o["value"].(object)
	kind, _ := value["type"].(object)
	switch kind["id"] {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
		return integer(value["value"])
	}
	return 0, false
}

// constantText reads an expression that is a text.
func constantText(v any) (string, bool) {
	o, _ := v.(object)
	if o["class"] != "CONSTANT" {
		return "", false
	}
	value, _ := o["value"].(object)
	kind, _ := value["type"].(object)
	s, ok := value["value"].(string)
	return s, ok && kind["id"] == "VARCHAR"
}
