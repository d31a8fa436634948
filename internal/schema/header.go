package schema

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// headerKey marks an argument that clients repeat as an HTTP header (Mcp-Param-...), so that proxies can route by it.
const headerKey = "x-mcp-header"

// headers finds fields that are copied into HTTP headers although a field above them carries a label: proxies would log
// what the label protects. A type may be used below a label and beside it, so it is walked once for each.
func (s *survey) headers(t reflect.Type) {
	type visit struct {
		typ     reflect.Type
		labelBy string // the labelled field above, "" for none
	}
	seen := map[visit]bool{}
	var walk func(reflect.Type, string)
	walk = func(t reflect.Type, label string) {
		t = fields.Deref(t)
		switch fields.KindOf(t) {
		case fields.List, fields.Map:
			walk(t.Elem(), label)
			return
		case fields.Object:
		default:
			return
		}
		if seen[visit{t, label}] {
			return
		}
		seen[visit{t, label}] = true
		table, _ := fields.Inspect(t)
		for i := range table.Fields {
			f := &table.Fields[i]
			if label != "" && i < len(s.tags[t]) && s.tags[t][i].toHeader() {
				s.fault(t, f.GoName, fmt.Errorf("jsonschema tag: %s copies the value into an HTTP header, where proxies log it; "+
					"it lies in %s, which is labelled in its gov tag: remove one of the two", headerKey, label))
			}
			below := label
			if below == "" && f.Gov.Sensitive() {
				below = fmt.Sprintf("%s.%s", t, f.GoName)
			}
			walk(f.Type, below)
		}
	}
	walk(t, "")
}

// toHeader reports whether clients copy the field into a header.
func (t *tag) toHeader() bool {
	for key := range t.extras {
		if strings.EqualFold(key, headerKey) {
			return true
		}
	}
	return false
}
