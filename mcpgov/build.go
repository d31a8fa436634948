package mcpgov

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/clean"
	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/policy"
)

// builder collects the parts of a server and every fault in them; nothing is served while there is one.
type builder struct {
	config Config
	limits Limits
	key    []byte
	server *Server // that is built; nil until New has made it
	parts  []*part
	names  map[featureName]*part // of tools with their aliases, resources and prompts
	// broken are the types whose schemas have faults. The policy meets most of them again; they are listed once.
	broken map[reflect.Type]bool
	texts  []fs.FS // what clients are told, written apart from the code
	faults []error
}

// featureName is what one feature is told from all others by: the name of a tool or a prompt, the URI or URI template of a resource.
type featureName struct{ kind, name string }

// part is one feature on its way to becoming a target.
type part struct {
	aliases []string

	title, description string               // what clients are told
	outputTexts        map[string]fieldText // what a file says of the result's fields
	textFile           string               // that file

	own      *policy.Own   // the feature's own rules
	deadline time.Duration // as its spec says
	level    audit.Level   // as its spec says
	out      reflect.Type
	input    *schema.Input // nil for what takes no arguments
	target   *target

	advertise func(*edition) any                             // the feature as clients see it, in the SDK's words
	template  *uriTemplate                                   // of a resource with variables
	texts     textArgs                                       // what arguments that come as texts are read as
	complete  map[string]Completer                           // by argument
	mime      string                                         // of a resource's content
	roles     []mcp.Role                                     // of a prompt's messages, in order; nil: all are the user's
	render    func(structured []byte) ([]mcp.Content, error) // makes the messages of a prompt; nil: its content is them

	inputSchema  json.RawMessage // as advertised
	contentNames []string        // members of out that hold Content
	contentIsAll bool            // the tool returns Content and nothing else
}

func (b *builder) fault(err error) { b.faults = append(b.faults, err) }

// faultsAt adds every fault of err, each with its place: what was joined is taken apart, so that each is counted.
func (b *builder) faultsAt(where string, err error) {
	for _, fault := range flatten([]error{err}) {
		b.fault(fmt.Errorf("%s: %w", where, fault))
	}
}

// breaks notes that the schema of a type has faults, and adds them.
func (b *builder) breaks(t reflect.Type, where string, err error) {
	b.broken[t] = true
	b.faultsAt(where, err)
}

// dropRepetitions leaves out the policy's faults of types that are listed with their schemas.
func (b *builder) dropRepetitions() {
	b.faults = slices.DeleteFunc(flatten(b.faults), func(fault error) bool {
		repeated, ok := errors.AsType[interface {
			error
			FaultyType() reflect.Type
		}](fault)
		return ok && b.broken[repeated.FaultyType()]
	})
}

// add takes a part in, unless its name is taken.
func (b *builder) add(p *part) {
	for _, name := range append([]string{p.target.name}, p.aliases...) {
		key := featureName{p.target.kind, name}
		if _, taken := b.names[key]; taken {
			another := key.kind
			if key.kind == kindTool {
				another = "tool or alias"
			}
			b.fault(fmt.Errorf("%s %q: there is another %s of this name: rename one", key.kind, name, another))
			continue
		}
		b.names[key] = p
	}
	p.target.timeout = orDefault(p.deadline, b.limits.Tool, noLimit)
	p.target.level = p.level
	if p.target.level == "" {
		p.target.level = b.config.AuditLevel
	}
	if p.target.level == "" {
		p.target.level = audit.LevelDetailed
	}
	b.parts = append(b.parts, p)
}

// complete applies the texts that are written apart from the code, and looks whether anything is left without words.
func (b *builder) complete() {
	b.applyTexts()
	for _, p := range b.parts {
		for what, text := range map[string]string{"title": p.title, "description": p.description} {
			if _, found, err := clean.New(clean.Options{}).Text(text); err != nil || found.Sum() > 0 {
				b.fault(fmt.Errorf("%s: the %s holds characters nobody sees (zero-width, direction or control characters): write it anew", p.target, what))
			}
		}
		if p.description == "" {
			b.fault(fmt.Errorf("%s: Description is missing: write what it does and when to use it; models choose by it", p.target))
		}
	}
}

// bind joins the server's policy with the tools' own rules and checks both against the tools.
func (b *builder) bind() policy.Decider {
	catalog := policy.Catalog{User: map[string]policy.Attribute{}, Env: b.config.Env, Functions: b.config.Functions}
	var joined []policy.Policy
	if !isNil(b.config.Policy) {
		joined = append(joined, b.config.Policy)
	}
	for _, p := range b.parts {
		if b.names[featureName{p.target.kind, p.target.name}] == p { // of two with one name, which was reported, the first
			catalog.Targets = append(catalog.Targets, p.target.policy)
		}
		if p.own != nil {
			joined = append(joined, p.own.For(p.target.kind, p.target.name))
		}
	}
	maps.Copy(catalog.User, b.attributes())
	if len(joined) == 0 {
		return nil
	}
	all := joined[0]
	if len(joined) > 1 {
		all = policy.All(joined...)
	}
	decider, err := all.Bind(catalog)
	if err == nil && isNil(decider) {
		err = errors.New("config: field Policy: Bind returned neither a Decider nor an error")
	}
	if err != nil {
		b.fault(err)
		return nil
	}
	return decider
}

// attributes are those of users that the policy and the features' own rules declare.
func (b *builder) attributes() map[string]policy.Attribute {
	all := map[string]policy.Attribute{}
	policies := []policy.Policy{b.config.Policy}
	for _, p := range b.parts {
		if p.own != nil {
			policies = append(policies, p.own.For(p.target.kind, p.target.name))
		}
	}
	for _, p := range policies {
		if d, ok := p.(interface {
			Attributes() map[string]policy.Attribute
		}); ok && !isNil(p) {
			maps.Copy(all, d.Attributes())
		}
	}
	return all
}

