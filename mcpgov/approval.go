package mcpgov

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Approver asks a person, or whoever stands in for one, whether a call may happen of which a rule says require_approval. It returns nil
// for yes; an error is a no and ends the call as [ApprovalRefused], its text for the record only, unless it was made with [Userf]. It runs
// after the decision and before the intent record, bounded by [Limits].Approval; no answer in time and a panic are a no, too. The call's
// concurrency slot is held meanwhile. It must be safe for concurrent use.
//
// What the client says of an approval proves nothing: an Approver has to ask by a way of its own.
type Approver func(ctx context.Context, a Approval) error

// Approval is the question an [Approver] gets. It is a copy: changing it changes nothing.
type Approval struct {
	Call      Call            // who wants to call what
	Rule      string          // the id of the rule that asks
	Reason    string          // what the rule's author wrote
	Arguments json.RawMessage // the arguments as the record holds them: labelled ones masked; nil at audit.LevelBasic
}

// askApprover puts the question. Whatever is not a yes is a no.
func (s *Server) askApprover(c *call) error {
	if s.approver == nil {
		return refuse(ApprovalRequired, errNoApprover)
	}
	question := Approval{Call: c.view(), Rule: c.draft.Rule, Reason: c.draft.Reason, Arguments: bytes.Clone(c.draft.Arguments)}
	asked := time.Now()
	_, err := held(c.ctx, s, c, s.limits.Approval, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.approver(ctx, question)
	})
	c.waited = time.Since(asked)
	if err == nil {
		c.draft.Note = joinNote(c.draft.Note, "approved")
		return nil
	}
	if errors.Is(err, errCancelled) {
		return refuse(Cancelled, err)
	}
	refusal := &Error{Code: ApprovalRefused, cause: err, rule: c.draft.Rule}
	if e, ok := errors.AsType[*Error](err); ok && e.Code == Failed {
		refusal.Message, refusal.cause = e.Message, e.cause
	}
	return refusal
}
