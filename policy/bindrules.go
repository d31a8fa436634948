package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// bindRules checks the rules of one half of a block and adds them to the targets it selects.
func (b *binder) bindRules(l *ruleList, block int, p phase, rules []Rule, targets []*boundTarget, parts map[*boundTarget]*part) {
	for i := range rules {
		r := &rules[i]
		id := r.ID
		if id == "" {
			id = fmt.Sprintf("%s#%d.%s[%d]", l.name, block, p, i)
			if l.own != nil {
				id = fmt.Sprintf("%s#%s[%d]", l.name, p, i)
			}
		}
		place := rulePlace(l, block, p, i, r)
		if user, taken := b.ids[id]; taken && (user.list == l || user.source != l.source) {
			b.fault(fmt.Errorf("%s: the id %q is used by another rule: give each rule its own", place, id))
		}
		b.ids[id] = idUser{l, l.source}
		if err := r.check(p); err != nil {
			b.faultAt(place, err)
			continue
		}
		compiled := b.compileRule(l, p, r, place, targets)
		decision := Decision{Effect: r.Action.effect(), Rule: id, Reason: r.Reason}
		if decision.Reason == "" {
			decision.Reason = plainReason(decision.Effect)
		}
		if p == output {
			b.bindOutput(r, place, decision, targets, compiled)
			continue
		}
		if err := neverReached(block, targets, compiled, parts); err != nil {
			b.faultAt(place, err)
		}
		for _, t := range targets {
			if c := compiled[t]; c != nil {
				parts[t].add(inputRule{condition: c, decision: decision}, decided{block, i, r.ID})
			}
		}
	}
}

// idUser is the list an id was met in. A tool's own rules may be given to several tools, and then meet their own ids
// again in another list of the same source.
type idUser struct {
	list   *ruleList
	source any
}

func (b *binder) faultAt(place string, err error) {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		for _, one := range several.Unwrap() {
			b.faultAt(place, one)
		}
		return
	}
	b.fault(fmt.Errorf("%s: %w", place, err))
}

// compileRule compiles the condition of a rule for each target it is known enough of.
func (b *binder) compileRule(l *ruleList, p phase, r *Rule, place string, targets []*boundTarget) map[*boundTarget]*condition {
	compiled := map[*boundTarget]*condition{}
	faults := byMessage{}
	for _, t := range targets {
		if t.badArgs || t.badOut && p == output {
			continue
		}
		c, err := b.world.compile(r.Condition, specifics{zone: l.zone, in: t.target.In, out: t.out, phase: p})
		if err != nil {
			faults.add(err, t)
			continue
		}
		compiled[t] = c
	}
	for _, message := range faults.sorted() {
		b.fault(fmt.Errorf("%s: %s (%s)", place, message, faults[message]))
	}
	return compiled
}

// bindOutput adds an output rule to the targets it selects.
func (b *binder) bindOutput(r *Rule, place string, decision Decision, targets []*boundTarget, compiled map[*boundTarget]*condition) {
	edits := map[*boundTarget][]Edit{}
	if r.Action != ActionDeny {
		var err error
		if edits, err = editsOf(r, targets); err != nil {
			b.faultAt(place, err)
		}
	}
	for _, t := range targets {
		c := compiled[t]
		switch {
		case c == nil:
		case r.Action == ActionDeny:
			t.withhold = append(t.withhold, inputRule{condition: c, decision: decision})
		case len(edits[t]) > 0:
			t.output = append(t.output, outputRule{condition: c, id: decision.Rule, edits: edits[t]})
		}
	}
}

// rulePlace says where a rule stands, for error texts.
func rulePlace(l *ruleList, block int, p phase, i int, r *Rule) string {
	place := fmt.Sprintf("%s, %s[%d]", blockPlace(l, block), p, i)
	if r.ID != "" {
		place += fmt.Sprintf(" (%s)", r.ID)
	}
	if r.line > 0 {
		place += fmt.Sprintf(", line %d:%d", r.line, r.column)
	}
	return place
}

// byMessage gathers the tools that share a fault, so that a rule for a hundred tools is reported once.
type byMessage map[string]*sharedFault

type sharedFault struct{ tools []string }

func (m byMessage) add(err error, t *boundTarget) {
	for message := range strings.SplitSeq(err.Error(), "\n") {
		if m[message] == nil {
			m[message] = &sharedFault{}
		}
		if f := m[message]; !slices.Contains(f.tools, t.target.Name) {
			f.tools = append(f.tools, t.target.Name)
		}
	}
}

func (m byMessage) sorted() []string { return slices.Sorted(maps.Keys(m)) }

// String names the tools.
func (f *sharedFault) String() string {
	if len(f.tools) == 1 {
		return "tool " + f.tools[0]
	}
	if len(f.tools) > 5 {
		return fmt.Sprintf("tools %s and %d more", strings.Join(f.tools[:5], ", "), len(f.tools)-5)
	}
	return "tools " + strings.Join(f.tools, ", ")
}
