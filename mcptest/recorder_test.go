package mcptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcptest"
)

func outcome(target, kind string) audit.Record {
	return audit.Record{Kind: audit.KindOutcome, CallID: target, Target: audit.Target{Kind: kind, Name: target}, Outcome: "ok"}
}

// TestRecorderKeeps: records come back in order, numbered, and sorted by what they are about.
func TestRecorderKeeps(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	intent := outcome("a", "tool")
	intent.Kind, intent.Outcome = audit.KindIntent, ""
	for _, r := range []audit.Record{outcome("server/discover", "server"), intent, outcome("a", "tool"), outcome("tools", "list"), {Kind: audit.KindEvent, Note: "gap"}} {
		require.NoError(t, log.Append(t.Context(), r))
	}
	require.Len(t, log.All(), 5)
	for i, r := range log.All() {
		require.EqualValues(t, i+1, r.Seq)
	}
	require.Len(t, log.Calls(), 2)
	require.Len(t, log.Outcomes(), 1)
	log.All()[0].CallID = "changed"
	require.Equal(t, "server/discover", log.All()[0].CallID, "the slice is the caller's own")
	log.Reset()
	require.Empty(t, log.All())
	require.NoError(t, log.Append(t.Context(), outcome("b", "tool")))
	require.EqualValues(t, 1, log.All()[0].Seq)
}

// TestRecorderIsARealSink: it refuses what a log would refuse.
func TestRecorderIsARealSink(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	bad := outcome("a", "tool")
	bad.Arguments = json.RawMessage(`{"broken"`)
	require.Error(t, log.Append(t.Context(), bad))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, log.Append(ended, outcome("a", "tool")), context.Canceled)
	require.Empty(t, log.All())

	// What the maker of a record changes afterwards does not change what was kept.
	kept := outcome("a", "tool")
	kept.Arguments = json.RawMessage(`{"n":1}`)
	require.NoError(t, log.Append(t.Context(), kept))
	copy(kept.Arguments, `{"n":2}`)
	require.JSONEq(t, `{"n":1}`, string(log.All()[0].Arguments))
}

// TestFailWhen: the test chooses which records fail, and may mend the sink from within.
func TestFailWhen(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	full := errors.New("disk full")
	log.FailWhen(func(r audit.Record) error {
		if r.Target.Name == "a" {
			log.FailWhen(nil)
			return full
		}
		return nil
	})
	require.NoError(t, log.Append(t.Context(), outcome("b", "tool")))
	require.ErrorIs(t, log.Append(t.Context(), outcome("a", "tool")), full)
	require.NoError(t, log.Append(t.Context(), outcome("a", "tool")))
	require.Len(t, log.All(), 2)
}

// TestRecorderNoLeak: it reads every byte of every record, in any dress.
func TestRecorderNoLeak(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	fake := &fakeTB{TB: t}
	require.Contains(t, fake.verdict(func() { log.NoLeak(fake, "Secret-0815") }), "the recorder has no records: is it the server's Config.Audit?")
	harmless, leaky := outcome("a", "tool"), outcome("b", "tool")
	leaky.Cause = "dial tcp: U2VjcmV0LTA4MTU"
	require.NoError(t, log.Append(t.Context(), harmless))
	require.Empty(t, fake.verdict(func() { log.NoLeak(fake, "Secret-0815") }))
	require.NoError(t, log.Append(t.Context(), leaky))
	require.Contains(t, fake.verdict(func() { log.NoLeak(fake, "Other-4711", "Secret-0815") }), `"Secret-0815" stands in the log`)
}

// TestRecorderConcurrent: many writers lose nothing.
func TestRecorderConcurrent(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if err := log.Append(t.Context(), outcome("a", "tool")); err != nil {
					t.Error(err)
				}
				_ = log.Outcomes()
			}
		})
	}
	group.Wait()
	require.Len(t, log.All(), 400)
}
