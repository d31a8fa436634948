package policy

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"cel.dev/cel-go/common/types"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// ruleList is what Set and Own have in common: named blocks of rules and what they end in.
type ruleList struct {
	source    any // the *Set or *Own, to tell one list bound twice from two lists
	name      string
	own       *targetKey // the only target, for a tool's own rules
	all       bool       // AllowAll
	mode      Mode
	fallback  Effect
	end       Effect // the fallback if no rule were in shadow mode
	zone      string
	user      map[string]Attribute
	blocks    []Block
	canonical canonical
}

// listed is a policy made of rule lists; any other Policy is bound by itself and asked as a whole.
type listed interface{ lists() []*ruleList }

// binder collects what is bound and every fault met on the way.
type binder struct {
	catalog Catalog
	world   *world
	bound   *bound
	faults  []error
	ids     map[string]idUser // rule id -> the list that uses it
	names   map[string]any    // set name -> the set
}

// bind is the one way from policies to a decider.
func bind(c Catalog, policies ...Policy) (Decider, error) {
	b := &binder{catalog: c, ids: map[string]idUser{}, names: map[string]any{}}
	flat := flatten(policies)
	b.declare(flat)
	w, err := newWorld(c.Env, b.catalog.User, c.Functions)
	b.fault(err)
	if w == nil {
		return nil, errors.Join(b.faults...)
	}
	b.world = w
	b.bound = &bound{world: w, targets: map[targetKey]*boundTarget{}}
	b.takeTargets()
	var forms []canonical
	for i, p := range flat {
		switch p := p.(type) {
		case nil:
			b.fault(fmt.Errorf("policy %d is nil: pass a policy, or policy.AllowAll()", i))
		case listed:
			for _, l := range p.lists() {
				b.bindList(l)
				forms = append(forms, l.canonical)
			}
		default:
			d, err := p.Bind(b.catalog)
			if err != nil || d == nil {
				b.fault(fmt.Errorf("policy %d (%T): %w", i, p, orNilDecider(err)))
				continue
			}
			b.bound.others = append(b.bound.others, d)
			forms = append(forms, canonical{Foreign: d.Revision()})
		}
	}
	b.fault(nothingEnforced(flat))
	for _, t := range b.catalog.Targets {
		b.finish(b.bound.targets[t.key()])
	}
	revision, err := revision(forms)
	b.fault(err)
	b.bound.revision = revision
	if len(b.faults) > 0 {
		return nil, errors.Join(b.faults...)
	}
	return b.bound, nil
}

func (b *binder) fault(err error) {
	if err != nil {
		b.faults = append(b.faults, err)
	}
}

func orNilDecider(err error) error {
	if err == nil {
		return errors.New("Bind returned no Decider")
	}
	return err
}

// declare unites the attributes of the catalog and of all policies.
func (b *binder) declare(policies []Policy) {
	all := map[string]Attribute{}
	maps.Copy(all, b.catalog.User)
	for _, p := range policies {
		d, ok := p.(declarer)
		if !ok {
			continue
		}
		declared := d.Attributes()
		for _, name := range sortedKeys(declared) {
			before, seen := all[name]
			if seen && !reflect.DeepEqual(before.normal(), declared[name].normal()) {
				b.fault(fmt.Errorf("user attribute %q is declared twice, as %s and as %s: make the declarations agree",
					name, before.describe(), declared[name].describe()))
				continue
			}
			all[name] = declared[name]
		}
	}
	b.catalog.User = all
}

func (a Attribute) describe() string {
	a = a.normal()
	text := a.Type
	if a.Nullable {
		text += "?"
	}
	if a.Default != nil {
		text += fmt.Sprintf(" with default %v", a.Default)
	}
	return text
}

// takeTargets learns the types of every target, so that all rules are checked against the same ones. A target whose
// type has faults is kept, so that selectors find it, but no rule is checked against what is not known: one misspelt
// tag must neither hide the faults of the rules nor add to them.
func (b *binder) takeTargets() {
	targets := b.catalog.Targets
	b.catalog.Targets = nil // the catalog is a copy; the caller's list stays
	for _, t := range targets {
		if t == nil {
			b.fault(errors.New("the catalog holds a nil target"))
			continue
		}
		if !slices.Contains([]string{kindTool, kindResource, kindPrompt}, t.Kind) {
			b.fault(fmt.Errorf("the target %q is of the kind %q: write tool, resource or prompt", t.Name, t.Kind))
			continue
		}
		if b.bound.targets[t.key()] != nil {
			b.fault(fmt.Errorf("the catalog holds two targets called %s %q", t.Kind, t.Name))
			continue
		}
		bt := &boundTarget{
			target: t, in: deref(t.In), out: deref(t.Out), toolName: types.String(t.Name),
			tool: &object{t: b.world.tool, subject: t}, bare: map[string]int{},
		}
		b.bound.targets[t.key()] = bt
		b.catalog.Targets = append(b.catalog.Targets, t)
		var err error
		if bt.argsType, err = b.world.argsType(t.In); err != nil {
			bt.badArgs = true
			b.typeFaults(bt.in, fmt.Sprintf("%s %q: arguments", t.Kind, t.Name), err)
		} else {
			b.takeArguments(bt)
		}
		if bt.out == nil {
			continue
		}
		if bt.outType, err = b.world.types.of(bt.out); err != nil {
			bt.badOut = true
			b.typeFaults(bt.out, fmt.Sprintf("%s %q: result", t.Kind, t.Name), err)
		} else if _, err := fields.Labelled(bt.out); err != nil {
			bt.badOut = true // the fault was met before, in another type, and is reported there
		}
	}
}

