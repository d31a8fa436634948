package mcpgov

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/policy"
)

// Sizes past which a record holds a digest instead of the value.
const (
	maxRecordedArguments = 64 << 10
	maxRecordedResponse  = 256 << 10
	maxRecordedCause     = 8 << 10
)

// newCallID returns 130 random bits in 26 letters and digits.
func newCallID() string { return rand.Text() }

// draft begins the record of a call with what is known before anything was read.
func (s *Server) draft(c *call) audit.Record {
	r := audit.Record{
		Kind: audit.KindOutcome, CallID: c.id, Time: c.begun, Server: s.identity, Client: c.raw.client,
		Target: audit.Target{Kind: c.target.kind, Name: c.target.name, ReadOnly: c.target.readOnly}, Level: c.target.level,
	}
	r.TraceID, r.SpanID = traceIDs(c.raw.traceparent)
	if c.raw.alias != "" {
		r.Note = "called by its old name " + c.raw.alias
	}
	return r
}

func (c *call) noteCaller() {
	u := &c.caller.User
	c.draft.User = audit.User{ID: u.ID, Name: u.Name, Role: u.Role, Tenant: u.Tenant, Provider: u.Provider, Anonymous: u.Anonymous}
	c.draft.Agent = audit.Agent{ID: c.caller.Agent.ID, Kind: c.caller.Agent.Kind}
}

// noteArguments puts the masked arguments and the keyed digest of the whole into the draft. Only arguments that
// could be read are recorded: of others nobody can tell what in them is sensitive.
func (s *Server) noteArguments(c *call) error {
	c.decoded = true
	raw := c.raw.arguments
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	canonical, err := canon.JSON(raw) // once: the digest needs it, and what is masked of it stays canonical for the record
	if err != nil {
		return fmt.Errorf("arguments for the record: %w", err)
	}
	c.draft.ArgumentsDigest = s.digest(canonical)
	if c.target.level == audit.LevelBasic {
		return nil
	}
	masked, err := c.target.inLog.fields.Apply(nil, canonical, nil)
	if err != nil {
		return fmt.Errorf("arguments for the record: %w", err)
	}
	if len(masked) > maxRecordedArguments {
		masked = fmt.Appendf(nil, `{"mcpgov_omitted_bytes":%d}`, len(masked))
	}
	c.draft.Arguments = masked
	return nil
}

func (c *call) noteDecision(d policy.Decision) {
	c.draft.Decision, c.draft.Rule, c.draft.Reason = d.Effect.String(), d.Rule, d.Reason
}

// noteResult puts what the caller got into the draft; labelled fields are hidden there whoever the caller is.
func (s *Server) noteResult(c *call, m maskedResult) error {
	c.draft.Bytes = m.size()
	c.draft.Masked = m.touched
	if c.target.level != audit.LevelComplete {
		return nil
	}
	canonical, err := canon.JSON(m.body)
	if err != nil {
		return fmt.Errorf("result for the record: %w", err)
	}
	c.draft.ResponseDigest = s.digest(canonical)
	if m.structured == nil {
		return nil // content has no shape a record could hold; its digest and size stand for it
	}
	logged, err := c.target.outLog.fields.Apply(nil, m.structured, nil)
	if err != nil {
		return fmt.Errorf("result for the record: %w", err)
	}
	if len(logged) > maxRecordedResponse {
		c.draft.ResponseTruncated = true
		return nil
	}
	c.draft.Response = logged
	return nil
}

// digest is the keyed digest (HMAC-SHA256, RFC 2104) of a JSON document in canonical form: whoever has the key can
// look for a value he knows, and nobody else can guess one.
func (s *Server) digest(canonical []byte) string {
	mac, ok := s.macs.Get().(hash.Hash)
	if !ok {
		mac = hmac.New(sha256.New, s.key)
	}
	mac.Reset()
	mac.Write(canonical)
	var sum [sha256.Size]byte
	digest := hex.EncodeToString(mac.Sum(sum[:0]))
	s.macs.Put(mac)
	return digest
}

// writeIntent makes durable that a handler is about to run.
func (s *Server) writeIntent(c *call) error {
	intent := c.draft
	intent.Kind = audit.KindIntent
	return s.write(c.ctx, &intent)
}

// writeOutcome completes the draft and makes it durable.
func (s *Server) writeOutcome(c *call, err error) error {
	r := &c.draft
	r.Duration = time.Since(c.begun)
	r.Sources = c.notes.seal()
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
		r.Response, r.ResponseDigest, r.Masked = nil, "", nil
	}
	if limit := c.target.timeout; limit != noLimit && r.Duration > limit/5*4 {
		s.logger.Warn("slow call", slog.String("call_id", c.id), slog.String("target", c.target.name),
			slog.Duration("duration", r.Duration), slog.Duration("deadline", limit))
		r.Note = joinNote(r.Note, "slow")
	}
	return s.write(c.ctx, r)
}

