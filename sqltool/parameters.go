package sqltool

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// parameter is one parameter of a statement: where its value stands in the input.
type parameter struct {
	path  string
	steps [][]int // of each struct on the way, the index of the field
	typ   reflect.Type
	list  bool
}

// findParameter looks a path up in the input type.
func findParameter(path string, in reflect.Type) (parameter, error) {
	p := parameter{path: path, typ: in}
	var seen string
	for name := range strings.SplitSeq(path, ".") {
		table, err := fields.Of(p.typ)
		if err != nil {
			return p, fmt.Errorf("$%s: %s has no fields: write $%s", path, seen, seen)
		}
		f, ok := table.ByName(name)
		if !ok {
			return p, fmt.Errorf("$%s: %s has no field %q%s: write one of %s", path, in, name, suggest.DidYouMean(name, table.Names()), strings.Join(table.Names(), ", "))
		}
		p.steps, p.typ = append(p.steps, f.Index), f.Type
		seen = strings.TrimPrefix(seen+"."+name, ".")
	}
	p.list = fields.KindOf(p.typ) == fields.List
	return p, nil
}

// value returns the value in an input; invalid behind a nil pointer.
func (p *parameter) value(in reflect.Value) reflect.Value {
	for _, index := range p.steps {
		for _, i := range index {
			in = pointed(in)
			if !in.IsValid() {
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

// binding writes a statement for an engine and collects what is bound to it.
type binding struct {
	engine  Engine
	maxList int
	query   strings.Builder
	args    []any
	numbers map[string]int // of parameters that are already there
}

// bind makes the query and its arguments of one input.
func (s *prepared) bind(in reflect.Value) (query string, args []any, err error) {
	b := binding{engine: s.db.options.Engine, maxList: s.db.options.MaxList, numbers: map[string]int{}}
	for i := range s.text.pieces {
		p := &s.text.pieces[i]
		if p.param == "" {
			b.query.WriteString(p.text)
			continue
		}
		parameter := s.parameters[p.param]
		value := parameter.value(in)
		if parameter.list && p.in {
			err = b.list(p, value)
		} else {
			b.query.WriteString(p.before)
			err = b.scalar(p.param, value)
			b.query.WriteString(p.after)
		}
		if err != nil {
			return "", nil, fmt.Errorf("$%s: %w", p.param, err)
		}
	}
	return b.query.String(), b.args, nil
}

// scalar writes one placeholder for a value.
func (b *binding) scalar(name string, value reflect.Value) error {
	if n, ok := b.numbers[name]; ok {
		b.query.WriteString(b.engine.Placeholder(n, name))
		return nil
	}
	var v any
	if value.IsValid() {
		var err error
		if v, err = b.engine.Bind(value.Interface()); err != nil {
			return err //nolint:wrapcheck // bind says which parameter
		}
	}
	placeholder := b.add(name, v)
	if !strings.Contains(placeholder, "?") {
		b.numbers[name] = len(b.args)
	}
	b.query.WriteString(placeholder)
	return nil
}

// add adds an argument and returns its placeholder.
func (b *binding) add(name string, v any) string {
	placeholder := b.engine.Placeholder(len(b.args)+1, name)
	if strings.HasSuffix(placeholder, name) && name != "" {
		v = sql.Named(name, v)
	}
	b.args = append(b.args, v)
	return placeholder
}

// nothing is a list without elements that every database takes: IN is false of it and NOT IN true.
const nothing = "(SELECT NULL WHERE 1 = 0)"

// list writes IN and its list.
func (b *binding) list(p *piece, value reflect.Value) error {
	n := 0
	if value.IsValid() {
		n = value.Len()
	}
	if n > b.maxList {
		return fmt.Errorf("the list has %d values, at most %d are allowed", n, b.maxList)
	}
	if lister, ok := b.engine.(Lister); ok && value.IsValid() {
		v, err := b.engine.Bind(value.Interface())
		if err != nil {
			return err //nolint:wrapcheck // bind says which parameter
		}
		b.query.WriteString(lister.In(b.add(p.param, v), p.not))
		return nil
	}
	if p.not {
		b.query.WriteString("NOT ")
	}
	b.query.WriteString("IN ")
	if n == 0 {
		b.query.WriteString(nothing)
		return nil
	}
	for i := range n {
		b.query.WriteString([]string{"(", ", "}[min(i, 1)])
		v, err := b.engine.Bind(value.Index(i).Interface())
		if err != nil {
			return err //nolint:wrapcheck // bind says which parameter
		}
		b.query.WriteString(b.add(fmt.Sprintf("%s_%d", p.param, i), v))
	}
	b.query.WriteString(")")
	return nil
}
