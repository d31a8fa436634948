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
		about := &ruleText{id: id, place: place, action: r.Action, condition: r.Condition}
		if p == output {
			b.bindOutput(l, r, about, decision, targets, compiled)
			continue
		}
		if err := neverReached(r, block, targets, compiled, parts); err != nil {
			b.faultAt(place, err)
		}
		for _, t := range targets {
			if c := compiled[t]; c != nil {
				parts[t].add(inputRule{about: about, condition: c, decision: decision, warns: r.Action == ActionWarn}, r.Mode.shadow(), decided{block, i, r.ID})
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
func (b *binder) bindOutput(l *ruleList, r *Rule, about *ruleText, decision Decision, targets []*boundTarget, compiled map[*boundTarget]*condition) {
	var edits map[*boundTarget][]Edit
	var rows map[*boundTarget]*rowRule
	var err error
	switch {
	case r.Action == ActionDeny:
	case r.Action.cutsRows():
		rows, err = b.rowsOf(l, r, targets)
	default:
		edits, err = editsOf(r, targets)
	}
	if err != nil {
		b.faultAt(about.place, err)
	}
	for _, t := range targets {
		c := compiled[t]
		o := outputRule{about: about, condition: c, id: decision.Rule, denies: r.Action == ActionDeny, edits: edits[t], rows: rows[t]}
		switch {
		case c == nil || !o.denies && len(o.edits) == 0 && o.rows == nil: // not known enough, or nothing to do here
		case l.mode.shadow() || r.Mode.shadow():
			t.tried = append(t.tried, o)
		case o.denies:
			t.withhold = append(t.withhold, inputRule{about: about, condition: c, decision: decision})
		default:
			t.output = append(t.output, o)
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

// byMessage gathers the targets that share a fault, so that a rule for a hundred tools is reported once.
type byMessage map[string]*sharedFault

type sharedFault struct{ targets []*boundTarget }

func (m byMessage) add(err error, t *boundTarget) {
	for message := range strings.SplitSeq(err.Error(), "\n") {
		if m[message] == nil {
			m[message] = &sharedFault{}
		}
		if f := m[message]; !slices.Contains(f.targets, t) {
			f.targets = append(f.targets, t)
		}
	}
}

func (m byMessage) sorted() []string { return slices.Sorted(maps.Keys(m)) }

// String names the targets: "tool a", "tools a, b", or "tool a, resource b" where their kinds differ.
func (f *sharedFault) String() string {
	const most = 5
	word := kinds(f.targets)
	var names []string
	for _, t := range f.targets[:min(len(f.targets), most)] {
		name := t.target.Name
		if word == "targets" || len(f.targets) == 1 {
			name = t.target.key().String()
		}
		names = append(names, name)
	}
	text := strings.Join(names, ", ")
	if word != "targets" && len(f.targets) > 1 {
		text = word + " " + text
	}
	if more := len(f.targets) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
