package schema

import (
	"fmt"
	"reflect"
	"strings"
)

// names gives every struct type, in every state, a name of its own in $defs: two types called Item in two packages
// are two definitions, and a generic Page[example.com/crm.Order] is Page_Order.
type names struct {
	taken map[string]bool
}

// of returns a fresh name for t. suffix tells a widened copy from the type as written.
func (n *names) of(t reflect.Type, suffix string) string {
	base := sanitizeName(t.Name()) + suffix
	name := base
	for i := 2; n.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	n.taken[name] = true
	return name
}

// sanitizeName keeps what may stand in a reference unescaped, and of each package path nothing: what Go calls
//
//	Page[example.com/crm.Order]   Pair[string,[]example.com/crm.Item]
//
// is called Page_Order and Pair_string_Item. Names are for people who read the schema; uniqueness comes from counting.
func sanitizeName(name string) string {
	if name == "" { // a struct without a name, written where it is used
		return "Object"
	}
	words := strings.FieldsFunc(name, func(r rune) bool {
		ok := r == '_' || r == '-' || r == '.' || r == '/' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		return !ok
	})
	for i, w := range words {
		w = w[strings.LastIndexByte(w, '/')+1:]
		words[i] = w[strings.LastIndexByte(w, '.')+1:]
	}
	if joined := strings.Join(words, "_"); joined != "" {
		return joined
	}
	return "Object"
}
