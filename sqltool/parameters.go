package sqltool

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// parameter is one parameter of a statement: where its value stands in the input.
type parameter struct {
	path  string
	steps [][]int      // of each struct on the way, the index of the field
	keys  []string     // of an input that is a map: the keys on the way
	typ   reflect.Type // nil if only the call tells
}

// isList reports whether values of a type are lists; bytes are not.
func isList(t reflect.Type) bool { return t != nil && fields.KindOf(t) == fields.List }

// findParameter looks a path up in the input type.
func findParameter(path string, in reflect.Type) (*parameter, error) {
	p := &parameter{path: path, typ: in}
	if in.Kind() == reflect.Map {
		p.keys, p.typ = strings.Split(path, "."), nil
		return p, nil
	}
	seen := ""
	for name := range strings.SplitSeq(path, ".") {
		if fields.KindOf(p.typ) != fields.Object {
			return nil, fmt.Errorf("$%s: %s has no fields: write $%s", path, seen, seen)
		}
		table, err := fields.Inspect(p.typ)
		if table == nil {
			return nil, err //nolint:wrapcheck // it names the type
		}
		f, ok := table.ByName(name)
		if !ok {
			return nil, fmt.Errorf("$%s: %s has no field %q%s: its fields are %s", path, p.typ, name, suggest.DidYouMean(name, table.Names()), strings.Join(table.Names(), ", "))
		}
		p.steps, p.typ = append(p.steps, f.Index), f.Type
		seen = strings.TrimPrefix(seen+"."+name, ".")
	}
	return p, nil
}

// value returns the value in an input; invalid behind a nil pointer and of a key that is not there.
func (p *parameter) value(in reflect.Value) reflect.Value {
	for _, key := range p.keys {
		if in = pointed(in); in.Kind() != reflect.Map || in.Type().Key().Kind() != reflect.String {
			return reflect.Value{}
		}
		in = in.MapIndex(reflect.ValueOf(key).Convert(in.Type().Key()))
	}
	for _, index := range p.steps {
		for _, i := range index {
			if in = pointed(in); !in.IsValid() {
				return in
			}
			in = in.Field(i)
		}
	}
	return pointed(in)
}

// pointed follows pointers and interfaces; nil ones give the invalid value.
func pointed(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}

// notForSQL is the tag of input fields that the statement does not need: only rules, Validate or people read them.
const notForSQL = "-"

// unused lists the fields of an input that no parameter names.
func unused(in reflect.Type, prefix string, used []string) []string {
	table, err := fields.Inspect(in)
	if table == nil || err != nil && len(table.Fields) == 0 {
		return nil
	}
	var faults []string
	for i := range table.Fields {
		f := &table.Fields[i]
		path := prefix + f.Name
		inside := func(u string) bool { return strings.HasPrefix(u, path+".") }
		switch {
		case f.Tag.Get("sql") == notForSQL || slices.Contains(used, path):
		case slices.ContainsFunc(used, inside):
			faults = append(faults, unused(fields.Deref(f.Type), path+".", used)...)
		default:
			faults = append(faults, fmt.Sprintf("field %q of the input is no parameter%s: write $%s in the statement, or tag the field sql:\"-\"",
				path, suggest.DidYouMean(path, used), path))
		}
	}
	return faults
}
