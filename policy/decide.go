package policy

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"cel.dev/cel-go/common/types/ref"
)

// bound is the decider every policy of this package is bound to. It is immutable but for its pool and for caches of
// what is computed from it alone.
type bound struct {
	world     *world
	targets   map[targetKey]*boundTarget
	others    []Decider // policies that are not made of rules
	coversAll bool
	mostArgs  int
	revision  string
	pool      sync.Pool
}

// boundTarget is all that concerns one target.
type boundTarget struct {
	target    *Target
	in, out   reflect.Type // without pointers; nil for none
	argsType  *goType
	argFields *objectType    // nil where arguments are not a struct
	bare      map[string]int // bare argument name -> field
	outType   *goType
	badArgs   bool // the type of the arguments has faults; such a target is never bound
	badOut    bool // likewise of the result
	tool      *object
	toolName  ref.Val

	lists    []*part     // every list that has a say about the target, those in shadow mode too
	parts    []*part     // those of them that are followed; every one must allow
	trial    bool        // something of the lists is in shadow mode
	withhold []inputRule // deny rules under output
	output   []outputRule
	rowLists []rowList    // the lists rows may be cut from, outer ones first
	tried    []outputRule // output rules in shadow mode
	scope    Scope
	shapes   atomic.Pointer[map[ruleBits]*Obligations]
}

// part is the input rules of one list for one target.
type part struct {
	shadow   bool        // the whole list is in shadow mode, and so not followed
	followed []inputRule // the rules that are followed, in order
	decided  *decided    // the first rule that holds always; what follows it is never asked
	fallback Decision    // what the list ends in
	all      []inputRule // every rule, in order
	end      Decision    // what the list would end in if nothing were in shadow mode
}

type inputRule struct {
	about     *ruleText
	condition *condition
	decision  Decision
	warns     bool // it decides nothing
	nth       int  // among the rules that are followed; -1 for one that is not
}

// add puts a rule at the end of the list, and notes the first that holds always.
func (p *part) add(r inputRule, shadow bool, at decided) {
	r.nth = -1
	if !shadow && !p.shadow {
		r.nth = len(p.followed)
		p.followed = append(p.followed, r)
	}
	p.all = append(p.all, r)
	if p.decided == nil && !shadow && !r.warns && r.condition.alwaysHolds() {
		p.decided = &at
	}
}

// begin finds the target and a pooled activation for one decision.
func (b *bound) begin(ctx context.Context, r *Request) (*boundTarget, *activation, error) {
	if r == nil || r.Target == nil {
		return nil, nil, errors.New("the request names no target")
	}
	t := b.targets[r.Target.key()]
	if t == nil {
		return nil, nil, fmt.Errorf("the policy was not bound to %s %q", r.Target.Kind, r.Target.Name)
	}
	return t, b.activate(ctx, r, t), nil
}

// caught turns a panic of a getter or of the evaluator into an error, which refuses.
func caught(recovered any, err error) error {
	if recovered == nil {
		return err
	}
	return fmt.Errorf("a condition panicked: %v", recovered)
}

// Admit implements [Decider]: every joined list must allow.
func (b *bound) Admit(ctx context.Context, r *Request) (d Decision, err error) {
	t, a, err := b.begin(ctx, r)
	if err != nil {
		return Decision{}, err
	}
	defer func() {
		if err = caught(recover(), err); err != nil {
			d = Decision{}
		}
		b.release(a)
	}()
	if len(t.parts) > 0 {
		if err := a.takeArgs(r.Args); err != nil {
			return Decision{}, err
		}
	}
	d = Decision{Effect: Allow}
	if b.coversAll && len(t.parts)+len(b.others) == 0 {
		d.Rule = "allow-all"
	}
	for _, p := range t.parts {
		one, at, err := p.decide(a)
		if err != nil {
			return Decision{}, err
		}
		if t.trial {
			a.reached = append(a.reached, at)
		}
		if d = d.and(one); d.Effect == Deny {
			break
		}
	}
	d.Warnings, d.Volatile = a.warnings, a.volatile
	theirs := Allow // what others decide; they are not asked about what is denied
	if d.Effect != Deny && len(b.others) > 0 {
		if d, theirs, err = b.askOthers(ctx, r, d); err != nil {
			return Decision{}, err
		}
	}
	if t.trial {
		d.Shadow = append(d.Shadow, b.wouldDecide(ctx, t, a, d, theirs)...)
	}
	return d, nil
}

