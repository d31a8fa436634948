package check

import (
	"encoding/json"
	"maps"
)

// writeNumbers makes casts of the constants that the engine would write as numbers of another type: 1e3 as 1000.0, which it reads as a
// DECIMAL, and 5. as 5, which it reads as an INTEGER. Sums and products of those would round, overflow and be answered otherwise than
// the statement says.
func writeNumbers(v any) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			writeNumbers(element)
		}
	case object:
		if n, kind := retyped(v); kind != nil {
			alias := v["alias"]
			clear(v)
			maps.Copy(v, castTo(text(n.String()), ""))
			v["alias"], v["cast_type"] = alias, kind
			return
		}
		for _, member := range v {
			writeNumbers(member)
		}
	}
}

// retyped is the number and its type, if a node is such a constant.
func retyped(o object) (json.Number, object) {
	value, _ := o["value"].(object)
	kind, _ := value["type"].(object)
	info, _ := kind["type_info"].(object)
	n, ok := value["value"].(json.Number)
	scale, known := integer(info["scale"])
	if ok && o["class"] == "CONSTANT" && (kind["id"] == "DOUBLE" || kind["id"] == "DECIMAL" && known && scale == 0) {
		return n, kind
	}
	return "", nil
}
