package mcpgov

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"text/template"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// renderer compiles the messages of a prompt and returns what fills them in.
func (f *prompt) renderer(p *part, most int, fault func(string, ...any)) func([]byte) ([]mcp.Content, error) {
	var messages []*template.Template
	for i, m := range f.spec.Messages {
		role := m.Role
		switch role {
		case "":
			role = "user"
		case "user", "assistant":
		default:
			fault("message %d: Role is %q: write user or assistant", i+1, m.Role)
		}
		p.roles = append(p.roles, role)
		t, err := template.New(fmt.Sprintf("message %d", i+1)).Parse(m.Text)
		if err != nil {
			fault("message %d is no text/template: %w", i+1, err)
			return nil
		}
		checkTemplate(t, p.out, func(format string, args ...any) { fault(fmt.Sprintf("message %d ", i+1)+format, args...) })
		messages = append(messages, t)
	}
	out := p.out
	return func(structured []byte) ([]mcp.Content, error) {
		data, err := templateData(structured, out)
		if err != nil {
			return nil, err
		}
		rendered := make([]mcp.Content, len(messages))
		for i, t := range messages {
			text := &boundedText{left: most}
			if err := t.Execute(text, data); err != nil {
				return nil, fmt.Errorf("filling in the messages: %w", err)
			}
			rendered[i] = &mcp.TextContent{Text: text.String()}
		}
		return rendered, nil
	}
}

// renderText makes the one message of a prompt whose handler returns its text.
func renderText(structured []byte) ([]mcp.Content, error) {
	var masked struct{ Text *string }
	if err := json.Unmarshal(structured, &masked); err != nil {
		return nil, err //nolint:wrapcheck // the caller says of what
	}
	if masked.Text == nil {
		return []mcp.Content{&mcp.TextContent{Text: withheldText}}, nil
	}
	return []mcp.Content{&mcp.TextContent{Text: *masked.Text}}, nil
}

// boundedText is a text that may not grow for ever: a message may repeat what it is filled in with.
type boundedText struct {
	strings.Builder
	left int
}

// Write appends p, or refuses.
func (b *boundedText) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, fmt.Errorf("the message is larger than Limits.ResultBytes")
	}
	return b.Builder.Write(p) //nolint:wrapcheck // never fails
}

// absent stands for what is not there, or hidden from the caller. A nil pointer is false to a template.
type absent struct{}

// String is what absent things print as.
func (*absent) String() string { return "[not available]" }

// templateData reads a masked result as templates want it: numbers as numbers, and everything its type has in its place.
func templateData(structured []byte, t reflect.Type) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(structured))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("reading the masked result: %w", err)
	}
	return completed(tree, t, 0), nil
}

// completed fills in what a value of type t lacks: missing texts and numbers are absent, missing lists and objects empty.
func completed(value any, t reflect.Type, depth int) any {
	const tooDeep = 100
	t = fields.Deref(t)
	kind := fields.KindOf(t)
	switch v := value.(type) {
	case nil:
		switch {
		case kind == fields.List:
			return []any{}
		case kind == fields.Map:
			return map[string]any{}
		case kind == fields.Object && depth < tooDeep:
			return completed(map[string]any{}, t, depth+1)
		}
		return (*absent)(nil)
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
	case []any:
		for i := range v {
			v[i] = completed(v[i], elementOf(t, kind == fields.List), depth+1)
		}
	case map[string]any:
		if kind == fields.Object {
			if s, err := fields.Of(t); err == nil {
				for _, f := range s.Fields {
					v[f.Name] = completed(v[f.Name], f.Type, depth+1)
				}
				return v
			}
		}
		for name := range v {
			v[name] = completed(v[name], elementOf(t, kind == fields.Map), depth+1)
		}
	}
	return value
}

func elementOf(t reflect.Type, has bool) reflect.Type {
	if has {
		return t.Elem()
	}
	return reflect.TypeFor[any]()
}
