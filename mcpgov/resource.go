package mcpgov

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/policy"
)

// ResourceSpec describes a resource, or a template of resources, to clients, to policy rules and to the log.
type ResourceSpec struct {
	URI         string // absolute, as "config://limits"; of a Template with variables (RFC 6570), as "customer://{id}"; required. Rules select by it as it stands here
	Name        string // a short name; "" is the URI
	Title       string // a name for people; "" shows Name
	Description string // what it holds and when to read it, for models; required
	MIMEType    string // "" is application/json for a struct, text/plain for a string, application/octet-stream for bytes

	Tags       []string      // words that rules select by ("tag:crm")
	Policy     *policy.Own   // the resource's own rules, joined with Config.Policy: every one must allow; nil for none
	Timeout    time.Duration // the handler's time; 0 is Limits.Tool, Unlimited none
	Errors     []ErrorSpec   // the business errors the handler may return through Fail
	AuditLevel audit.Level   // "" is Config.AuditLevel
	Cache      *Cache        // answers are kept and given again; nil: every reading asks the handler
	Untrusted  bool          // its texts come from where nobody vouches for them; see ToolSpec.Untrusted

	// Complete suggests values for variables, by name; a variable with an enum needs none.
	Complete map[string]Completer
}

// Resource makes a resource of a typed handler: something clients read by its URI. Reading it takes the same path as a tool call, with
// the same rules (selected by "resources"), masks and records; clients that may not read it do not see it listed, cannot subscribe to it
// and are told that it does not exist.
//
// Out is a struct or a pointer to one, read as JSON whose fields rules mask and remove; a string, for rules one field named text; or a
// []byte, for rules one field named blob.
func Resource[Out any](spec ResourceSpec, read func(context.Context) (Out, error)) Feature {
	r := newResource[Out](spec, nil)
	if read != nil {
		r.invoke = func(ctx context.Context, _ any) (any, error) { return erased(read(ctx)) }
	}
	return r
}

// Template makes a resource for each value of the variables in its URI, which are the fields of the struct Vars: strings, numbers, bools
// or types with UnmarshalText, with the tags, the checks and the Validate method the arguments of a tool may have. Rules see them as
// args. A URI is accepted in the one spelling that filling in the template gives. Of templates that match the same URI the one that was
// given to New first is read, and a [Resource] before all. See [Resource] for Out.
func Template[Vars, Out any](spec ResourceSpec, read func(context.Context, Vars) (Out, error)) Feature {
	r := newResource[Out](spec, reflect.TypeFor[Vars]())
	if read != nil {
		r.invoke = func(ctx context.Context, vars any) (any, error) {
			typed, err := argument[Vars](vars)
			if err != nil {
				return nil, err
			}
			return erased(read(ctx, typed))
		}
	}
	return r
}

// resource is a feature before New has looked at it.
type resource struct {
	spec      ResourceSpec
	vars, out reflect.Type // vars is nil without variables
	invoke    func(context.Context, any) (any, error)
	returns   func(any) bool
	decode    func([]byte) (any, error)
}

func newResource[Out any](spec ResourceSpec, vars reflect.Type) *resource {
	spec.Tags, spec.Errors = slices.Clone(spec.Tags), slices.Clone(spec.Errors)
	spec.Cache = spec.Cache.clone()
	r := &resource{spec: spec, vars: vars, out: reflect.TypeFor[Out](), returns: isErased[Out]}
	r.decode = decoder(r.out, unerased[Out])
	return r
}

func (r *resource) build(b *builder) {
	fault := b.faultsOf(kindResource, r.spec.URI)
	p := &part{title: r.spec.Title, description: r.spec.Description, own: r.spec.Policy, deadline: r.spec.Timeout, level: r.spec.AuditLevel, complete: r.spec.Complete, mime: r.spec.MIMEType}
	p.advertise = func(*edition) any { return r.advertised(p) }
	p.target = &target{kind: kindResource, name: r.spec.URI, readOnly: true, invoke: r.invoke, returns: r.returns, errors: r.spec.Errors, untrusted: r.spec.Untrusted, cache: r.spec.Cache, decode: r.decode}
	r.spec.Cache.check(true, fault)
	checkCommon(fault, r.spec.Timeout, r.spec.AuditLevel, r.spec.Errors)
	if r.invoke == nil {
		fault("the handler is nil: write a function")
	}
	switch r.out {
	case contentType:
		fault("the output type mcpgov.Content is for tools and prompts: return a struct, a string or []byte")
		return
	case reflect.TypeFor[string]():
		p.out, p.mime = reflect.TypeFor[textOnly](), orText(p.mime, "text/plain")
	case reflect.TypeFor[[]byte]():
		p.out, p.mime = reflect.TypeFor[blobOnly](), orText(p.mime, "application/octet-stream")
	default:
		p.out, p.mime = fields.Deref(r.out), orText(p.mime, "application/json")
	}
	if p.out.Kind() != reflect.Struct {
		fault("the output type %s is no struct, string or []byte: wrap it in a struct", r.out)
		p.out = nil
	} else if reaches(p.out, isContent) {
		fault("the output type %s holds mcpgov.Content: return a struct of values", r.out)
		p.out = nil
	}
	r.checkURI(p, fault)
	b.takes(p, r.vars, fault)
	p.target.policy = &policy.Target{Kind: kindResource, Name: r.spec.URI, Tags: slices.Clone(r.spec.Tags), ReadOnly: true, In: r.vars, Out: p.out}
	b.add(p)
}

func (r *resource) checkURI(p *part, fault func(string, ...any)) {
	if r.vars == nil {
		if err := checkURI(r.spec.URI); err != nil {
			fault("URI: %w", err)
		}
		return
	}
	var err error
	if p.template, err = parseTemplate(r.spec.URI); err != nil {
		fault("URI: %w", err)
		return
	}
	if s, err := fields.Of(r.vars); err == nil { // else it is reported with the schema
		p.template.checkVariables(s.Names(), fault)
	}
}

// advertised is the resource as clients see it.
func (r *resource) advertised(p *part) any {
	name := orText(r.spec.Name, r.spec.URI)
	meta := featureMeta(p.target.policy.Tags, r.spec.Untrusted)
	if r.vars == nil {
		return &mcp.Resource{URI: r.spec.URI, Name: name, Title: p.title, Description: p.description, MIMEType: p.mime, Meta: meta}
	}
	return &mcp.ResourceTemplate{URITemplate: r.spec.URI, Name: name, Title: p.title, Description: p.description, MIMEType: p.mime, Meta: meta}
}

func orText(text, standard string) string {
	if text == "" {
		return standard
	}
	return text
}
