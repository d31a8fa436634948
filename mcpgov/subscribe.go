package mcpgov

import (
	"context"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/policy"
)

// This file is how clients ask to hear of changes: what they may not read they cannot watch, neither by resources/subscribe nor by
// subscriptions/listen, and of URIs that do not exist they are told the same.

// maxSubscriptions bounds what one session watches.
const maxSubscriptions = 1000

func (s *Server) subscribe(ctx context.Context, req mcp.Request, next mcp.MethodHandler) (mcp.Result, error) {
	params, ok := req.GetParams().(*mcp.SubscribeParams)
	if !ok || params == nil {
		return nil, s.incomplete(ctx, req, "resources/subscribe", "uri")
	}
	o := s.open(ctx, s.subscription(params.URI), s.incoming(ctx, req, nil))
	err := s.enter(o.call)
	var in any
	if err == nil {
		in, err = s.mayRead(o.call, params.URI)
	}
	if err == nil && !s.watchers.subscribed(s, req, o.call, params.URI, in) {
		err = refuse(Limited, fmt.Errorf("a session may watch %d resources", maxSubscriptions))
	}
	if failure := s.writeOutcome(o.call, err); failure != nil {
		err = refuse(AuditFailed, failure)
	}
	if err == nil {
		return next(ctx, "resources/subscribe", req)
	}
	s.watchers.unsubscribed(req, params.URI)
	if e := o.target.told(err); e.concealed {
		return nil, unknownResource(params.URI)
	}
	return nil, protocolError(o.call, err)
}

func (s *Server) unsubscribe(ctx context.Context, req mcp.Request, next mcp.MethodHandler) (mcp.Result, error) {
	params, ok := req.GetParams().(*mcp.UnsubscribeParams)
	if !ok || params == nil {
		return nil, s.incomplete(ctx, req, "resources/unsubscribe", "uri")
	}
	o := s.open(ctx, s.subscription(params.URI), s.incoming(ctx, req, nil))
	o.draft.Note = "unsubscribed"
	err := s.enter(o.call)
	if failure := s.writeOutcome(o.call, err); failure != nil {
		err = refuse(AuditFailed, failure)
	}
	if err != nil {
		return nil, protocolError(o.call, err)
	}
	s.watchers.unsubscribed(req, params.URI)
	return next(ctx, "resources/unsubscribe", req)
}

// listen is subscriptions/listen of the stateless era: one stream for all a client wants to hear of. URIs it may not read are left out of what
// the server acknowledges, like URIs that do not exist. The record is written when the stream begins.
func (s *Server) listen(ctx context.Context, req mcp.Request, next mcp.MethodHandler) (mcp.Result, error) {
	params, ok := req.GetParams().(*mcp.SubscriptionsListenParams)
	if !ok || params == nil || params.Notifications == nil {
		return nil, s.incomplete(ctx, req, "subscriptions/listen", "notifications")
	}
	o := s.open(ctx, stranger(kindSubscription, "subscriptions/listen"), s.incoming(ctx, req, nil))
	err := s.enter(o.call)
	if n := len(params.Notifications.ResourceSubscriptions); err == nil && n > maxSubscriptions {
		err = &Error{Code: InvalidInput, Message: fmt.Sprintf("a stream may watch %d resources, not %d", maxSubscriptions, n)}
	}
	wanted := *params.Notifications
	wanted.ResourceSubscriptions = nil
	if err == nil {
		for _, uri := range params.Notifications.ResourceSubscriptions {
			in, refused := s.mayRead(o.call, uri)
			if refused == nil && s.watchers.subscribed(s, req, o.call, uri, in) {
				wanted.ResourceSubscriptions = append(wanted.ResourceSubscriptions, uri)
			}
		}
		o.draft.Note = fmt.Sprintf("watches %d of %d resources", len(wanted.ResourceSubscriptions), len(params.Notifications.ResourceSubscriptions))
		o.draft.Decision, o.draft.Rule, o.draft.Reason = policy.Allow.String(), "", ""
		for _, kind := range []listKind{toolList, resourceList, templateList, promptList} {
			s.watchers.listed(s, req, o.call, kind)
		}
	}
	if failure := s.writeOutcome(o.call, err); failure != nil {
		err = refuse(AuditFailed, failure)
	}
	defer s.watchers.left(req)
	if err != nil {
		return nil, protocolError(o.call, err)
	}
	params.Notifications = &wanted
	return next(ctx, "subscriptions/listen", req)
}

