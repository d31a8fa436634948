package policy

import (
	"context"
	"reflect"
	"slices"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// prospect is what may become of a call of which not everything is known.
type prospect struct {
	may  effects
	rule string // that decides, where it is known
}

// effects is a set of what may become of a call.
type effects uint8

const (
	mayDeny effects = 1 << iota
	mayAsk
	mayAllow
	mayFail
)

const (
	mayRefuse = mayDeny | mayFail
	mayAdmit  = mayAsk | mayAllow
	mayAll    = mayRefuse | mayAdmit
)

func (e Effect) may() effects {
	switch e {
	case Allow:
		return mayAllow
	case RequireApproval:
		return mayAsk
	default:
		return mayDeny
	}
}

// and joins what two lists may say: the second is asked where the first does not refuse.
func (e effects) and(next effects) effects {
	joined := e & mayRefuse
	if e&mayAdmit == 0 {
		return joined
	}
	joined |= next & mayRefuse
	if e&mayAsk != 0 && next&mayAdmit != 0 || e&mayAllow != 0 && next&mayAsk != 0 {
		joined |= mayAsk
	}
	if e&mayAllow != 0 && next&mayAllow != 0 {
		joined |= mayAllow
	}
	return joined
}

// word names what becomes of a call; not ok where that is not known. A rule that fails refuses, and no more is told of which of the two it is.
func (e effects) word() (word string, effect Effect, ok bool) {
	switch e {
	case mayDeny, mayRefuse:
		return wordDeny, Deny, true
	case mayFail:
		return wordFail, Deny, true
	case mayAsk:
		return RequireApproval.String(), RequireApproval, true
	case mayAllow:
		return Allow.String(), Allow, true
	default:
		return wordUnknown, Deny, false
	}
}

// judge asks conditions about one call, some of whose values may be unknown.
type judge struct {
	question *question
	a        *activation
	studies  *studies
	missing  []string       // names of the gaps some condition depends on
	used     []string       // rules that surely decide or apply
	needed   map[grant]bool // grants some condition has found the user to have
	cut      []string       // paths of the lists rows are cut from
}

// ask evaluates one condition. Unknown is also what took too long: a decision has less time, and more to spare.
func (j *judge) ask(c *condition, rows *rowRule) (truth, error) {
	t := j.question.target
	s, err := j.studies.of(c, t)
	if err != nil { // not of a condition that was bound
		j.missing = append(j.missing, err.Error())
		return isUnknown, nil
	}
	reads := s.reads
	if rows != nil {
		reads = inRow(reads, rows.rowPath)
	}
	gaps := slices.Concat(touching(j.question.gaps, reads), j.question.unsure(reads))
	holds, state, err := s.run(j.a, t.patterns(gaps, rows)...)
	s.tests.needed(state, j.a.request.User, func(g grant) { j.needed[g] = true })
	if err != nil && j.a.ctx.Err() != nil {
		j.missing = append(j.missing, "time: "+context.Cause(j.a.ctx).Error())
		return isUnknown, nil //nolint:nilerr // it is unknown, and the report says why
	}
	if holds == isUnknown && err == nil {
		for _, g := range gaps {
			j.missing = append(j.missing, g.name)
		}
	}
	return holds, err
}

// unsure are lists and maps of the result whose presence is asked about and of which the record tells only that they hold nothing: whether
// the handler set them to nothing or did not set them is not written down.
func (q *question) unsure(reads []read) (gaps []gap) {
	for _, r := range reads {
		if r.how != presence || r.path[0] != "response" || q.tree == nil {
			continue
		}
		places, err := fields.Resolve(q.target.out, r.path[1:])
		sure := err == nil && !slices.ContainsFunc(places, func(p fields.Place) bool { return p.Kind == fields.List || p.Kind == fields.Map })
		if !sure && !holdsSomething(q.tree, r.path[1:]) {
			gaps = append(gaps, gapAt(r.path...))
		}
	}
	return gaps
}

// holdsSomething reports whether what stands at a path, on which there are no lists, is a list or an object with something in it.
func holdsSomething(tree any, path []string) bool {
	for _, name := range path {
		object, ok := tree.(map[string]any)
		if !ok {
			return false
		}
		tree = object[name]
	}
	v := reflect.ValueOf(tree)
	return v.IsValid() && (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() > 0
}

// admit judges the input rules, as [bound.Admit] does.
func (j *judge) admit(others int) (p prospect) {
	p.may = mayAllow
	for _, list := range j.question.target.parts {
		one := j.list(list, p.may&mayRefuse == 0)
		before := p.may
		if p.may = before.and(one.may); p.may != before || p.rule == "" {
			p.rule = one.rule
		}
		if p.may&mayAdmit == 0 {
			break
		}
	}
	if others > 0 && p.may&mayAdmit != 0 {
		p.may |= mayAll
		j.missing = append(j.missing, "policies that are not made of rules")
	}
	return p
}

// list judges one list of input rules. Asked is whether it surely is.
func (j *judge) list(list *part, asked bool) (p prospect) {
	sure := asked
	note := func(rule string) {
		if sure {
			j.used = append(j.used, rule)
		}
	}
	for i := range list.followed {
		rule := &list.followed[i]
		holds, err := j.ask(rule.condition, nil)
		switch {
		case err != nil:
			p.may |= mayFail
			p.rule = decider(p.may, mayFail, rule.decision.Rule)
			note(rule.decision.Rule)
			return p
		case holds == isUnknown:
			p.may |= mayFail // what is not known may also be what cannot be compared
			if !rule.warns {
				p.may |= rule.decision.Effect.may()
			}
			sure = false
		case holds == isTrue && rule.warns:
			note(rule.decision.Rule)
		case holds == isTrue:
			p.may |= rule.decision.Effect.may()
			p.rule = decider(p.may, rule.decision.Effect.may(), rule.decision.Rule)
			note(rule.decision.Rule)
			return p
		}
	}
	p.may |= list.fallback.Effect.may()
	p.rule = decider(p.may, list.fallback.Effect.may(), list.fallback.Rule)
	return p
}

// decider names a rule if nothing but what it says may come of the list.
func decider(may, its effects, rule string) string {
	if may == its {
		return rule
	}
	return ""
}
