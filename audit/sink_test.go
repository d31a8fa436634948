package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// sinkFunc is a sink made of a function.
type sinkFunc func(context.Context, audit.Record) error

func (f sinkFunc) Append(ctx context.Context, r audit.Record) error { return f(ctx, r) }

func TestFanOut(t *testing.T) {
	t.Parallel()
	var seen atomic.Int32
	ok := sinkFunc(func(context.Context, audit.Record) error { seen.Add(1); return nil })
	errDisk := errors.New("disk on fire")
	bad := sinkFunc(func(context.Context, audit.Record) error { seen.Add(1); return errDisk })
	angry := sinkFunc(func(context.Context, audit.Record) error { seen.Add(1); panic("boom") })
	for _, c := range []struct {
		name       string
		sinks      []audit.Sink
		tee, anyOf string // what the errors say; empty: nil
		seen       int32
	}{
		{"none", nil, "Tee of no sinks refuses", "AnyOf of no sinks refuses", 0},
		{"one", []audit.Sink{ok}, "", "", 1},
		{"both", []audit.Sink{ok, ok}, "", "", 2},
		{"first fails", []audit.Sink{bad, ok}, "Tee: sink 1: disk on fire", "", 2},
		{"second fails", []audit.Sink{ok, bad}, "Tee: sink 2: disk on fire", "", 2},
		{"panics", []audit.Sink{angry, ok, angry}, "Tee: sink 1: panic: boom\naudit: Tee: sink 3: panic: boom", "", 3},
		{"all fail", []audit.Sink{bad, angry}, "sink 1: disk on fire\naudit: Tee: sink 2", "sink 1: disk on fire\naudit: AnyOf: sink 2", 2},
		{"nil", []audit.Sink{nil, ok}, "Tee: sink 1: is nil", "", 1},
	} {
		for want, sink := range map[string]audit.Sink{"tee " + c.tee: audit.Tee(c.sinks...), "any " + c.anyOf: audit.AnyOf(c.sinks...)} {
			seen.Store(0)
			err := sink.Append(t.Context(), audit.Record{})
			require.Eventually(t, func() bool { return c.seen == seen.Load() }, time.Second, time.Millisecond, "%s: every sink is tried", c.name)
			if want = want[4:]; want == "" {
				require.NoError(t, err, c.name)
			} else {
				require.ErrorContains(t, err, want, c.name)
			}
		}
	}
	require.ErrorIs(t, audit.Tee(ok, bad).Append(t.Context(), audit.Record{}), errDisk)
}

// One sink that hangs costs AnyOf neither time nor the record.
func TestAnyOfWithASinkThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hangs := sinkFunc(func(ctx context.Context, _ audit.Record) error { <-ctx.Done(); return ctx.Err() })
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		require.NoError(t, audit.AnyOf(hangs, audit.Discard()).Append(ctx, audit.Record{}))
		require.Zero(t, time.Since(start))
		require.ErrorIs(t, audit.Tee(hangs, audit.Discard()).Append(ctx, audit.Record{}), context.DeadlineExceeded)
		<-time.After(time.Second) // the sink that hangs has the time of the context, and ends with it
	})
}

func TestDiscard(t *testing.T) {
	t.Parallel()
	require.NoError(t, audit.Discard().Append(t.Context(), audit.Record{Arguments: json.RawMessage("{")}))
}

func TestSlog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	sink := audit.Slog(slog.New(slog.NewJSONHandler(&out, nil)))
	r := full()
	require.NoError(t, sink.Append(t.Context(), r))
	require.NoError(t, sink.Append(t.Context(), audit.Record{Kind: audit.KindIntent, Note: "two\nlines"}))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, 2)

	var got struct {
		Level, Msg, User, Target, Outcome string
		Time                              time.Time
		Record                            json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &got))
	require.Equal(t, "WARN", got.Level)
	require.Equal(t, "audit", got.Msg)
	require.Equal(t, "u-17", got.User)
	require.Equal(t, "failed", got.Outcome)
	require.True(t, r.Time.Equal(got.Time))
	back, err := audit.ParseRecord(got.Record)
	require.NoError(t, err)
	require.Equal(t, r.CallID, back.CallID)
	require.Contains(t, lines[1], `"level":"INFO"`)

	out.Reset()
	require.NoError(t, audit.Slog(slog.New(slog.NewTextHandler(&out, nil))).Append(t.Context(), r))
	require.Contains(t, out.String(), `record="{\"agent\"`)
}

type brokenHandler struct{ slog.Handler }

func (brokenHandler) Handle(context.Context, slog.Record) error { return errors.New("pipe closed") }

func TestSlogIsNotSilent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	quiet := slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelError})
	require.ErrorContains(t, audit.Slog(slog.New(quiet)).Append(t.Context(), audit.Record{}), "drops records of level INFO")
	broken := brokenHandler{slog.NewJSONHandler(&out, nil)}
	require.ErrorContains(t, audit.Slog(slog.New(broken)).Append(t.Context(), audit.Record{}), "audit: Slog: pipe closed")
	require.ErrorContains(t, audit.Slog(nil).Append(t.Context(), audit.Record{}), "nil logger")
	require.ErrorContains(t, audit.Slog(slog.Default()).Append(t.Context(), audit.Record{Response: json.RawMessage("x")}), "Response")
	require.Empty(t, out.String())
}
