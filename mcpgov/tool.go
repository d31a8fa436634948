package mcpgov

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/internal/strictjson"
	"github.com/mcpgov/go-sdk/policy"
)

// ToolSpec describes a tool to clients, to policy rules and to the log.
type ToolSpec struct {
	Name        string // 1 to 128 letters, digits, '_', '-', '.'; required
	Title       string // a name for people; "" shows Name
	Description string // what it does and when to use it, for models; required

	ReadOnly    bool // changes nothing: one record instead of intent and outcome. False is the safe answer
	Destructive bool // may destroy what it changes; clients are told, rules see tool.destructive
	Idempotent  bool // called twice, changes no more than called once; clients are told
	OpenWorld   bool // reaches beyond systems under one's own control; clients are told

	Tags        []string      // words that rules select by ("tag:crm")
	Policy      *policy.Own   // the tool's own rules, joined with Config.Policy: every one must allow; nil for none
	Timeout     time.Duration // the handler's time; 0 is Limits.Tool, Unlimited none
	Cache       *Cache        // answers are kept and given again; nil: the handler answers every call. Only for what is ReadOnly
	Invalidates []string      // tags of cached answers that a call of this tool makes out of date; only of a tool that is not ReadOnly
	Provenance  Provenance    // whether the model, too, reads where a result came from; the zero value tells programs alone
	Purpose     Purpose       // whether callers are asked why they call; the zero value does not ask
	Errors      []ErrorSpec   // the business errors the handler may return through Fail
	AuditLevel  audit.Level   // "" is Config.AuditLevel
	Untrusted   bool          // what it returns holds texts nobody vouches for, as from the open web: marked mcpgov/untrusted in _meta, of the tool and of every result
	Aliases     []string      // old names under which the tool still answers; not listed
	Deprecated  *Deprecation  // nil: the tool is here to stay
}

// ErrorSpec is an answer a tool may give instead of a result, part of its contract.
type ErrorSpec struct {
	Code      Code   // lower_case_with_underscores; none of the built-in codes
	Meaning   string // what it means, for models and documentation; required
	Retryable bool   // the same call may succeed later
}

// Deprecation says that a tool will go away. Clients see it in the tool's description.
type Deprecation struct {
	Since string // the version that deprecated it
	Until string // the version, or the date, it goes away with; "" is not yet known
	Use   string // what to use instead; "" if nothing takes its place
}

// Feature is what a server offers: made by [Tool] and given to [New], which checks it.
type Feature interface {
	build(b *builder) // unexported: only this package makes features, so none can skip a step
}

// Tool makes a tool of a typed handler. In is a struct whose json, jsonschema and gov tags become the input
// schema; Out is a struct, a pointer to one, or [Content]. If In has a method Validate(context.Context) error, it
// runs after the schema and before the policy, and its text is shown to the caller.
//
// The handler gets exactly the value the policy judged, to the digit: numbers inside an any, at any depth, arrive as
// json.Number, because a float64 would turn 9007199254740993 into its neighbour; rules read them as int where they
// are written without fraction and exponent, else as double. It runs with a deadline and the context of the call
// ([CallFrom], [UserFrom]); what it returns is marshalled once, and the caller gets
// those bytes, masked; nothing may change a returned value any more, because schema and rules still look at it.
func Tool[In, Out any](spec ToolSpec, handler func(context.Context, In) (Out, error)) Feature {
	t := &tool{spec: cloneSpec(spec), in: reflect.TypeFor[In](), out: reflect.TypeFor[Out]()}
	t.returns = func(out any) bool {
		switch out.(type) {
		case *Out, *contentOnly:
			return true
		}
		return false
	}
	t.decode = decoder(t.out, func(body []byte) (any, error) { return decodeInto(body, new(Out)) })
	if handler == nil {
		return t
	}
	t.invoke = func(ctx context.Context, in any) (any, error) {
		typed, ok := in.(*In)
		if !ok {
			return nil, fmt.Errorf("the handler of %s takes %T, not %T", spec.Name, typed, in)
		}
		out, err := handler(ctx, *typed)
		if content, ok := any(out).(Content); ok {
			if content == nil && err == nil {
				return nil, errNothing
			}
			return &contentOnly{content}, err
		}
		return &out, err
	}
	return t
}

// tool is a feature before New has looked at it. From here on types are values.
type tool struct {
	spec    ToolSpec
	in, out reflect.Type
	invoke  func(context.Context, any) (any, error)
	returns func(any) bool
	decode  func([]byte) (any, error)
}

