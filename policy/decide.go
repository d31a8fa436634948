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

	parts    []*part     // one per joined list; every one must allow
	withhold []inputRule // deny rules under output
	output   []outputRule
	scope    Scope
	shapes   atomic.Pointer[map[ruleBits]*Obligations]
}

// part is the input rules of one list for one target.
type part struct {
	input    []inputRule
	decided  *decided // the first of them that holds always; what follows it is never asked
	fallback Decision
}

type inputRule struct {
	condition *condition
	decision  Decision
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
		one, err := p.decide(a)
		if err != nil {
			return Decision{}, err
		}
		d = d.and(one)
		if d.Effect == Deny {
			return d, nil
		}
	}
	for _, other := range b.others {
		one, err := other.Admit(ctx, r)
		if err != nil {
			return Decision{}, err
		}
		d = d.and(one)
		if d.Effect == Deny {
			return d, nil
		}
	}
	return d, nil
}

// decide returns the decision of the first rule that holds, or the fallback.
func (p *part) decide(a *activation) (Decision, error) {
	for i := range p.input {
		rule := &p.input[i]
		holds, err := a.holds(rule.condition)
		if err != nil {
			return Decision{}, &RuleError{Rule: rule.decision.Rule, Err: err}
		}
		if holds == isTrue {
			return rule.decision, nil
		}
	}
	return p.fallback, nil
}

// and joins two decisions: deny beats require_approval beats allow; of equals the first stays. What is none of the
// three denies.
func (d Decision) and(other Decision) Decision {
	switch {
	case d.Effect == Deny:
		return d
	case other.Effect != Allow && other.Effect != RequireApproval:
		return Decision{Effect: Deny, Rule: other.Rule, Reason: other.Reason}
	case d.Effect == RequireApproval:
		return d
	case other.Effect == RequireApproval || d.Rule == "":
		return other
	}
	return d
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
		if d, err := p.mayAdmit(a); err != nil || d.Effect == Deny {
			return d, err
		}
	}
	for _, other := range b.others {
		if d, err := other.Visible(ctx, r); err != nil || d.Effect == Deny {
			return d, err
		}
	}
	return Decision{Effect: Allow}, nil
}

// mayAdmit finds the rule that hides the target, if one does.
func (p *part) mayAdmit(a *activation) (Decision, error) {
	for i := range p.input {
		rule := &p.input[i]
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
// ones by their cost, costly ones by a deadline), somebody else's Decider may not be.
func (b *bound) SelfBounded() bool { return len(b.others) == 0 }
