package mcptest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcptest"
)

// inLog is a sink test of a durable log.
func inLog(t *testing.T) mcptest.SinkTest {
	t.Helper()
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	return mcptest.SinkTest{
		Sink:   log,
		Read:   func() iter.Seq2[audit.Record, error] { return audit.Records(os.DirFS(dir)) },
		Reopen: func() (audit.Sink, error) { return audit.Open(dir, nil) },
	}
}

func TestSinkPassesLog(t *testing.T) {
	t.Parallel()
	mcptest.TestSink(t, inLog)
}

// TestSinkPassesRotatingLog: every record or two begins a new segment, in every mode, plain and with all that seals.
func TestSinkPassesRotatingLog(t *testing.T) {
	t.Parallel()
	_, signer, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	for name, opts := range map[string]audit.Options{
		"group": {},
		"each":  {Sync: audit.SyncEach},
		"async": {Sync: audit.AsyncUnsafe, Linger: -1},
		"sealed": {
			Key: bytes.Repeat([]byte("k"), 32), Signer: signer, Checkpoints: audit.CheckpointFile(filepath.Join(t.TempDir(), "checkpoints")),
			SegmentAge: time.Millisecond,
		},
	} {
		opts.SegmentBytes = 2000
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
				t.Helper()
				dir := t.TempDir()
				var log *audit.Log
				reopen := func() (_ audit.Sink, err error) {
					log, err = audit.Open(dir, &opts)
					return log, err
				}
				_, err := reopen()
				require.NoError(t, err)
				return mcptest.SinkTest{Sink: log, Reopen: reopen, Read: func() iter.Seq2[audit.Record, error] {
					if opts.Sync == audit.AsyncUnsafe {
						_ = log.Seal(t.Context()) // it promises less: what it has taken is read after it was written; an error if it is closed
					}
					return audit.Records(os.DirFS(dir))
				}}
			})
		})
	}
}

func TestSinkPassesRecorder(t *testing.T) {
	t.Parallel()
	mcptest.TestSink(t, func(*testing.T) mcptest.SinkTest {
		recorder := &mcptest.Recorder{}
		return mcptest.SinkTest{Sink: recorder, Read: func() iter.Seq2[audit.Record, error] { return listed(recorder.All()) }}
	})
}

func TestSinkPassesTee(t *testing.T) {
	t.Parallel()
	mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
		t.Helper()
		first, second := inLog(t), inLog(t)
		t.Cleanup(func() {
			require.NoError(t, first.Sink.(*audit.Log).Close())
			require.NoError(t, second.Sink.(*audit.Log).Close())
		})
		return mcptest.SinkTest{Sink: audit.Tee(first.Sink, second.Sink), Read: second.Read}
	})
}

func TestSinkPassesAnyOf(t *testing.T) {
	t.Parallel()
	down := sinkFunc(func(context.Context, audit.Record) error { return errors.New("down") })
	mcptest.TestSink(t, func(t *testing.T) mcptest.SinkTest {
		t.Helper()
		kept := inLog(t)
		t.Cleanup(func() { require.NoError(t, kept.Sink.(*audit.Log).Close()) })
		return mcptest.SinkTest{Sink: audit.AnyOf(down, kept.Sink), Read: kept.Read}
	})
}

func TestSinkPassesSlog(t *testing.T) {
	t.Parallel()
	mcptest.TestSink(t, func(*testing.T) mcptest.SinkTest {
		out := &lockedBuffer{}
		return mcptest.SinkTest{Sink: audit.Slog(slog.New(slog.NewJSONHandler(out, nil))), Read: out.records}
	})
}

// TestSinkWithoutRead: what a sink that nobody can read back may still be held to.
func TestSinkWithoutRead(t *testing.T) {
	t.Parallel()
	open := func() mcptest.SinkTest { return mcptest.SinkTest{Sink: inLog(t).Sink} }
	for _, rule := range mcptest.SinkRules() {
		want := "skipped: the sink cannot be read back: SinkTest.Read is nil"
		switch rule {
		case "invalid", "ended context", "deadlines", "closed":
			want = ""
		case "stalled":
			want = "skipped: nothing can make the sink hang: SinkTest.Stall is nil"
		}
		require.Equal(t, want, mcptest.SinkVerdict(rule, open), rule)
	}
	require.Equal(t, "SinkTest.Sink is nil", mcptest.SinkVerdict("fields", func() mcptest.SinkTest { return mcptest.SinkTest{} }))
}

// sinkFunc is a sink made of a function.
type sinkFunc func(context.Context, audit.Record) error

func (f sinkFunc) Append(ctx context.Context, r audit.Record) error { return f(ctx, r) }

// listed is a list as a sequence that cannot fail.
func listed(records []audit.Record) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// lockedBuffer takes lines of a logger and can be read meanwhile.
type lockedBuffer struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lines.Write(p)
}

// records reads the records out of the lines.
func (b *lockedBuffer) records() iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		b.mu.Lock()
		lines := bytes.Clone(b.lines.Bytes())
		b.mu.Unlock()
		for line := range bytes.Lines(lines) {
			var entry struct{ Record json.RawMessage }
			err := json.Unmarshal(line, &entry)
			var r audit.Record
			if err == nil {
				r, err = audit.ParseRecord(entry.Record)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
