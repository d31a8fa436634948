package mcpgov

import (
	"context"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// This file is the path of a call, top to bottom. Each stage takes a receipt that only the stage before it
// makes, so an order that forgets the policy or the record does not compile; a test proves that every receipt
// has one maker and every stage one call site.
//
//	open      call id, clock, draft of the record   cannot fail: whatever happens next can be recorded
//	identify  who calls                             unauthenticated, limited
//	decode    one strict reading, defaults, schema  unknown, read_only, invalid_input
//	decide    policy on the decoded value           denied, policy_failed
//	approve   a person says yes, where asked        approval_required, approval_refused
//	record    intent on disk (targets that write)   audit_failed
//	execute   what the cache holds, or deadline(recover(interceptors(handler)))  timeout, cancelled, panicked, failed
//	shape     check, remove, mask, clean, cap       output_invalid, denied, mask_failed, output_too_large
//	seal      outcome record written; the only maker of a reply

// govern takes a call from its first byte to its reply.
func (s *Server) govern(ctx context.Context, t *target, raw incoming) reply {
	o := s.open(ctx, t, raw)
	sh, err := s.walk(o)
	return s.seal(o, sh, err)
}

// walk is the order.
func (s *Server) walk(o opened) (sh shaped, err error) {
	defer func() {
		if p := recover(); p != nil {
			sh, err = shaped{}, refuse(Panicked, panicError(p)).quoting()
		}
	}()
	id, err := s.identify(o)
	if err != nil {
		return sh, err
	}
	d, err := s.decode(id)
	if err != nil {
		return sh, err
	}
	a, err := s.decide(d)
	if err != nil {
		return sh, err
	}
	p, err := s.approve(a)
	if err != nil {
		return sh, err
	}
	r, err := s.record(p)
	if err != nil {
		return sh, err
	}
	x, err := s.execute(r)
	if err != nil {
		return sh, err
	}
	return s.shape(x)
}

// The receipts. The zero receipt holds no call, and every stage refuses it.
type (
	opened     struct{ *call }
	identified struct{ opened }
	decoded    struct {
		identified
		in any // *In: what policy judges is what the handler gets
	}
	admitted struct {
		decoded
		question policy.Request // asked again about the result
		effect   policy.Effect
	}
	approved struct{ admitted }
	recorded struct{ approved }
	executed struct {
		recorded
		out  any    // *Out
		body []byte // out as it was marshalled, once
	}
	shaped struct {
		executed
		structured []byte        // masked; nil for a target that returns content only
		truncated  []string      // lists whose rows were limited
		content    []mcp.Content // masked; nil stands for the structured result as text
		origin     origin
	}
)

// target is what tools, resources and prompts differ in. It does not change after New.
type target struct {
	kind, name          string
	readOnly, untrusted bool
	timeout             time.Duration
	level               audit.Level
	errors              []ErrorSpec // the business errors it declares
	provenance          Provenance
	cache               *Cache   // nil: every call runs the handler
	invalidates         []string // tags of cached answers that are out of date when the handler has run
	tags, outdates      []*tag   // those of cache and invalidates
	policy              *policy.Target
	parse               func(s *Server, c *call) (in any, err error)
	validate            func(s *Server, c *call, in any) error
	copyIn              func(in any) any // for the handler, so that it cannot change what the policy is asked again about
	invoke              func(ctx context.Context, in any) (out any, err error)
	returns             func(out any) bool // out is of the type the handler was declared with
	encode              func(out any) ([]byte, error)
	decode              func(body []byte) (out any, err error) // undoes encode; nil where that cannot be
}

func (s *Server) open(ctx context.Context, t *target, raw incoming) opened {
	e := s.current.Load() // the whole call is judged by one policy, whatever is loaded meanwhile
	c := &call{server: s, ctx: ctx, id: newCallID(), begun: time.Now(), target: t, edition: e, shows: e.view(t), raw: raw, caller: &Caller{}}
	c.draft = s.draft(c)
	return opened{c}
}

func (s *Server) identify(o opened) (identified, error) {
	if o.call == nil {
		return identified{}, refuse(Unauthenticated, errZeroReceipt)
	}
	caller, err := s.who(o.ctx, &o.raw)
	if err != nil {
		return identified{}, err
	}
	o.caller = caller
	o.noteCaller()
	if !s.rates.allow(rateKey(caller, &o.raw), o.begun) {
		return identified{}, refuse(Limited, errRate)
	}
	if !s.handlers.take() {
		return identified{}, refuse(Limited, errConcurrency)
	}
	o.holds = true
	return identified{o}, nil
}

func (s *Server) decode(id identified) (decoded, error) {
	if id.call == nil {
		return decoded{}, refuse(InvalidInput, errZeroReceipt)
	}
	if err := s.reveal(id.call); err != nil {
		return decoded{}, err
	}
	in, err := id.target.parse(s, id.call)
	if err != nil {
		return decoded{}, classify(err)
	}
	if err := s.noteArguments(id.call, false); err != nil {
		return decoded{}, refuse(MaskFailed, err)
	}
	if err := id.target.validate(s, id.call, in); err != nil {
		return decoded{}, classify(err)
	}
	return decoded{id, in}, nil
}

func (s *Server) decide(d decoded) (admitted, error) {
	if d.call == nil {
		return admitted{}, refuse(Denied, errZeroReceipt)
	}
	question := policy.Request{
		Target: d.target.policy, User: &d.caller.User, Agent: &d.caller.Agent, Args: d.in,
		Origin: d.raw.origin(), Now: d.begun, History: s.histories.of(d.call),
	}
	decision, err := ask(d.ctx, s, d.edition, func(ctx context.Context) (policy.Decision, error) {
		return d.edition.decider.Admit(ctx, &question)
	})
	if err != nil {
		return admitted{}, policyFailure(err)
	}
	d.noteDecision(decision)
	if decision.Effect != policy.Allow && decision.Effect != policy.RequireApproval {
		return admitted{}, &Error{Code: Denied, Message: decision.Reason, rule: decision.Rule}
	}
	return admitted{d, question, decision.Effect}, nil
}

func (s *Server) approve(a admitted) (approved, error) {
	if a.call == nil {
		return approved{}, refuse(ApprovalRequired, errZeroReceipt)
	}
	if a.effect != policy.Allow {
		if err := s.askApprover(a.call); err != nil {
			return approved{}, err
		}
	}
	return approved{a}, nil
}

func (s *Server) record(p approved) (recorded, error) {
	if p.call == nil {
		return recorded{}, refuse(AuditFailed, errZeroReceipt)
	}
	if err := s.nameStrangers(p.call); err != nil {
		return recorded{}, err
	}
	if err := s.writeIntent(p.call); err != nil {
		return recorded{}, refuse(AuditFailed, err)
	}
	return recorded{p}, nil
}

func (s *Server) execute(r recorded) (executed, error) {
	if r.call == nil {
		return executed{}, refuse(Failed, errZeroReceipt)
	}
	if out, body, ok := s.recalled(r.call, r.in); ok {
		return executed{r, out, body}, nil
	}
	out, body, err := s.run(r.call, r.target.copyIn(r.in))
	if err != nil {
		return executed{}, r.target.classify(err)
	}
	return executed{r, out, body}, nil
}

func (s *Server) shape(x executed) (shaped, error) {
	if x.call == nil {
		return shaped{}, refuse(MaskFailed, errZeroReceipt)
	}
	if err := x.shows.check(x.out, x.body); err != nil {
		return shaped{}, refuse(OutputInvalid, err)
	}
	duty, err := ask(x.ctx, s, x.edition, func(ctx context.Context) (policy.Obligations, error) {
		return x.edition.decider.Shape(ctx, &x.question, x.out)
	})
	if err != nil {
		return shaped{}, policyFailure(err).quoting()
	}
	x.noteObligations(duty)
	if duty.Deny != nil {
		x.noteDecision(*duty.Deny)
		return shaped{}, &Error{Code: Denied, Message: duty.Deny.Reason, rule: duty.Deny.Rule}
	}
	masked, err := x.shows.mask(x.body, duty)
	if err != nil {
		return shaped{}, refuse(MaskFailed, err)
	}
	if err := s.attribute(x, duty, &masked); err != nil {
		return shaped{}, &Error{Code: OutputInvalid, cause: err, own: true}
	}
	if err := s.clean(x.call, &masked); err != nil {
		return shaped{}, &Error{Code: OutputInvalid, cause: err, own: true}
	}
	if size := masked.size(); size > s.limits.ResultBytes {
		return shaped{}, refuse(OutputTooLarge, sizeError(size, s.limits.ResultBytes))
	}
	if err := s.noteResult(x.call, x.out, masked); err != nil {
		return shaped{}, refuse(MaskFailed, err)
	}
	s.keep(x.call, x.out, x.body)
	return shaped{x, masked.structured, masked.truncated, masked.content, masked.origin}, nil
}

// reply is how a call ended, before it is put into the words of a protocol method.
type reply struct {
	code       Code
	category   Category
	message    string // for the caller
	callID     string
	retryable  bool // a declared business error that may succeed when tried again
	structured []byte
	content    []mcp.Content
	truncated  []string // lists, by JSON Pointer, that hold fewer rows than there were for their number alone
	origin     origin   // where it came from
	untrusted  bool     // what the result says comes from where nobody vouches for it
	concealed  bool     // to be answered exactly as a target that does not exist
}

// seal writes the outcome and makes the reply. A result whose record cannot be written is withheld; a record that is
// written too late may then say ok of a result nobody got.
func (s *Server) seal(o opened, sh shaped, err error) reply {
	if o.holds {
		s.handlers.give()
	}
	if err == nil && (sh.call == nil || sh.call != o.call) {
		err = refuse(Failed, errZeroReceipt)
	}
	if failure := s.writeOutcome(o.call, err); failure != nil {
		err = refuse(AuditFailed, failure)
	}
	if err == nil {
		return reply{code: OK, callID: o.id, structured: sh.structured, content: sh.content, truncated: sh.truncated, origin: sh.origin, untrusted: o.target.untrusted}
	}
	e := o.target.told(err)
	return reply{
		code: e.Code, category: e.Code.Category(), message: s.told(o.call, e), callID: o.id,
		retryable: o.target.retryable(e.Code), concealed: e.concealed,
	}
}
