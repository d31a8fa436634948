package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// outputRule is what an output rule does to the results of one target: one of the three.
type outputRule struct {
	about     *ruleText
	condition *condition
	id        string
	denies    bool
	edits     []Edit
	rows      *rowRule
}

// maxOutputRules bounds the rules for fields and rows that apply to one target.
const maxOutputRules = 256

// ruleBits says which output rules of a target apply.
type ruleBits [maxOutputRules / 64]uint64

func (s *ruleBits) set(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *ruleBits) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// maxShapes bounds how many combinations of output rules are remembered per target; others are computed each time.
const maxShapes = 1024

// Shape implements [Decider]: deny rules first, then the rows that stay, then removals and masks, whatever the order of the rules. The same
// combination of rules always gives the same slices of rules and edits, so that callers may remember what they derive from them.
func (b *bound) Shape(ctx context.Context, r *Request, response any) (o Obligations, err error) {
	t, a, err := b.begin(ctx, r)
	if err != nil {
		return Obligations{}, err
	}
	defer func() {
		if err = caught(recover(), err); err != nil {
			o = Obligations{}
		}
		b.release(a)
	}()
	if len(t.withhold)+len(t.output) > 0 {
		if o, err = t.apply(a, r, response); err != nil || o.Deny != nil {
			return o, err
		}
	}
	for _, other := range b.others {
		more, err := other.Shape(ctx, r, response)
		if err != nil {
			return Obligations{}, err
		}
		if more.Deny != nil {
			return Obligations{Deny: more.Deny, Rules: more.Rules, Shadow: more.Shadow}, nil
		}
		o = o.with(more)
	}
	if len(t.tried) > 0 {
		o.Shadow = slices.Concat(o.Shadow, t.wouldShape(a, response, o))
	}
	return o, nil
}

func (t *boundTarget) apply(a *activation, r *Request, response any) (Obligations, error) {
	if err := a.takeArgs(r.Args); err != nil {
		return Obligations{}, err
	}
	if err := a.takeResponse(response); err != nil {
		return Obligations{}, err
	}
	for i := range t.withhold {
		rule := &t.withhold[i]
		holds, err := a.holds(rule.condition)
		if err != nil {
			return Obligations{}, &RuleError{Rule: rule.decision.Rule, Err: err}
		}
		if holds == isTrue {
			d := rule.decision
			return Obligations{Deny: &d, Rules: []string{d.Rule}}, nil
		}
	}
	var applied ruleBits
	for i := range t.output {
		rule := &t.output[i]
		holds, err := a.holds(rule.condition)
		if err != nil {
			return Obligations{}, &RuleError{Rule: rule.id, Err: err}
		}
		if holds == isTrue {
			applied.set(i)
		}
	}
	o := t.shape(applied)
	if len(t.rowLists) > 0 {
		root, err := follow(response, t.out, "response is")
		if err != nil {
			return Obligations{}, err
		}
		if o.Rows, err = t.cutRows(a, applied, root); err != nil {
			return Obligations{}, err
		}
	}
	return o, nil
}

// shape returns the obligations of a combination of rules. Readers take no lock: the map is replaced, never changed.
func (t *boundTarget) shape(applied ruleBits) Obligations {
	if applied == (ruleBits{}) {
		return Obligations{}
	}
	for {
		known := t.shapes.Load()
		if known != nil {
			if o := (*known)[applied]; o != nil {
				return *o
			}
		}
		var o Obligations
		var lists [][]Edit
		for i := range t.output {
			if applied.has(i) {
				o.Rules = append(o.Rules, t.output[i].id)
				lists = append(lists, t.output[i].edits)
			}
		}
		o.Edits = merge(lists...)
		next := map[ruleBits]*Obligations{}
		if known != nil {
			if len(*known) >= maxShapes {
				return o
			}
			next = maps.Clone(*known)
		}
		next[applied] = &o
		if t.shapes.CompareAndSwap(known, &next) {
			return o
		}
	}
}

// with adds what another policy asks for.
func (o Obligations) with(more Obligations) Obligations {
	joined := Obligations{Rows: joinCuts(o.Rows, more.Rows), Edits: o.Edits, Rules: o.Rules, Shadow: slices.Concat(o.Shadow, more.Shadow)}
	switch {
	case len(more.Edits)+len(more.Rules) == 0:
	case len(o.Edits)+len(o.Rules) == 0:
		joined.Edits, joined.Rules = more.Edits, more.Rules
	default:
		joined.Edits, joined.Rules = merge(o.Edits, more.Edits), slices.Concat(o.Rules, more.Rules)
	}
	return joined
}

// finish computes what can be known of a target once all rules are bound.
func (b *binder) finish(t *boundTarget) {
	if n := len(t.output); n > maxOutputRules {
		b.fault(fmt.Errorf("%s: %d rules for its fields and rows select it; the limit is %d: join some", t.target.key(), n, maxOutputRules))
	}
	t.split()
	t.groupRows()
	var all []Edit
	for i := range t.output {
		all = append(all, t.output[i].edits...)
	}
	t.scope = Scope{Edits: everyEdit(all), CoversAll: b.bound.coversAll}
	for i := range t.rowLists {
		t.scope.Rows = append(t.scope.Rows, t.rowLists[i].path)
	}
	slices.Sort(t.scope.Rows)
}

// everyEdit lists all edits that may be met: each as it stands, and redact where two masks may meet on one path.
func everyEdit(edits []Edit) []Edit {
	seen := map[Edit]bool{}
	masks := map[string]string{}
	for _, e := range edits {
		seen[e] = true
		if e.Remove {
			continue
		}
		if before, ok := masks[e.Path]; ok && before != e.Mask {
			seen[Edit{Path: e.Path, Mask: redact}] = true
		}
		masks[e.Path] = e.Mask
	}
	return slices.SortedFunc(maps.Keys(seen), compareEdits)
}

func compareEdits(a, b Edit) int {
	if a.Path != b.Path {
		if a.Path < b.Path {
			return -1
		}
		return 1
	}
	switch {
	case a.Remove != b.Remove && a.Remove, a.Remove == b.Remove && a.Mask < b.Mask:
		return -1
	case a == b:
		return 0
	}
	return 1
}

// Scope implements [Decider].
func (b *bound) Scope(t *Target) Scope {
	if t == nil {
		return Scope{}
	}
	var scope Scope
	if bt := b.targets[t.key()]; bt != nil {
		scope = bt.scope
	}
	for _, other := range b.others {
		more := other.Scope(t)
		scope.Edits = everyEdit(slices.Concat(scope.Edits, more.Edits))
		scope.Rows = slices.Compact(slices.Sorted(slices.Values(slices.Concat(scope.Rows, more.Rows))))
		scope.CoversAll = scope.CoversAll || more.CoversAll
	}
	return scope
}
