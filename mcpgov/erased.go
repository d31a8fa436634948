package mcpgov

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

// This file is where the types of resources and prompts end: from here on their values travel the path as any, and what is no struct
// inside one, so that rules have a field to name.

// textOnly is what a resource that is a string returns inside.
type textOnly struct {
	Text string `json:"text"`
}

// blobOnly is what a resource of bytes returns inside.
type blobOnly struct {
	Blob []byte `json:"blob"`
}

// erased wraps what a handler returned.
func erased[Out any](out Out, err error) (any, error) {
	switch v := any(out).(type) {
	case string:
		return &textOnly{v}, err
	case []byte:
		return &blobOnly{v}, err
	case Content:
		if v == nil && err == nil {
			return nil, errNothing
		}
		return &contentOnly{v}, err
	}
	return &out, err
}

// unerased reads back what erased made of an Out.
func unerased[Out any](body []byte) (any, error) {
	switch any(*new(Out)).(type) {
	case string:
		return decodeInto(body, new(textOnly))
	case []byte:
		return decodeInto(body, new(blobOnly))
	}
	return decodeInto(body, new(Out))
}

// isErased reports whether out is what erased makes of an Out.
func isErased[Out any](out any) bool {
	switch out.(type) {
	case *Out, *textOnly, *blobOnly, *contentOnly:
		return true
	}
	return false
}

// argument is what decode made of the arguments, typed again.
func argument[In any](in any) (In, error) {
	typed, ok := in.(*In)
	if !ok {
		var none In
		return none, fmt.Errorf("the handler takes %T, not %T", none, in)
	}
	return *typed, nil
}

// faultsOf returns a function that adds the faults of one feature.
func (b *builder) faultsOf(kind, name string) func(string, ...any) {
	where := fmt.Sprintf("%s %q", kind, name)
	return func(format string, args ...any) { b.fault(fmt.Errorf(where+": "+format, args...)) }
}

// checkCommon checks what the specs of all features have.
func checkCommon(fault func(string, ...any), timeout time.Duration, level audit.Level, declared []ErrorSpec) {
	if timeout < Unlimited {
		fault("Timeout is %v: write a positive duration, 0 for Limits.Tool or mcpgov.Unlimited", timeout)
	}
	if err := checkLevel(level); err != nil {
		fault("AuditLevel: %w", err)
	}
	checkErrors(fault, declared)
}

// takes prepares a part for arguments of type in that come as texts; nil takes none.
func (b *builder) takes(p *part, in reflect.Type, fault func(string, ...any)) {
	t := p.target
	t.encode = func(out any) ([]byte, error) { return strictjson.Marshal(out) }
	t.parse = func(*Server, *call) (any, error) { return nil, nil } //nolint:nilnil // no arguments is what rules and handler get
	t.validate = func(*Server, *call, any) error { return nil }
	t.copyIn = func(in any) any { return in }
	if in == nil {
		p.checkCompleters(nil, fault)
		return
	}
	if in.Kind() != reflect.Struct {
		fault("the input type %s is no struct: write one whose fields are the arguments", in)
		return
	}
	input, err := schema.NewInput(in)
	if err != nil {
		b.breaks(in, t.String(), err)
		return
	}
	p.input, p.inputSchema = input, input.JSON()
	p.texts = textArguments(in, fault)
	p.checkCompleters(p.texts, fault)
	t.parse = parser(input, in, b.limits)
	t.copyIn = copier(reflect.PointerTo(in))
	t.validate = validation(in, b.limits.Tool)
}

// content makes one resource's content of a masked result. What was withheld says so.
func (p *part) content(uri string, structured []byte) *mcp.ResourceContents {
	c := &mcp.ResourceContents{URI: uri, MIMEType: p.mime}
	switch p.out {
	case reflect.TypeFor[textOnly]():
		var masked struct{ Text *string }
		if json.Unmarshal(structured, &masked) == nil && masked.Text != nil {
			c.Text = *masked.Text
			return c
		}
	case reflect.TypeFor[blobOnly]():
		if masked := (blobOnly{}); json.Unmarshal(structured, &masked) == nil && masked.Blob != nil { // a mask makes null or other text of it
			c.Blob = masked.Blob
			return c
		}
	default:
		c.Text = string(structured)
		return c
	}
	c.Text, c.MIMEType = withheldText, "text/plain"
	return c
}