func joinNote(notes, another string) string {
	if notes == "" {
		return another
	}
	return notes + "; " + another
}

// cause is what operators are told: the whole chain of errors, without what is sensitive, cut to size.
func (s *Server) cause(c *call, e *Error) string {
	text := e.Message
	if e.cause != nil {
		text = joinNote(text, s.causeText(c, e))
	}
	return clipTo(c.scrub(text), maxRecordedCause)
}

// causeText is the text of an error's cause. What a tool with sensitive results says when it fails may quote
// values nobody has seen yet, so that nothing could find them in the text: their kind, and a keyed digest to
// tell two apart, have to do, unless Config.RecordErrorTexts says otherwise.
func (s *Server) causeText(c *call, e *Error) string {
	if !e.foreign || s.recordErrorTexts || !c.target.maskable() {
		return errorText(e.cause)
	}
	if p, ok := errors.AsType[*panicked](e.cause); ok {
		return fmt.Sprintf("panic, text withheld, digest %s\n%s", s.digest([]byte(p.value)), p.stack)
	}
	if errors.Is(e.cause, errDeadline) || errors.Is(e.cause, errCancelled) {
		return errorText(e.cause)
	}
	return fmt.Sprintf("%s, text withheld, digest %s", kinds(e.cause), s.digest([]byte(errorText(e.cause))))
}

// kinds are the Go types of a chain of errors, outermost first.
func kinds(err error) string {
	chain := []string{fmt.Sprintf("%T", err)}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		chain = append(chain, fmt.Sprintf("%T", inner))
	}
	return strings.Join(chain, " of ")
}

// errorText is err's text; an Error method that panics has none.
func errorText(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T whose Error method panics", err)
		}
	}()
	return err.Error()
}

// write hands one record to the sink, whatever became of the caller: a client that hangs up cannot suppress it.
// In best-effort mode a lost record is counted, and the count is recorded as soon as the sink works again.
func (s *Server) write(ctx context.Context, r *audit.Record) error {
	record := *r // a sink that is left behind must not see what becomes of the draft
	err := s.deliver(context.WithoutCancel(ctx), func(ctx context.Context) (struct{}, error) {
		if lost := s.lost.Swap(0); lost > 0 {
			gap := audit.Record{
				Kind: audit.KindEvent, Time: time.Now(), Server: s.identity,
				Note: fmt.Sprintf("%d records could not be written before this one", lost),
			}
			if err := s.sink.Append(ctx, gap); err != nil {
				s.lost.Add(lost)
				return struct{}{}, err
			}
		}
		return struct{}{}, s.sink.Append(ctx, record)
	})
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

// scrub hides the call's sensitive values in a free text: the labelled arguments, and what a failed handler had
// already put into its result.
func (c *call) scrub(text string) string {
	switch {
	case text == "" || !c.decoded: // before the arguments were read all texts are our own and quote nothing sensitive
		return text
	case c.opaque:
		return mask.Redacted
	}
	values := slices.Clone(c.seen)
	if plan := c.target.inLog.fields; !plan.Empty() && len(c.raw.arguments) > 0 {
		sensitive, err := plan.Collect(c.raw.arguments)
		if err != nil {
			return mask.Redacted
		}
		values = append(values, sensitive...)
	}
	if len(values) == 0 {
		return text
	}
	return mask.NewScrubber(disguises(values)).Scrub(text)
}

// disguises adds the forms in which programs hand values on: without surrounding space, and, for bytes that JSON
// writes as base64, the bytes themselves.
func disguises(values []string) []string {
	for _, v := range values {
		if trimmed := strings.TrimSpace(v); trimmed != v && trimmed != "" {
			values = append(values, trimmed)
		}
		if plain, err := base64.StdEncoding.DecodeString(v); err == nil && len(plain) > 0 && utf8.Valid(plain) {
			values = append(values, string(plain))
		}
	}
	return values
}

// traceIDs reads a W3C traceparent (Trace Context level 1, section 3.2.2); an invalid one gives no ids.
func traceIDs(traceparent string) (trace, span string) {
	if len(traceparent) < 55 || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-' || strings.HasPrefix(traceparent, "ff") {
		return "", ""
	}
	if version := traceparent[:2]; version == "00" && len(traceparent) != 55 || len(traceparent) > 55 && traceparent[55] != '-' {
		return "", ""
	}
	trace, span = traceparent[3:35], traceparent[36:52]
	fixed := traceparent[:2] + trace + span + traceparent[53:55]
	if strings.ContainsFunc(fixed, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) }) ||
		strings.Trim(trace, "0") == "" || strings.Trim(span, "0") == "" {
		return "", ""
	}
	return trace, span
}
