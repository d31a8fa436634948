package mcpgov

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/policy"
)

// PromptSpec describes a prompt to clients, to policy rules and to the log.
type PromptSpec struct {
	Name        string // 1 to 128 letters, digits, '_', '-', '.'; required
	Title       string // a name for people; "" shows Name
	Description string // what it is for; required

	// Messages are what the prompt says, each a template that is filled in with what the handler loads. nil: the handler returns
	// the text, or the Content, itself.
	Messages []PromptMessage

	Tags       []string      // words that rules select by ("tag:crm")
	Policy     *policy.Own   // the prompt's own rules, joined with Config.Policy: every one must allow; nil for none
	Timeout    time.Duration // the handler's time; 0 is Limits.Tool, Unlimited none
	Errors     []ErrorSpec   // the business errors the handler may return through Fail
	AuditLevel audit.Level   // "" is Config.AuditLevel
	Untrusted  bool          // its texts come from where nobody vouches for them; see ToolSpec.Untrusted

	// Complete suggests values for arguments, by name; an argument with an enum needs none.
	Complete map[string]Completer
}

// PromptMessage is one message of a prompt.
type PromptMessage struct {
	Role mcp.Role // "user" or "assistant"; "" is user
	// Text is a text/template over what the handler loads, by JSON names: "Write to {{.name}}, who has {{len .orders}} orders". The
	// names are checked by New. What the policy hides from the caller prints as "[not available]", and is false to {{if}}.
	Text string
}

// Prompt makes a prompt of a typed handler, which loads what the prompt speaks of. Getting it takes the same path as a tool call, with the
// same rules (selected by "prompts"), masks and records.
//
// In is a struct of strings, numbers, bools or types with UnmarshalText: the arguments, with the tags and checks those of a tool may have.
// Out is a struct, or a pointer to one, which is masked for the caller before the messages of the spec are filled in with it, so that
// no prompt tells more than a tool would; or, without messages, a string or [Content].
func Prompt[In, Out any](spec PromptSpec, load func(context.Context, In) (Out, error)) Feature {
	spec.Tags, spec.Errors, spec.Messages = slices.Clone(spec.Tags), slices.Clone(spec.Errors), slices.Clone(spec.Messages)
	p := &prompt{spec: spec, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](), returns: isErased[Out]}
	if load != nil {
		p.invoke = func(ctx context.Context, in any) (any, error) {
			typed, err := argument[In](in)
			if err != nil {
				return nil, err
			}
			return erased(load(ctx, typed))
		}
	}
	return p
}

// prompt is a feature before New has looked at it.
type prompt struct {
	spec    PromptSpec
	in, out reflect.Type
	invoke  func(context.Context, any) (any, error)
	returns func(any) bool
}

func (f *prompt) build(b *builder) {
	fault := b.faultsOf(kindPrompt, f.spec.Name)
	p := &part{title: f.spec.Title, description: f.spec.Description, own: f.spec.Policy, deadline: f.spec.Timeout, level: f.spec.AuditLevel, complete: f.spec.Complete}
	p.advertise = func(*edition) any { return f.advertised(p) }
	p.target = &target{kind: kindPrompt, name: f.spec.Name, readOnly: true, invoke: f.invoke, returns: f.returns, errors: f.spec.Errors, untrusted: f.spec.Untrusted}
	if !validName.MatchString(f.spec.Name) {
		fault("name %q: write 1 to 128 letters, digits, '_', '-' or '.'", f.spec.Name)
	}
	checkCommon(fault, f.spec.Timeout, f.spec.AuditLevel, f.spec.Errors)
	if f.invoke == nil {
		fault("the handler is nil: write a function")
	}
	f.shapes(p, b, fault)
	b.takes(p, f.in, fault)
	p.target.policy = &policy.Target{Kind: kindPrompt, Name: f.spec.Name, Tags: slices.Clone(f.spec.Tags), ReadOnly: true, In: f.in, Out: p.out}
	b.add(p)
}

// shapes settles what becomes of the result: messages filled in, or the handler's own.
func (f *prompt) shapes(p *part, b *builder, fault func(string, ...any)) {
	p.out = fields.Deref(f.out)
	switch {
	case f.out == contentType || f.out == reflect.TypeFor[string]():
		if len(f.spec.Messages) > 0 {
			fault("there are Messages, and the output type %s fills in none: return a struct, or leave Messages out", f.out)
		}
		if p.out, p.contentIsAll = onlyContent, true; f.out != contentType {
			p.out, p.contentIsAll, p.render = reflect.TypeFor[textOnly](), false, renderText
			return
		}
		p.contentNames = contentFields(p.out, fault)
	case p.out.Kind() != reflect.Struct:
		fault("the output type %s is no struct, string or mcpgov.Content: wrap it in a struct", f.out)
		p.out = nil
	case len(f.spec.Messages) == 0:
		fault("Messages is empty: write what the prompt says, or return a string")
	case reaches(p.out, isContent):
		fault("the output type %s holds mcpgov.Content, which no message can be filled in with: return values", f.out)
		p.out = nil
	default:
		p.render = f.renderer(p, b.limits.ResultBytes, fault)
	}
}

// advertised is the prompt as clients see it.
func (f *prompt) advertised(p *part) any {
	shown := &mcp.Prompt{Name: f.spec.Name, Title: p.title, Description: p.description, Meta: featureMeta(p.target.policy.Tags, f.spec.Untrusted)}
	var schema struct {
		Properties map[string]struct{ Title, Description string } `json:"properties"`
		Required   []string                                       `json:"required"`
	}
	s, err := fields.Of(f.in)
	if err != nil || json.Unmarshal(p.inputSchema, &schema) != nil {
		return shown // reported by New
	}
	for _, name := range s.Names() {
		property := schema.Properties[name]
		shown.Arguments = append(shown.Arguments, &mcp.PromptArgument{
			Name: name, Title: property.Title, Description: property.Description, Required: slices.Contains(schema.Required, name),
		})
	}
	return shown
}
