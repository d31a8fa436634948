package mcpgov

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// The rows of a result are the elements of the lists that are its members: {"orders": [...]} has as many as there are orders. What is
// listed inside a row is no row.

// listMember is a member of a result that is a list.
type listMember struct {
	name  string
	index []int
}

func listMembers(out reflect.Type) []listMember {
	s, err := fields.Of(out)
	if err != nil {
		return nil // reported with the schema
	}
	var lists []listMember
	for _, f := range s.Fields {
		if f.Type != contentType && fields.KindOf(f.Type) == fields.List {
			lists = append(lists, listMember{f.Name, f.Index})
		}
	}
	return lists
}

// countRows counts the rows that go out. Where nothing was cut, removed or masked of the lists themselves it asks the value instead of
// reading the bytes again.
func (t *surfaces) countRows(out any, m maskedResult) (rows int, err error) {
	if len(t.lists) == 0 {
		return 0, nil
	}
	v := reflect.ValueOf(out)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	changed := m.cut > 0 || slices.ContainsFunc(t.lists, func(l listMember) bool { return slices.Contains(m.touched, l.name) })
	if v.Kind() != reflect.Struct || changed {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(m.body, &members); err != nil {
			return 0, err //nolint:wrapcheck // the caller says of what
		}
		for _, l := range t.lists {
			var elements []json.RawMessage
			if json.Unmarshal(members[l.name], &elements) == nil { // else it was removed, or masked whole
				rows += len(elements)
			}
		}
		return rows, nil
	}
	for _, l := range t.lists {
		list, err := v.FieldByIndexErr(l.index)
		if err != nil {
			continue // in an embedded pointer that is nil
		}
		for list.Kind() == reflect.Pointer && !list.IsNil() {
			list = list.Elem()
		}
		if list.Kind() == reflect.Slice || list.Kind() == reflect.Array {
			rows += list.Len()
		}
	}
	return rows, nil
}
