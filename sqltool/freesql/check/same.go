package check

import (
	"bytes"
	"reflect"
	"slices"
)

// Same reports whether tree, which json_serialize_sql gave for the text that json_deserialize_sql made of c.Tree, is the checked statement.
// The engine writes a statement as text before it runs; this proves that nothing in it, however it was quoted, means something else when it
// is read again. A nil error means that the text may run; else it is a [*Refusal].
func (c Checked) Same(tree []byte) error {
	want, err := decode(c.Tree)
	if err != nil {
		return err
	}
	got, err := decode(tree)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(plain(want), plain(got)) {
		return unknown("the statement")
	}
	return nil
}

// plain brings a tree into a form in which two that mean the same are equal: without places in the text, and without members that say nothing.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		for i, element := range v {
			v[i] = plain(element)
		}
		return v
	case object:
		delete(v, "query_location")
		delete(v, "is_operator") // how a call is written: a + b, or +(a, b)
		for name, member := range v {
			if member = plain(member); says(member) {
				v[name] = member
			} else {
				delete(v, name)
			}
		}
		if v["class"] == "STAR" {
			for _, set := range []string{"exclude_list", "qualified_exclude_list", "replace_list", "rename_list"} {
				sortSet(v[set])
			}
		}
		return truth(withoutSubquery(v))
	}
	return v
}

// sortSet puts what the engine keeps without an order into one.
func sortSet(v any) {
	set, _ := v.([]any)
	slices.SortFunc(set, func(a, b any) int {
		x, _ := encode(a) // plain values: they can be written
		y, _ := encode(b)
		return bytes.Compare(x, y)
	})
}

// truth gives the constants true and false for the casts of 't' and 'f' that the parser makes of the words.
func truth(o object) object {
	kind, _ := o["cast_type"].(object)
	s, ok := constantText(o["child"])
	if o["class"] != "CAST" || !ok || kind["id"] != "BOOLEAN" || len(kind) != 1 || says(o["try_cast"]) || says(o["alias"]) || s != "t" && s != "f" {
		return o
	}
	v := constant("BOOLEAN", s == "t")
	delete(v, "alias")
	p, _ := plain(v).(object)
	return p
}

// withoutSubquery gives VALUES for (SELECT * FROM VALUES): the engine writes the one as the other.
func withoutSubquery(o object) object {
	subquery, _ := o["subquery"].(object)
	node, _ := subquery["node"].(object)
	values, _ := node["from_table"].(object)
	if o["type"] != "SUBQUERY" || values["type"] != "EXPRESSION_LIST" || o["alias"] != values["alias"] || len(o) != 3 {
		return o
	}
	star, _ := plain(star()).(object)
	if reflect.DeepEqual(node, object{
		"type": "SELECT_NODE", "select_list": []any{star}, "from_table": values, "aggregate_handling": "STANDARD_HANDLING",
	}) {
		return values
	}
	return o
}
