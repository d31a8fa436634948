package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Slog returns a sink that writes one line per record to logger: message "audit", attributes kind, call_id, target, user, decision and
// outcome for people, and record, the whole record as JSON. The level is Info, or Warn if the outcome is neither empty nor "ok": refusals and
// failures.
//
// It is as durable as the logger's handler, which usually means: not. A handler's error, and a handler that is not enabled for the level,
// are errors here and not the silence they are in package slog; so is a nil logger. Use it beside a [Log], in a [Tee]. Safe for concurrent use.
func Slog(logger *slog.Logger) Sink { return slogSink{logger} }

type slogSink struct{ logger *slog.Logger }

func (s slogSink) Append(ctx context.Context, r Record) error {
	if s.logger == nil {
		return errors.New("audit: Slog of a nil logger refuses every record; give a logger, or use Discard to keep nothing")
	}
	line, err := r.AppendJSON(nil)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if r.Outcome != "" && r.Outcome != "ok" {
		level = slog.LevelWarn
	}
	// The handler is called directly because Logger swallows its errors.
	handler := s.logger.Handler()
	if !handler.Enabled(ctx, level) {
		return fmt.Errorf("audit: Slog: the handler drops records of level %s; lower its level", level)
	}
	at := r.Time
	if at.IsZero() { // slog leaves a zero time out, and a line without time sorts nowhere
		at = time.Now()
	}
	entry := slog.NewRecord(at, level, "audit", 0)
	for _, a := range []slog.Attr{
		slog.String("kind", string(r.Kind)), slog.String("call_id", r.CallID), slog.String("target", r.Target.Name),
		slog.String("user", r.User.ID), slog.String("decision", r.Decision), slog.String("outcome", r.Outcome),
	} {
		if a.Value.String() != "" { // as in the line itself
			entry.AddAttrs(a)
		}
	}
	entry.AddAttrs(slog.Any("record", json.RawMessage(line)))
	if err := handler.Handle(ctx, entry); err != nil {
		return fmt.Errorf("audit: Slog: %w", err)
	}
	return nil
}
