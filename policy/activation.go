package policy

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

// activation holds the variables of one decision. It is pooled; a value is boxed when a condition first reads it and at
// most once per decision.
type activation struct {
	ctx     context.Context
	cancel  context.CancelFunc
	request *Request
	target  *boundTarget
	world   *world

	user, agent, origin, args object
	argSlots                  []ref.Val // as many as the target with the most arguments needs
	wholeArgs                 ref.Val   // args where they are not a struct
	unknownArgs               bool
	response                  ref.Val
	now                       ref.Val
	item                      ref.Val // the row a where is asked about

	unsure   bool     // a rule could not be decided without the arguments
	volatile bool     // the clock, the request or the history was read, or a Go function called
	warnings []string // ids of the warn rules that held
	reached  []int    // for each list that was asked, which rule decided; kept where something is in shadow mode
}

// deadline bounds the costly conditions of one decision together.
const deadline = 100 * time.Millisecond

var errNotBool = errors.New("the condition gave no bool")

func (b *bound) activate(ctx context.Context, r *Request, t *boundTarget) *activation {
	a, _ := b.pool.Get().(*activation)
	if a == nil {
		w := b.world
		a = &activation{world: w, argSlots: make([]ref.Val, min(b.mostArgs, 64))}
		a.user = object{t: w.user, slots: make([]ref.Val, len(w.user.fields)), lists: make([]textList, w.user.lists)}
	}
	a.ctx, a.request, a.target = ctx, r, t
	if r.User != nil {
		a.user.subject = r.User
	}
	return a
}

// release wipes the activation, so that the pool keeps no one's data alive.
func (b *bound) release(a *activation) {
	if a.cancel != nil {
		a.cancel()
	}
	a.user.forget()
	if a.args.t != nil {
		a.args.forget()
		a.args.t = nil
	}
	if a.agent.t != nil {
		a.agent = object{}
	}
	if a.origin.t != nil {
		a.origin = object{}
	}
	a.ctx, a.cancel, a.request, a.target = nil, nil, nil, nil
	a.wholeArgs, a.unknownArgs, a.response, a.now, a.item = nil, false, nil, nil, nil
	a.unsure, a.volatile, a.warnings, a.reached = false, false, nil, a.reached[:0]
	b.pool.Put(a)
}

// takeArgs makes the arguments readable. They must be of the type the rules were checked against.
func (a *activation) takeArgs(args any) error {
	t := a.target
	if t.in == nil {
		a.wholeArgs = &object{t: t.argFields, goValue: reflect.ValueOf(struct{}{})}
		return nil
	}
	v, err := follow(args, t.in, "arguments are")
	if err != nil {
		return err
	}
	if t.argFields == nil {
		a.wholeArgs = t.argsType.box(v)
		return nil
	}
	a.args.t, a.args.goValue, a.args.slots = t.argFields, v, a.argSlots
	return nil
}

// takeResponse makes the result readable.
func (a *activation) takeResponse(response any) error {
	if a.target.out == nil {
		return nil
	}
	v, err := follow(response, a.target.out, "response is")
	if err != nil {
		return err
	}
	a.response = a.target.outType.box(v)
	return nil
}

// follow removes pointers until the value has the type the rules were checked against.
func follow(value any, want reflect.Type, what string) (reflect.Value, error) {
	v := reflect.ValueOf(value)
	for v.IsValid() && v.Type() != want && v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !v.IsValid() || v.Type() != want {
		if want.Kind() == reflect.Interface {
			at := reflect.New(want).Elem()
			if !v.IsValid() {
				return at, nil
			}
			if v.Type().AssignableTo(want) {
				at.Set(v)
				return at, nil
			}
		}
		return v, fmt.Errorf("the %s a Go %T, but the rules were bound to %s", what, value, want)
	}
	return v, nil
}

// ResolveName implements interpreter.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "user":
		if a.request.User == nil {
			return types.NewErr("the request names no user"), true
		}
		return &a.user, true
	case "args":
		return a.arguments(), true
	case "response":
		if a.response == nil {
			return types.NewErr("there is no response"), true
		}
		return a.response, true
	case "tool":
		return a.target.tool, true
	case "tool_name":
		return a.target.toolName, true
	case "now", hiddenNow:
		a.volatile = true
		if a.now == nil {
			a.now = a.clock()
		}
		return a.now, true
	case "agent":
		subject := a.request.Agent
		if subject == nil {
			subject = &Agent{}
		}
		a.agent = object{t: a.world.agent, subject: subject}
		return &a.agent, true
	case "request":
		a.volatile = true
		a.origin = object{t: a.world.origin, subject: &a.request.Origin}
		if a.unknownArgs && a.target.target.Purpose {
			a.origin = a.world.unstated(&a.request.Origin)
		}
		return &a.origin, true
	case "env":
		return a.world.env, true
	case "history":
		a.volatile = true
		if a.request.History == nil {
			return types.NewErr("history is not remembered here"), true
		}
		return &object{t: a.world.history, subject: a.request.History}, true
	case "item":
		return a.item, a.item != nil
	}
	i, ok := a.target.bare[name]
	switch {
	case !ok:
		return nil, false
	case a.unknownArgs:
		return a.world.unknown, true
	}
	return a.args.field(i), true
}

// Parent implements interpreter.Activation.
func (a *activation) Parent() interpreter.Activation { return nil }

func (a *activation) arguments() any {
	switch {
	case a.unknownArgs:
		return a.world.unknown
	case a.wholeArgs != nil:
		return a.wholeArgs
	}
	return &a.args
}

func (a *activation) clock() ref.Val {
	if a.request.Now.IsZero() {
		return types.NewErr("the request has no time: set Request.Now")
	}
	return types.Timestamp{Time: a.request.Now.UTC()}
}

// truth is what a condition comes to.
type truth uint8

const (
	isFalse truth = iota
	isTrue
	isUnknown // some arguments make it true, or none do: they are not known
)

// holds evaluates a condition. Everything but true, false and unknown is an error.
func (a *activation) holds(c *condition) (truth, error) {
	var v ref.Val
	var err error
	a.volatile = a.volatile || c.callsGo
	if c.costly {
		v, err = a.runBounded(c.program)
	} else {
		v, _, err = c.program.Eval(a)
	}
	if err != nil {
		return isFalse, err
	}
	switch v := v.(type) {
	case types.Bool:
		if v {
			return isTrue, nil
		}
		return isFalse, nil
	case *types.Unknown:
		if a.unknownArgs {
			a.unsure = true
			return isUnknown, nil
		}
	}
	return isFalse, fmt.Errorf("%w but a %s", errNotBool, v.Type().TypeName())
}

// runBounded runs a condition under the deadline all costly conditions of the decision share.
func (a *activation) runBounded(p cel.Program) (ref.Val, error) {
	if err := a.inTime(); err != nil {
		return nil, err
	}
	v, _, err := p.ContextEval(a.ctx, a)
	return v, err
}

// inTime starts the deadline, if nothing has, and reports what is left of it: nil, or why there is none.
func (a *activation) inTime() error {
	if a.cancel == nil {
		a.ctx, a.cancel = context.WithTimeoutCause(a.ctx, deadline, fmt.Errorf("the conditions took longer than %s", deadline))
	}
	if a.ctx.Err() != nil {
		return context.Cause(a.ctx)
	}
	return nil
}
