package policy

import (
	"reflect"
	"slices"

	"github.com/mcpgov/go-sdk/internal/fields"
)

// shape judges the output rules of a call that may be admitted, as [bound.Shape] does: first what becomes of the call, then what is
// asked for where that is known.
func (j *judge) shape(p *prospect) (o Obligations) {
	t := j.question.target
	if p.may&mayAdmit == 0 {
		return o
	}
	refuse := func(e effects, rule string) {
		if p.may&mayRefuse == 0 {
			j.used = append(j.used, rule)
			p.rule = rule
		}
		p.may = p.may&mayRefuse | e
	}
	for i := range t.withhold {
		rule := &t.withhold[i]
		switch holds, err := j.ask(rule.condition, nil); {
		case err != nil:
			refuse(mayFail, rule.decision.Rule)
			return o
		case holds == isTrue:
			refuse(mayDeny, rule.decision.Rule)
			return o
		case holds == isUnknown:
			p.may |= mayRefuse
		}
	}
	var applied ruleBits
	for i := range t.output {
		rule := &t.output[i]
		switch holds, err := j.ask(rule.condition, nil); {
		case err != nil:
			refuse(mayFail, rule.id)
			return o
		case holds == isTrue:
			applied.set(i)
		case holds == isUnknown:
			p.may |= mayFail
		}
	}
	o = t.shape(applied)
	if err := j.rows(p, applied, &o); err != nil {
		refuse(mayFail, err.Rule)
		return Obligations{}
	}
	if p.may&mayRefuse == 0 {
		j.used = append(j.used, o.Rules...)
	}
	return o
}

// rows judges the rules for rows. Where it is not known which rows a list has, or what a where reads of them, nothing is.
func (j *judge) rows(p *prospect, applied ruleBits, o *Obligations) *RuleError {
	t := j.question.target
	var reads []read
	for i := range t.output {
		rule := &t.output[i]
		if rule.rows == nil || !applied.has(i) {
			continue
		}
		list, err := fields.ParsePath(rule.rows.path)
		if err != nil {
			continue // not of a path that was followed
		}
		reads = append(reads, read{slices.Concat([]string{"response"}, list), itself})
		if rule.rows.where == nil {
			continue
		}
		s, err := j.studies.of(rule.rows.where, t)
		if err != nil {
			j.missing = append(j.missing, err.Error())
			p.may |= mayFail
			return nil
		}
		reads = append(reads, inRow(s.reads, rule.rows.rowPath)...)
		s.tests.neededAtAll(j.a.request.User, func(g grant) { j.needed[g] = true })
	}
	if len(reads) == 0 {
		return nil
	}
	if gaps := slices.Concat(touching(j.question.gaps, reads), j.question.unsure(reads)); len(gaps) > 0 {
		for _, g := range gaps {
			j.missing = append(j.missing, g.name)
		}
		p.may |= mayFail
		return nil
	}
	root, err := follow(j.question.response, t.out, "response is")
	if err == nil {
		o.Rows, err = t.cutRows(j.a, applied, root)
	}
	if err == nil {
		err = j.noteCuts(o.Rows, root)
	}
	if err == nil {
		return nil
	}
	if j.a.ctx.Err() != nil {
		j.missing = append(j.missing, "time: "+err.Error())
		p.may |= mayFail
		return nil //nolint:nilerr // it is unknown, and the report says why
	}
	return asRuleError(err)
}

// noteCuts finds the paths of the lists that are cut.
func (j *judge) noteCuts(cuts []RowCut, root reflect.Value) error {
	t := j.question.target
	for i := range t.rowLists {
		w := rowWalk{a: j.a, root: root, stays: map[string][]int{}}
		found := false
		err := w.lists(t.rowLists[i].rowPath, func(reflect.Value) error {
			found = found || slices.ContainsFunc(cuts, func(c RowCut) bool { return c.List == string(w.pointer) })
			return nil
		})
		if err != nil {
			return err
		}
		if found {
			j.cut = append(j.cut, t.rowLists[i].path)
		}
	}
	return nil
}

func asRuleError(err error) *RuleError {
	if rule, ok := err.(*RuleError); ok { //nolint:errorlint // cutRows wraps nothing around it
		return rule
	}
	return &RuleError{Err: err}
}