// typeFault is a fault of a target's type, not of a rule.
type typeFault struct {
	typ   reflect.Type
	place string
	err   error
}

func (f *typeFault) Error() string { return f.place + ": " + f.err.Error() }
func (f *typeFault) Unwrap() error { return f.err }

// FaultyType returns the type of arguments or result that is at fault, so that whoever has checked the type as well
// can leave the repetition out.
func (f *typeFault) FaultyType() reflect.Type { return f.typ }

func (b *binder) typeFaults(t reflect.Type, place string, err error) {
	for _, one := range unjoin(err) {
		b.fault(&typeFault{t, place, one})
	}
}

// takeArguments learns which arguments of a target have names of their own in conditions.
func (b *binder) takeArguments(t *boundTarget) {
	t.argFields = b.world.types.objects[t.argsType.cel.TypeName()]
	if t.argFields == nil {
		return // not a struct: only args as a whole can be named
	}
	for i, name := range t.argFields.names() {
		if b.world.isBareName(name) {
			t.bare[name] = i
		}
	}
	b.bound.mostArgs = max(b.bound.mostArgs, len(t.argFields.fields))
}

// deref removes pointers from t, which may be nil.
func deref(t reflect.Type) reflect.Type {
	if t == nil {
		return nil
	}
	return fields.Deref(t)
}

// bindList adds one list of rules to the targets it selects. Every target of a server's set gets a part, whether or
// not a block selects it: it then ends in the default.
func (b *binder) bindList(l *ruleList) {
	if l.all {
		b.bound.coversAll = true
		return
	}
	if err := l.mode.check(); err != nil {
		b.fault(fmt.Errorf("%s: %w", l.place(), err))
	}
	if l.fallback > RequireApproval {
		b.fault(fmt.Errorf("set %q: unknown default %s: write deny, allow or require_approval", l.name, l.fallback))
	}
	if l.own == nil {
		if source, taken := b.names[l.name]; taken && source != l.source {
			b.fault(fmt.Errorf("two sets are called %q: give each a name of its own, so that rule ids tell them apart", l.name))
			return
		}
		b.names[l.name] = l.source
	}
	if _, err := b.world.baseFor(l.zone); err != nil {
		b.fault(fmt.Errorf("set %q: %w", l.name, err))
		return
	}
	parts := map[*boundTarget]*part{}
	for _, t := range b.bound.targets {
		if l.own == nil || *l.own == t.target.key() {
			p := &part{shadow: l.mode.shadow(), fallback: l.ending(l.fallback), end: l.ending(l.end)}
			parts[t] = p
			t.lists = append(t.lists, p)
		}
	}
	if l.own != nil && len(parts) == 0 {
		b.fault(fmt.Errorf("own rules of %s %q: the catalog has no such target", l.own.kind, l.own.name))
		return
	}
	for i := range l.blocks {
		block := &l.blocks[i]
		targets := b.selected(l, i, block)
		b.bindRules(l, i, input, block.Input, targets, parts)
		b.bindRules(l, i, output, block.Output, targets, parts)
		if len(block.Input)+len(block.Output) == 0 {
			b.fault(fmt.Errorf("%s: it holds no rules: write input: or output:, or remove it", blockPlace(l, i)))
		}
	}
}

// ending is the decision of a list in which no rule holds.
func (l *ruleList) ending(e Effect) Decision {
	return Decision{Effect: e, Rule: l.name + "#default", Reason: plainReason(e)}
}

// plainReason is told to callers where a rule gives no reason of its own.
func plainReason(e Effect) string {
	switch e {
	case Allow:
		return ""
	case RequireApproval:
		return "This call needs approval."
	default:
		return "This call is not permitted."
	}
}

// place says which list it is, for error texts.
func (l *ruleList) place() string {
	if l.own != nil {
		return fmt.Sprintf("own rules %q", l.name)
	}
	return fmt.Sprintf("set %q", l.name)
}

func blockPlace(l *ruleList, i int) string {
	if l.own != nil {
		return l.place()
	}
	return fmt.Sprintf("%s, block %d", l.place(), i)
}
