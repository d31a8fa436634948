package mcpgov

import (
	"context"
	"fmt"
	"log/slog"
)

// calm is a log handler that cannot end a call, or the process: its panics end with the line that caused them.
type calm struct{ slog.Handler }

func (h calm) Enabled(ctx context.Context, l slog.Level) (enabled bool) {
	defer func() { enabled = recover() == nil && enabled }()
	return h.Handler.Enabled(ctx, l)
}

func (h calm) Handle(ctx context.Context, r slog.Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the log handler panicked: %s", panicText(p))
		}
	}()
	return h.Handler.Handle(ctx, r) //nolint:wrapcheck // a pass-through
}

func (h calm) WithAttrs(attrs []slog.Attr) slog.Handler { return calm{h.Handler.WithAttrs(attrs)} }
func (h calm) WithGroup(name string) slog.Handler       { return calm{h.Handler.WithGroup(name)} }

// onlyWarnings keeps the SDK's chatter about each connection out of the operator's log.
type onlyWarnings struct{ slog.Handler }

func (h onlyWarnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

func (h onlyWarnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return onlyWarnings{h.Handler.WithAttrs(attrs)}
}

func (h onlyWarnings) WithGroup(name string) slog.Handler {
	return onlyWarnings{h.Handler.WithGroup(name)}
}
