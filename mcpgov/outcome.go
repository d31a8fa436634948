package mcpgov

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// writeIntent makes durable that a handler is about to run which may change something.
func (s *Server) writeIntent(c *call) error {
	if c.target.readOnly {
		return nil
	}
	intent := c.draft
	intent.Kind = audit.KindIntent
	return s.writeFor(c, &intent)
}

// writeFor writes a record of a call. All of them together have the sink's time, so that a sink that hangs holds a caller up once; the last
// is given a moment all the same.
func (s *Server) writeFor(c *call, r *audit.Record) error {
	begun := time.Now()
	err := s.writeWithin(c.ctx, max(s.limits.Audit-c.recording, lastMoment), r)
	c.recording += time.Since(begun)
	return err
}

// lastMoment is what a sink gets for a call's outcome when its time is up.
const lastMoment = 100 * time.Millisecond

// writeOutcome completes the draft and makes it durable.
func (s *Server) writeOutcome(c *call, err error) error {
	r := &c.draft
	r.Duration = time.Since(c.begun)
	c.notes.seal(r)
	r.Outcome = string(OK)
	if err != nil {
		e := c.target.told(err)
		r.Outcome, r.Category = string(e.Code), string(e.Code.Category())
		if e.rule != "" {
			r.Rule = e.rule
		}
		if r.Decision == "" && e.Code.Category() == ClientError {
			r.Decision = policy.Deny.String()
		}
		if c.target.level != audit.LevelBasic {
			r.Cause = s.cause(c, e)
		}
		r.Response, r.ResponseDigest, r.Masked, r.Shown, r.Cut, r.Rows = nil, "", nil, nil, 0, 0
	}
	c.hidePeople(r)
	s.histories.note(c)
	s.shadowed.add(r.Shadow)
	slow := c.target.timeout != noLimit && r.Duration-c.waited > c.target.timeout/5*4
	if slow {
		r.Note = joinNote(r.Note, "slow")
	}
	failure := s.writeFor(c, r)
	if slow {
		s.logger.Warn("slow call", slog.String("call_id", c.id), slog.String("target", c.target.name),
			slog.Duration("duration", r.Duration), slog.Duration("deadline", c.target.timeout))
	}
	return failure
}

func joinNote(notes, another string) string {
	switch {
	case notes == "":
		return another
	case another == "":
		return notes
	}
	return notes + "; " + another
}

// cause is what operators are told: the whole chain of errors, without what is sensitive, cut to size.
func (s *Server) cause(c *call, e *Error) string {
	c.unread()
	text := e.Message
	if e.cause != nil {
		text = joinNote(text, s.causeText(c, e))
	}
	return clipTo(c.forRecord(text), maxRecordedCause)
}

// causeText is the text of an error's cause. What a tool says when it fails may quote values nobody has seen yet, so
// that nothing could find them in the text: where something sensitive may be about, its kind and a keyed digest to tell
// two apart have to do, unless Config.RecordErrorTexts says otherwise.
func (s *Server) causeText(c *call, e *Error) string {
	careless := !c.shows.maskable() && c.shows.subjectsOut.none() && (c.read || c.shows.inLog.fields.Empty())
	if e.own || s.recordErrorTexts || careless {
		return errorText(e.cause)
	}
	digest := func(text string) string { return ", digest " + s.digest([]byte(text)) }
	if s.erasable(c) {
		digest = func(string) string { return "" } // of somebody's name it would outlive the key
	}
	if p, ok := errors.AsType[*panicked](e.cause); ok {
		return fmt.Sprintf("panic, text withheld%s\n%s", digest(p.value), p.stack)
	}
	if p, ok := errors.AsType[*stopped](e.cause); ok {
		return p.why.Error()
	}
	kinds := fmt.Sprintf("%T", e.cause)
	if heard, ok := errors.AsType[*spoken](e.cause); ok {
		kinds = heard.kinds
	}
	return fmt.Sprintf("%s, text withheld%s", kinds, digest(errorText(e.cause)))
}

// write hands one record to the sink, whatever became of the caller: a client that hangs up cannot suppress it.
// In best-effort mode a lost record is counted, and the count is recorded as soon as the sink works again.
func (s *Server) write(ctx context.Context, r *audit.Record) error {
	return s.writeWithin(ctx, s.limits.Audit, r)
}

func (s *Server) writeWithin(ctx context.Context, limit time.Duration, r *audit.Record) error {
	ctx = context.WithoutCancel(ctx)
	left := timeLeft(limit)
	err := s.owed(ctx, left)
	if err == nil {
		err = s.append(ctx, left(), *r) // a copy: a sink that is left behind must not see what becomes of the draft
	}
	if err == nil {
		return nil
	}
	s.logger.Error("audit record could not be written", slog.String("call_id", r.CallID), slog.String("target", r.Target.Name),
		slog.String("outcome", r.Outcome), slog.Any("error", err))
	if s.bestEffort {
		s.lost.Add(1)
		return nil
	}
	return err
}

// timeLeft tells, whenever it is asked, how much is left of a time that begins now.
func timeLeft(limit time.Duration) func() time.Duration {
	begun := time.Now()
	return func() time.Duration {
		if limit == noLimit {
			return noLimit
		}
		return limit - time.Since(begun)
	}
}

// owed writes what must stand before the next record: that the server has begun, and how many records a best-effort server has lost.
func (s *Server) owed(ctx context.Context, left func() time.Duration) error {
	if !s.started.Load() {
		if err := s.begin(ctx, left()); err != nil {
			return err
		}
	}
	if s.lost.Load() == 0 {
		return nil
	}
	lost := s.lost.Swap(0)
	gap := s.event("audit", fmt.Sprintf("records not confirmed in time before this one, and perhaps lost: %d", lost))
	gap.Outcome = string(AuditFailed)
	err := s.append(ctx, left(), gap)
	if err != nil {
		s.lost.Add(lost)
	}
	return err
}