const kindSubscription = "subscription"

// subscription is what a record of one is about: the resource, by the name rules know it by.
func (s *Server) subscription(uri string) *target {
	if t, _ := s.targets.resource(uri); t != nil {
		return stranger(kindSubscription, t.name)
	}
	return s.strangeURI(kindSubscription, uri)
}

// mayRead decides whether the caller of c may read a URI, as a read of it would be decided, and returns what its variables are read as.
func (s *Server) mayRead(c *call, uri string) (in any, err error) {
	t, variables := s.targets.resource(uri)
	if t == nil {
		return nil, &Error{Code: Unknown, own: true, concealed: true}
	}
	read := c.about(t)
	if err = s.reveal(read); err == nil {
		in, err = s.admits(read, s.targets.parts[t].texts.document(variables))
	}
	c.draft.Decision, c.draft.Rule, c.draft.Reason = read.draft.Decision, read.draft.Rule, read.draft.Reason
	return in, err
}

// about is a question of the same caller about a call that is not made: the record stays that of c.
func (c *call) about(t *target) *call {
	return &call{
		ctx: c.ctx, id: c.id, begun: c.begun, target: t, edition: c.edition, shows: c.edition.view(t), raw: c.raw, caller: c.caller,
	}
}

// admits reads arguments that came as texts and asks whether a call with them would be let through.
func (s *Server) admits(c *call, arguments []byte) (in any, err error) {
	t := c.target
	c.raw.arguments = arguments
	if !s.handlers.take() {
		return nil, refuse(Limited, errConcurrency)
	}
	c.holds = true
	defer func() {
		if c.holds {
			s.handlers.give()
		}
	}()
	if in, err = t.parse(s, c); err != nil {
		return nil, classify(err)
	}
	if err := t.validate(s, c, in); err != nil {
		return nil, classify(err)
	}
	decision, err := s.decision(c, t, in)
	if err != nil {
		return nil, policyFailure(err)
	}
	c.noteDecision(decision)
	if decision.Effect != policy.Allow {
		return nil, &Error{Code: Denied, Message: decision.Reason, rule: decision.Rule}
	}
	return in, nil
}

// decision asks about a call that is not made.
func (s *Server) decision(c *call, t *target, in any) (policy.Decision, error) {
	question := policy.Request{Target: t.policy, User: &c.caller.User, Agent: &c.caller.Agent, Args: in, Origin: c.raw.origin(), Now: c.begun, History: s.histories.of(c)}
	return ask(context.WithoutCancel(c.ctx), s, c.edition, func(ctx context.Context) (policy.Decision, error) {
		return c.edition.decider.Admit(ctx, &question)
	})
}

// ResourceUpdated tells the sessions that watch a resource that it has changed: those whose caller may still read it, under the policy now in
// force. Nobody is told what changed. Cached answers of the resource end. An error means that there is no such resource.
func (s *Server) ResourceUpdated(ctx context.Context, uri string) error {
	t, _ := s.targets.resource(uri)
	if t == nil {
		return &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: fmt.Sprintf("there is no resource %q", uri)}
	}
	s.invalidate(t.own())
	return s.sdk.ResourceUpdated(ctx, &mcp.ResourceUpdatedNotificationParams{URI: uri}) //nolint:wrapcheck // it returns none
}