// decide returns the decision of the first rule that holds, and which of those that are followed that was; where none does, the fallback
// and their number.
func (p *part) decide(a *activation) (d Decision, at int, err error) {
	for i := range p.followed {
		rule := &p.followed[i]
		holds, err := a.holds(rule.condition)
		switch {
		case err != nil:
			return Decision{}, i, &RuleError{Rule: rule.decision.Rule, Err: err}
		case holds == isTrue && rule.warns:
			a.warnings = append(a.warnings, rule.decision.Rule)
		case holds == isTrue:
			return rule.decision, i, nil
		}
	}
	return p.fallback, len(p.followed), nil
}

// askOthers joins d with what the policies decide that are not made of rules, and tells their answer by itself.
func (b *bound) askOthers(ctx context.Context, r *Request, d Decision) (Decision, Effect, error) {
	theirs := Decision{Effect: Allow}
	for _, other := range b.others {
		one, err := other.Admit(ctx, r)
		if err != nil {
			return Decision{}, Deny, err
		}
		theirs = theirs.and(one)
		d.Warnings = append(d.Warnings, one.Warnings...)
		d.Shadow = append(d.Shadow, one.Shadow...)
		d.Volatile = d.Volatile || one.Volatile
		if theirs.Effect == Deny {
			break
		}
	}
	return d.and(theirs), theirs.Effect, nil
}

// and joins two decisions: deny beats require_approval beats allow; of equals the first stays. What is none of the
// three denies. What is noted beside stays that of the first.
func (d Decision) and(other Decision) Decision {
	joined := d
	switch {
	case d.Effect == Deny:
	case other.Effect != Allow && other.Effect != RequireApproval:
		joined.Effect, joined.Rule, joined.Reason = Deny, other.Rule, other.Reason
	case d.Effect == RequireApproval:
	case other.Effect == RequireApproval || d.Rule == "":
		joined.Effect, joined.Rule, joined.Reason = other.Effect, other.Rule, other.Reason
	}
	return joined
}

// Visible implements [Decider]. It runs the ordinary rules with unknown as the value of every argument: a denial that
// depends on them is passed over, an admission that does is taken.
func (b *bound) Visible(ctx context.Context, r *Request) (d Decision, err error) {
	t, a, err := b.begin(ctx, r)
	if err != nil {
		return Decision{}, err
	}
	defer func() {
		if err = caught(recover(), err); err != nil {
			d = Decision{}
		}
		b.release(a)
	}()
	a.unknownArgs = true
	for _, p := range t.parts {
		d, err := p.mayAdmit(a)
		if err != nil {
			return Decision{}, err
		}
		if d.Effect == Deny {
			d.Volatile = a.volatile
			return d, nil
		}
	}
	volatile, depends := a.volatile, a.unsure
	for _, other := range b.others {
		d, err := other.Visible(ctx, r)
		if err != nil {
			return Decision{}, err
		}
		volatile, depends = volatile || d.Volatile, depends || d.Depends
		if d.Effect == Deny {
			d.Volatile = volatile
			return d, nil
		}
	}
	return Decision{Effect: Allow, Depends: depends, Volatile: volatile}, nil
}

// mayAdmit finds the rule that hides the target, if one does. Rules that warn hide nothing and are passed over.
func (p *part) mayAdmit(a *activation) (Decision, error) {
	for i := range p.followed {
		rule := &p.followed[i]
		if rule.warns {
			continue
		}
		holds, err := a.holds(rule.condition)
		switch {
		case err != nil:
			return Decision{}, &RuleError{Rule: rule.decision.Rule, Err: err}
		case rule.decision.Effect == Deny && holds == isTrue:
			return rule.decision, nil
		case rule.decision.Effect != Deny && holds != isFalse:
			return Decision{Effect: Allow}, nil
		}
	}
	if p.fallback.Effect == Deny {
		return p.fallback, nil
	}
	return Decision{Effect: Allow}, nil
}

// Revision implements [Decider].
func (b *bound) Revision() string { return b.revision }

// SelfBounded reports whether every question is answered in bounded time without anybody watching: rules are (cheap
// ones by their cost, costly ones by a deadline), somebody else's Decider or function may not be.
func (b *bound) SelfBounded() bool { return len(b.others) == 0 && len(b.world.goNames) == 0 }
