package policy

import (
	"context"
	"errors"
	"fmt"
)

// Shadow mode: what is followed is decided first, as if nothing were in shadow mode, and what would be decided if nothing were is found
// out afterwards, with the time that is left. So a rule on trial can neither refuse a call nor make one wait for more than the deadline
// all conditions share, and no condition is evaluated twice.

const wouldFail = "fail"

// try evaluates a condition of which nothing but a note depends.
func (a *activation) try(c *condition) (holds truth, err error) {
	defer func() { err = caught(recover(), err) }()
	return a.holds(c)
}

// tried is how a list would decide if nothing in it were in shadow mode.
type tried struct {
	decision Decision
	byShadow bool // what decides is in shadow mode
	fails    bool // the rule on trial could not be evaluated, which would refuse
	differs  bool // as the list is, it decides otherwise, or that is not known
}

// wouldDecide lists what the rules and sets in shadow mode would have changed about a decision that was made without them.
func (b *bound) wouldDecide(ctx context.Context, t *boundTarget, a *activation, did Decision, theirs Effect) (notes []Divergence) {
	if err := a.takeArgs(a.request.Args); err != nil {
		return []Divergence{{Rule: t.lists[0].end.Rule, Would: wouldFail}}
	}
	would := Decision{Effect: Allow}
	var last tried
	var differing []Divergence
	followed := 0
	for _, p := range t.lists {
		reached := -1
		if !p.shadow {
			if followed < len(a.reached) {
				reached = a.reached[followed]
			}
			followed++
		}
		last = p.try(a, reached, &notes)
		if last.byShadow && last.differs && !last.fails {
			differing = append(differing, Divergence{Rule: last.decision.Rule, Would: last.decision.Effect.String()})
		}
		if would = would.and(last.decision); would.Effect == Deny {
			break
		}
	}
	deniedByShadow := would.Effect == Deny && last.byShadow && !last.fails
	if would.Effect != Deny && len(b.others) > 0 {
		if did.Effect == Deny { // they may not have been asked
			theirs = b.tryOthers(ctx, a.request)
		}
		would = would.and(Decision{Effect: theirs})
	}
	switch {
	case would.Effect != did.Effect:
		notes = append(notes, differing...)
	case deniedByShadow && last.decision.Rule != did.Rule: // denied either way, but by another rule
		notes = append(notes, Divergence{Rule: last.decision.Rule, Would: Deny.String()})
	}
	return notes
}

// try decides as if nothing in the list were in shadow mode. Reached is what [part.decide] returned; -1 where the list was not asked.
func (p *part) try(a *activation, reached int, notes *[]Divergence) tried {
	does := Decision{Effect: Allow} // a list in shadow mode has no say
	switch {
	case p.shadow:
	case reached == len(p.followed):
		does = p.fallback
	case reached >= 0:
		does = p.followed[reached].decision
	}
	settled := func(d Decision, byShadow bool) tried {
		return tried{decision: d, byShadow: byShadow, differs: !p.shadow && reached < 0 || d.Effect != does.Effect}
	}
	for i := range p.all {
		rule := &p.all[i]
		switch {
		case rule.nth >= 0 && rule.nth == reached:
			return settled(rule.decision, false)
		case rule.nth >= 0 && (reached >= 0 || rule.warns): // it did not hold, or it only warns
			continue
		}
		byShadow := rule.nth < 0
		holds, err := a.try(rule.condition)
		switch {
		case err != nil:
			if byShadow {
				*notes = append(*notes, Divergence{Rule: rule.decision.Rule, Would: wouldFail})
			}
			return tried{byShadow: byShadow, fails: true}
		case holds == isTrue && rule.warns:
			*notes = append(*notes, Divergence{Rule: rule.decision.Rule, Would: string(ActionWarn)})
		case holds == isTrue:
			return settled(rule.decision, byShadow)
		}
	}
	return settled(p.end, p.shadow || p.end.Effect != p.fallback.Effect)
}

// tryOthers asks the policies that are not made of rules about a call that only shadow mode would let come to them.
func (b *bound) tryOthers(ctx context.Context, r *Request) (theirs Effect) {
	defer func() {
		if recover() != nil {
			theirs = Deny
		}
	}()
	_, theirs, err := b.askOthers(ctx, r, Decision{Effect: Allow})
	if err != nil {
		return Deny
	}
	return theirs
}

// split sorts the lists of a target out once all are bound.
func (t *boundTarget) split() {
	for _, p := range t.lists {
		if !p.shadow {
			t.parts = append(t.parts, p)
		}
		if len(p.followed) == len(p.all) {
			p.all = p.followed // the same rules: once is enough
		}
		t.trial = t.trial || p.shadow || len(p.followed) < len(p.all)
	}
}

// nothingEnforced refuses a policy of which nothing is followed: what was meant to try a set beside others would open the server.
func nothingEnforced(policies []Policy) error {
	enforced, sets, shadow := false, 0, ""
	for _, p := range policies {
		made, ok := p.(listed)
		if !ok {
			return nil // somebody else's policy decides, or a fault was reported
		}
		for _, l := range made.lists() {
			switch {
			case l.mode.shadow():
				shadow = l.place()
			case l.own == nil:
				return nil
			default:
				enforced = true
			}
			if l.own == nil {
				sets++
			}
		}
	}
	if shadow == "" || enforced && sets == 0 {
		return nil
	}
	return fmt.Errorf("%s: %w", shadow, errNothingEnforced)
}

var errNothingEnforced = errors.New("it is in shadow mode, as is every set: nothing would be enforced: join policy.AllowAll() if that is meant")