// finish makes the surfaces of every target: what may be masked decides the output schema that is advertised.
func (b *builder) finish(decider policy.Decider) map[*target]*surfaces {
	views := map[*target]*surfaces{}
	for _, p := range b.parts {
		if p.out == nil {
			continue
		}
		where := p.target.String()
		view := &surfaces{contentNames: p.contentNames, contentIsAll: p.contentIsAll, render: p.render, key: b.key}
		views[p.target] = view
		if err := p.describe(view, decider); err != nil {
			b.breaks(p.out, where, err)
			continue
		}
		var err error
		if view.schema, err = describeFields(view.output.JSON(), p.outputTexts); err != nil {
			b.faultsAt("texts: "+p.textFile+": output", err)
		}
		if p.target.policy.In != nil && p.input == nil {
			continue // reported; what the log hides of it is not known
		}
		if err := p.surfaces(view, len(b.config.Key) > 0 || b.config.Subjects != nil); err != nil {
			b.faultsAt(where, err)
			continue
		}
		if decider == nil || isNil(b.config.Policy) {
			continue
		}
		for _, place := range p.uncovered(decider.Scope(p.target.policy)) {
			b.fault(fmt.Errorf("%s: the sensitive field %s (%s) is covered by no output rule: name it in mask_fields or filter_fields, "+
				"use mask_sensitive_fields, or let the policy be policy.AllowAll()", where, place, strings.Join(place.Gov.Labels, ", ")))
		}
	}
	b.dropRepetitions()
	return views
}

// describe makes the schema of the result, with room for every edit the policy may ask for.
func (p *part) describe(t *surfaces, decider policy.Decider) (err error) {
	if decider != nil {
		scope := decider.Scope(p.target.policy)
		t.scope, t.rows = scope.Edits, scope.Rows
	}
	var widened [][]string
	for _, e := range t.scope {
		path, err := fields.ParsePath(e.Path)
		if err != nil {
			return err
		}
		widened = append(widened, path)
	}
	for _, list := range t.rows { // a list that rows are cut from keeps no minItems: it is advertised like one that may be masked
		path, err := fields.ParsePath(list)
		if err != nil {
			return err
		}
		widened = append(widened, path)
	}
	t.output, err = schema.NewOutput(p.out, widened, t.contentNames)
	return err
}

// surfaces compiles what is hidden where.
func (p *part) surfaces(t *surfaces, searchable bool) error {
	unmasked := ""
	if searchable {
		unmasked = "hash"
	}
	t.lists = listMembers(p.out)
	t.openTypes = reaches(p.out, isInterface)
	var labelledIn []fields.Place
	var err error
	if in := p.target.policy.In; in != nil {
		if labelledIn, err = fields.Labelled(in); err != nil {
			return err
		}
	}
	labelledOut, err := fields.Labelled(p.out)
	if err != nil {
		return err
	}
	t.labels = labelledOut
	t.bare = &hidden{}
	if t.bare.shown, err = newShown(labelledOut, nil); err != nil {
		return err
	}
	if !t.contentIsAll && t.render == nil {
		if t.tagged, err = fields.Described(p.out); err != nil {
			return err
		}
	}
	if t.bare.origins, err = fieldOrigins(t.tagged, nil); err != nil {
		return err
	}
	var peopleIn, peopleOut []policy.Edit
	if in := p.target.policy.In; in != nil {
		if t.subjectsIn, peopleIn, err = newSubjects(in); err != nil {
			return err
		}
	}
	if t.subjectsOut, peopleOut, err = newSubjects(p.out); err != nil {
		return err
	}
	inLog, outLog := logEdits(labelledIn, ""), logEdits(labelledOut, "")
	for h, edits := range map[*hidden][]policy.Edit{
		&t.inLog: inLog, &t.outLog: outLog, &t.either: slices.Concat(outLog, t.scope),
		&t.recordIn: slices.Concat(logEdits(labelledIn, unmasked), peopleIn), &t.recordOut: slices.Concat(logEdits(labelledOut, unmasked), peopleOut),
	} {
		compiled, err := newHidden(edits, t.key, false)
		if err != nil {
			return err
		}
		*h = *compiled
	}
	var cut []mask.Edit
	for _, name := range t.contentNames {
		cut = append(cut, mask.Edit{Path: []string{name}, Remove: true})
	}
	t.withoutContent, err = mask.Compile(cut, nil)
	return err
}

// logEdits hides labelled fields in records: with the mask of the field's tag, so that records stay comparable, or another where it has none.
func logEdits(places []fields.Place, unmasked string) []policy.Edit {
	var edits []policy.Edit
	for _, p := range places {
		edits = append(edits, policy.Edit{Path: p.String(), Mask: cmp.Or(p.Gov.Mask, unmasked)})
	}
	return edits
}

// uncovered lists the labelled fields of the output that no rule can hide.
func (p *part) uncovered(scope policy.Scope) []fields.Place {
	if scope.CoversAll {
		return nil
	}
	places, err := fields.Labelled(p.out)
	if err != nil {
		return nil // reported with the type
	}
	return slices.DeleteFunc(places, func(place fields.Place) bool {
		return slices.ContainsFunc(scope.Edits, func(e policy.Edit) bool {
			pattern, err := fields.ParsePath(e.Path)
			return err == nil && fields.Covers(pattern, place.Path)
		})
	})
}
