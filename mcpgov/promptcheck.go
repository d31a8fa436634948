package mcpgov

import (
	"reflect"
	"text/template"
	"text/template/parse"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// templateCheck looks for fields that a message reads and its data does not have, so that New says so and not the thousandth reader.
type templateCheck struct {
	root  reflect.Type
	fault func(string, ...any)
}

// checkTemplate checks a message against the type it is filled in with.
func checkTemplate(t *template.Template, data reflect.Type, fault func(string, ...any)) {
	if t.Tree == nil || t.Root == nil {
		return // an empty text
	}
	c := templateCheck{data, fault}
	c.list(t.Root, data)
}

func (c *templateCheck) list(list *parse.ListNode, dot reflect.Type) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.ActionNode:
			c.pipe(n.Pipe, dot)
		case *parse.IfNode:
			c.pipe(n.Pipe, dot)
			c.list(n.List, dot)
			c.list(n.ElseList, dot)
		case *parse.WithNode:
			c.list(n.List, c.pipe(n.Pipe, dot))
			c.list(n.ElseList, dot)
		case *parse.RangeNode:
			c.list(n.List, element(c.pipe(n.Pipe, dot)))
			c.list(n.ElseList, dot)
		case *parse.TemplateNode:
			c.pipe(n.Pipe, dot)
		}
	}
}

// pipe checks a pipeline and returns the type of its value; nil where that is not known.
func (c *templateCheck) pipe(p *parse.PipeNode, dot reflect.Type) reflect.Type {
	if p == nil {
		return nil
	}
	var value reflect.Type
	for _, command := range p.Cmds {
		for _, argument := range command.Args {
			value = c.value(argument, dot)
		}
		if len(command.Args) > 1 {
			value = nil // a function's
		}
	}
	if len(p.Cmds) > 1 {
		return nil
	}
	return value
}

func (c *templateCheck) value(node parse.Node, dot reflect.Type) reflect.Type {
	switch n := node.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return c.chain(dot, n.Ident, n.String())
	case *parse.VariableNode:
		if n.Ident[0] == "$" {
			return c.chain(c.root, n.Ident[1:], n.String())
		}
	case *parse.PipeNode:
		return c.pipe(n, dot)
	case *parse.ChainNode:
		return c.chain(c.value(n.Node, dot), n.Field, n.String())
	}
	return nil
}

// chain follows names from a type.
func (c *templateCheck) chain(t reflect.Type, names []string, text string) reflect.Type {
	for _, name := range names {
		if t == nil {
			return nil
		}
		t = fields.Deref(t)
		switch fields.KindOf(t) {
		case fields.Object:
			s, err := fields.Of(t)
			if err != nil {
				return nil // reported with the schema
			}
			f, ok := s.ByName(name)
			if !ok {
				c.fault("reads %s, and %s has no field %q in JSON%s", text, t, name, suggest.DidYouMean(name, s.Names()))
				return nil
			}
			t = f.Type
		case fields.Map:
			t = t.Elem()
		case fields.Any:
			return nil
		default:
			c.fault("reads %s, and a %s has no fields", text, t)
			return nil
		}
	}
	return t
}

func element(t reflect.Type) reflect.Type {
	if t == nil {
		return nil
	}
	if t = fields.Deref(t); fields.KindOf(t) == fields.List || fields.KindOf(t) == fields.Map {
		return t.Elem()
	}
	return nil
}