// cloneSpec keeps what a spec lists from being changed after the tool was made of it.
func cloneSpec(s ToolSpec) ToolSpec {
	s.Tags, s.Errors, s.Aliases, s.Invalidates = slices.Clone(s.Tags), slices.Clone(s.Errors), slices.Clone(s.Aliases), slices.Clone(s.Invalidates)
	s.Cache = s.Cache.clone()
	if s.Deprecated != nil {
		d := *s.Deprecated
		s.Deprecated = &d
	}
	return s
}

var (
	validName   = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)
	validCode   = regexp.MustCompile(`^[a-z][a-z0-9_]{1,63}$`)
	contentType = reflect.TypeFor[Content]()
	onlyContent = reflect.TypeFor[contentOnly]()
)

// build checks the tool and turns it into a target; the parts that depend on the policy come later.
func (t *tool) build(b *builder) {
	where := fmt.Sprintf("tool %q", t.spec.Name)
	fault := func(format string, args ...any) { b.fault(fmt.Errorf(where+": "+format, args...)) }
	t.checkSpec(fault)
	if t.invoke == nil {
		fault("the handler is nil: write a function")
	}
	p := &part{title: t.spec.Title, description: t.spec.Description, aliases: t.spec.Aliases, own: t.spec.Policy, deadline: t.spec.Timeout, level: t.spec.AuditLevel, out: fields.Deref(t.out)}
	p.advertise = func(e *edition) any { return t.advertised(p, e) }
	p.target = &target{
		kind: kindTool, name: t.spec.Name, readOnly: t.spec.ReadOnly, invoke: t.invoke,
		errors: t.spec.Errors, untrusted: t.spec.Untrusted, provenance: t.spec.Provenance,
		cache: t.spec.Cache, invalidates: t.spec.Invalidates, decode: t.decode,
		encode:  func(out any) ([]byte, error) { return strictjson.Marshal(out) },
		returns: t.returns,
	}
	if t.in.Kind() != reflect.Struct {
		fault("the input type %s is no struct: write one whose fields are the arguments", t.in)
	} else if input, err := schema.NewInput(t.in); err != nil {
		b.breaks(t.in, where, err)
	} else {
		p.input = input
		p.target.parse = t.spec.Purpose.asking(parser(input, t.in, b.limits))
		t.checkPurpose(fault)
		if p.inputSchema, err = t.spec.Purpose.schema(input.JSON()); err != nil {
			fault("the argument purpose: %w", err)
		}
		p.target.copyIn = copier(reflect.PointerTo(t.in))
		p.target.validate = validation(t.in, b.limits.Tool)
	}
	if t.out == contentType {
		p.out = onlyContent
		p.contentIsAll = true
	}
	if p.out.Kind() != reflect.Struct {
		fault("the output type %s is no struct: wrap it in one, or return mcpgov.Content", t.out)
		p.out = nil
	} else {
		p.contentNames = contentFields(p.out, fault)
	}
	p.target.policy = &policy.Target{
		Kind: kindTool, Name: t.spec.Name, Tags: slices.Clone(t.spec.Tags),
		ReadOnly: t.spec.ReadOnly, Destructive: t.spec.Destructive, Purpose: t.spec.Purpose != PurposeNotAsked, In: t.in, Out: p.out,
	}
	b.add(p)
}

func (t *tool) checkSpec(fault func(string, ...any)) {
	for _, name := range append([]string{t.spec.Name}, t.spec.Aliases...) {
		if !validName.MatchString(name) {
			fault("name %q: write 1 to 128 letters, digits, '_', '-' or '.'", name)
		}
	}
	if t.spec.ReadOnly && t.spec.Destructive {
		fault("it cannot be both ReadOnly and Destructive: leave one out")
	}
	if t.spec.Provenance > ProvenanceText {
		fault("Provenance is %d: write ProvenanceMeta or ProvenanceText", t.spec.Provenance)
	}
	t.spec.Cache.check(t.spec.ReadOnly, fault)
	if t.spec.ReadOnly && len(t.spec.Invalidates) > 0 {
		fault("it is ReadOnly and Invalidates %q: what changes nothing leaves no answer out of date; leave one out", t.spec.Invalidates)
	}
	checkCommon(fault, t.spec.Timeout, t.spec.AuditLevel, t.spec.Errors)
}

// checkErrors checks the business errors a spec declares.
func checkErrors(fault func(string, ...any), errors []ErrorSpec) {
	declared := map[Code]bool{}
	for _, e := range errors {
		switch {
		case e.Code.builtIn():
			fault("Errors: %q is a built-in code: choose a word of the business", e.Code)
		case !validCode.MatchString(string(e.Code)):
			fault("Errors: code %q: write lower_case_with_underscores", e.Code)
		case declared[e.Code]:
			fault("Errors: code %q is declared twice", e.Code)
		case e.Meaning == "":
			fault("Errors: code %q has no Meaning: write what it tells the caller", e.Code)
		}
		declared[e.Code] = true
	}
}
