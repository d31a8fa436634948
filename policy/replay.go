package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Replay puts recorded calls to a candidate policy and reports who gains, who loses, which fields change their mask and what cannot be told.
// What a record does not hold is unknown to the rules, as CEL means it: false && unknown is false. A decision that depends on it is counted
// unknown and never guessed. Masks are compared by path, not by kind.
//
// The candidate must be bound, by this package, to the catalog it is to govern; whatever in it is not made of rules decides nothing here and
// leaves what it is asked about unknown. So do targets the candidate does not know, and arguments that no longer fit theirs.
//
// An error in recorded, or a record that cannot be understood, ends the replay. It uses one goroutine and no clock, holds a bounded number of
// changes whatever the length of the log, and takes in the order of 10 microseconds for each condition of a call.
func Replay(ctx context.Context, candidate Decider, recorded iter.Seq2[Recorded, error]) (*Report, error) {
	b, ok := candidate.(*bound)
	if !ok {
		return nil, fmt.Errorf("a %T cannot be replayed against: pass what Bind returned for a policy of this package", candidate)
	}
	p := newReplay(ctx, b)
	n := 0
	for record, err := range recorded {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = p.add(&record)
		}
		if err != nil {
			return nil, fmt.Errorf("recorded call %d: %w", n, err)
		}
		n++
	}
	if err := ctx.Err(); err != nil { // what was asked last may have been cut short
		return nil, err
	}
	p.finish()
	return p.report, nil
}

// replay is one run.
type replay struct {
	ctx     context.Context
	b       *bound
	studies *studies
	report  *Report
	ledger  ledger
	facts   map[*boundTarget]*typeFacts
	unseen  map[targetKey]*boundTarget
	callers map[string]bool // whose surface is known
}

func newReplay(ctx context.Context, b *bound) *replay {
	p := &replay{
		ctx: ctx, b: b, studies: newStudies(), report: &Report{Rules: map[string]int{}}, ledger: newLedger(),
		facts: map[*boundTarget]*typeFacts{}, unseen: map[targetKey]*boundTarget{}, callers: map[string]bool{},
	}
	for key, t := range b.targets {
		for _, list := range t.parts {
			for i := range list.followed {
				p.report.Rules[list.followed[i].about.id] = 0
			}
		}
		for i := range t.withhold {
			p.report.Rules[t.withhold[i].about.id] = 0
		}
		for i := range t.output {
			p.report.Rules[t.output[i].about.id] = 0
		}
		if p.reachable(t, nil) {
			p.unseen[key] = t
		} else {
			p.report.Unreachable = append(p.report.Unreachable, key.String())
		}
	}
	return p
}

// add replays one call.
func (p *replay) add(record *Recorded) error {
	p.report.Calls++
	key := targetKey{record.Kind, record.Name}
	change := Change{CallID: record.CallID, User: cmp.Or(record.User.ID, record.User.Name), Target: key.String()}
	var was Effect
	var decided bool
	change.Was, was, decided = record.was()
	t := p.b.targets[key]
	hidden, err := hiddenGrants(record)
	if err != nil {
		return err
	}
	p.ledger.hold(record, hidden)
	if t == nil || !decided {
		reason := "the decision: the record does not hold one"
		if t == nil {
			reason = "the target: the candidate does not know " + key.String()
		}
		p.ledger.needAll(&record.User)
		p.report.add(change, was, prospect{may: mayAll}, []string{reason})
		return nil
	}
	q, err := p.b.put(record, t, p.factsOf(t))
	if err != nil {
		return err
	}
	p.see(q)
	j := p.judge(q)
	verdict, o, err := p.decide(j)
	if err != nil {
		return err
	}
	for _, rule := range j.used {
		p.report.Rules[rule]++
	}
	if verdict.may&mayAdmit != 0 {
		p.ledger.need(j.needed)
	}
	_, now, known := verdict.may.word()
	if known && now == was && now != Deny {
		var missing []string
		change.Fields, missing = q.remasked(o, j.cut)
		change.Rule = strings.Join(o.Rules, ", ")
		p.report.add(change, was, verdict, missing)
		return nil
	}
	if known {
		j.missing = nil // it turned out not to matter
	}
	p.report.add(change, was, verdict, j.missing)
	return nil
}

func (p *replay) factsOf(t *boundTarget) *typeFacts {
	if p.facts[t] == nil {
		p.facts[t] = t.facts()
	}
	return p.facts[t]
}

func (p *replay) judge(q *question) *judge {
	return &judge{question: q, studies: p.studies, needed: map[grant]bool{}}
}

// decide asks all rules about a call.
func (p *replay) decide(j *judge) (verdict prospect, o Obligations, err error) {
	t, a, err := p.b.begin(p.ctx, j.question.request)
	if err != nil {
		return prospect{}, Obligations{}, err
	}
	defer func() {
		err = caught(recover(), err)
		p.b.release(a)
	}()
	a.slowly()
	if err := errors.Join(a.takeArgs(j.question.request.Args), a.takeResponse(j.question.response)); err != nil {
		return prospect{}, Obligations{}, err
	}
	j.a = a
	verdict = j.admit(len(p.b.others))
	if t.out != nil || len(t.withhold)+len(t.output) > 0 {
		o = j.shape(&verdict)
	}
	return verdict, o, nil
}

// reachable reports whether somebody, or the user, may be let through to a target, with some arguments at some time.
func (p *replay) reachable(t *boundTarget, q *question) bool {
	if q == nil {
		q = &question{record: &Recorded{}, gaps: []gap{gapAt("user")}}
	}
	asked := &question{
		record: q.record, target: t, request: &Request{Target: t.target, User: &q.record.User},
		gaps: slices.Concat(q.gaps, []gap{gapAt("args"), gapAt("agent"), gapAt("request"), gapAt("now"), gapAt("history")}),
	}
	_, a, err := p.b.begin(p.ctx, asked.request)
	if err != nil {
		return true
	}
	defer p.b.release(a)
	a.slowly()
	j := p.judge(asked)
	j.a = a
	return j.admit(len(p.b.others)).may&mayAdmit != 0
}

// see takes the targets off the list that a caller may be let through to.
func (p *replay) see(q *question) {
	key := fmt.Sprintf("%+v", q.record.User)
	if p.callers[key] || len(p.callers) == mostCallers || len(p.unseen) == 0 {
		return
	}
	p.callers[key] = true
	for name, t := range p.unseen {
		if p.reachable(t, q) {
			delete(p.unseen, name)
		}
	}
}

func (p *replay) finish() {
	for key := range p.unseen {
		p.report.Unseen = append(p.report.Unseen, key.String())
	}
	slices.Sort(p.report.Unseen)
	slices.Sort(p.report.Unreachable)
	p.report.Grants = p.ledger.idle()
}
