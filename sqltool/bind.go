package sqltool

import (
	"database/sql"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// binding writes a statement for an engine and collects what is bound to it.
type binding struct {
	engine  Engine
	maxList int
	write   bool // false: the query is known, only the arguments are wanted
	sample  bool // there are no values: every list has one element
	query   strings.Builder
	args    []any
	paths   []string       // of each argument, the parameter it is for
	numbers map[string]int // of parameters that are already there
}

// bind makes the query and its arguments of one input. The query of statements without lists that are written out is always the same.
func (p *prepared) bind(in reflect.Value) (query string, args []any, err error) {
	b := binding{engine: p.db.options.Engine, maxList: p.db.options.MaxList, write: p.query == ""}
	if err := b.statement(p, in); err != nil {
		return "", nil, err
	}
	if !b.write {
		return p.query, b.args, nil
	}
	return b.query.String(), b.args, nil
}

func (b *binding) statement(p *prepared, in reflect.Value) error {
	for i := range p.text.pieces {
		piece := &p.text.pieces[i]
		if piece.param == "" {
			b.text(piece.text)
			continue
		}
		parameter := p.parameters[piece.param]
		var value reflect.Value
		if in.IsValid() {
			value = parameter.value(in)
		}
		var err error
		if piece.in && (isList(parameter.typ) || value.IsValid() && isList(value.Type())) {
			err = b.list(piece, value)
		} else {
			b.text(piece.before)
			err = b.scalar(piece.param, value)
			b.text(piece.after)
		}
		if err != nil {
			return fmt.Errorf("statement %q: $%s: %w", p.statement.Name, piece.param, err)
		}
	}
	return nil
}

func (b *binding) text(s string) {
	if b.write {
		b.query.WriteString(s)
	}
}

// scalar writes one placeholder for a value.
func (b *binding) scalar(name string, value reflect.Value) error {
	if n, ok := b.numbers[name]; ok {
		b.text(b.engine.Placeholder(n, bare(name)))
		return nil
	}
	v, err := b.bound(value)
	if err != nil {
		return err
	}
	placeholder := b.add(name, name, v)
	if n := len(b.args); b.engine.Placeholder(n+1, "") != b.engine.Placeholder(n, "") || strings.HasSuffix(placeholder, bare(name)) {
		if b.numbers == nil {
			b.numbers = map[string]int{}
		}
		b.numbers[name] = n
	}
	b.text(placeholder)
	return nil
}

// bound is the engine's form of a value; nil is NULL.
func (b *binding) bound(value reflect.Value) (any, error) {
	if !value.IsValid() {
		return nil, nil //nolint:nilnil // NULL
	}
	if n := tooMany(value, b.maxList); n > 0 {
		return nil, &tellable{fmt.Sprintf("a list of the arguments has %d values, at most %d are allowed", n, b.maxList)}
	}
	v, err := b.engine.Bind(value.Interface())
	if err != nil {
		return nil, fmt.Errorf("%s cannot be bound: %w", value.Type(), err)
	}
	return v, nil
}

// tooMany returns the length of a list that is too long, else 0.
func tooMany(value reflect.Value, most int) int {
	if fields.KindOf(value.Type()) == fields.List && value.Len() > most {
		return value.Len()
	}
	return 0
}

// bare is a parameter's name as one word, for engines that write names.
func bare(name string) string { return strings.ReplaceAll(name, ".", "__") }

// add adds an argument and returns its placeholder.
func (b *binding) add(path, name string, v any) string {
	name = bare(name)
	placeholder := b.engine.Placeholder(len(b.args)+1, name)
	if strings.HasSuffix(placeholder, name) {
		v = sql.Named(name, v)
	}
	b.args, b.paths = append(b.args, v), append(b.paths, path)
	return placeholder
}

// emptyList is a list without elements that every database takes: IN is false of it and NOT IN true.
const emptyList = "(SELECT NULL WHERE 1 = 0)"

// list writes IN and its list.
func (b *binding) list(p *piece, value reflect.Value) error {
	if lister, ok := b.engine.(Lister); ok {
		v, err := b.bound(value)
		if err != nil {
			return err
		}
		b.text(lister.In(b.add(p.param, p.param, v), p.not))
		return nil
	}
	n := 0
	if value.IsValid() {
		n = value.Len()
	}
	if b.sample {
		n = 1
	}
	if n > b.maxList {
		return &tellable{fmt.Sprintf("a list of the arguments has %d values, at most %d are allowed", n, b.maxList)}
	}
	if p.not {
		b.text("NOT ")
	}
	b.text("IN ")
	if n == 0 {
		b.text(emptyList)
		return nil
	}
	b.text("(")
	for i := range n {
		if i > 0 {
			b.text(", ")
		}
		var element reflect.Value
		if value.IsValid() && i < value.Len() {
			element = pointed(value.Index(i))
		}
		v, err := b.bound(element)
		if err != nil {
			return err
		}
		b.text(b.add(p.param, p.param+"_"+strconv.Itoa(i), v))
	}
	b.text(")")
	return nil
}
