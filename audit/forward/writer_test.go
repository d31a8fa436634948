package forward_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/forward"
)

func TestWriter(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "records.jsonl"))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	s := forward.Writer(file, forward.JSON())
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() { require.NoError(t, s.Append(within(t), numbered(i))) })
	}
	all.Wait()
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	written := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	require.Len(t, written, 64)
	for _, line := range written {
		_, err := audit.ParseRecord([]byte(line))
		require.NoError(t, err)
	}
}

// faulty writes what it is told to.
type faulty struct {
	bytes.Buffer
	plan []func(p []byte) (int, error) // for the next writes

	synced, flushed int
	failSync        error
}

func (f *faulty) Write(p []byte) (int, error) {
	if len(f.plan) > 0 {
		step := f.plan[0]
		f.plan = f.plan[1:]
		n, err := step(p)
		_, _ = f.Buffer.Write(p[:n])
		return n, err
	}
	return f.Buffer.Write(p)
}

func (f *faulty) Flush() error { f.flushed++; return nil }
func (f *faulty) Sync() error  { f.synced++; return f.failSync }

func TestWriterTornLines(t *testing.T) {
	t.Parallel()
	full := errors.New("no space")
	for name, plan := range map[string][]func(p []byte) (int, error){
		"short":            {func([]byte) (int, error) { return 5, nil }},
		"torn":             {func([]byte) (int, error) { return 5, full }},
		"torn twice":       {func([]byte) (int, error) { return 5, full }, func([]byte) (int, error) { return 3, full }},
		"end alone":        {func([]byte) (int, error) { return 5, full }, func([]byte) (int, error) { return 1, full }},
		"nothing":          {func([]byte) (int, error) { return 0, full }},
		"torn and nothing": {func([]byte) (int, error) { return 5, full }, func([]byte) (int, error) { return 0, full }},
		"all but an error": {func(p []byte) (int, error) { return len(p), full }},
	} {
		w := &faulty{plan: plan}
		s := forward.Writer(w, forward.JSON())
		for range len(plan) {
			err := s.Append(within(t), numbered(1))
			require.Error(t, err, name)
			require.True(t, errors.Is(err, full) || errors.Is(err, io.ErrShortWrite))
		}
		require.NoError(t, s.Append(within(t), numbered(2)))
		got := strings.Split(strings.TrimSuffix(w.String(), "\n"), "\n")
		last, err := audit.ParseRecord([]byte(got[len(got)-1]))
		require.NoError(t, err, "%s: %q", name, got)
		require.Equal(t, "call-000002", last.CallID)
		for _, line := range got {
			require.NotEmpty(t, line, name)
		}
		require.Equal(t, 1, w.synced)
		require.Equal(t, 1, w.flushed)
	}
}

func TestWriterFlushesAndSyncs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, forward.Writer(bufio.NewWriter(&out), forward.OCSF(nil)).Append(within(t), numbered(1)))
	require.NotEmpty(t, out.String())
	from, to, err := os.Pipe()
	require.NoError(t, err)
	defer func() { require.NoError(t, errors.Join(from.Close(), to.Close())) }()
	require.NoError(t, forward.Writer(to, forward.JSON()).Append(within(t), numbered(1)), "a pipe cannot be synced")
	broken := &faulty{failSync: errors.New("the disk is gone")}
	require.ErrorIs(t, forward.Writer(broken, forward.JSON()).Append(within(t), numbered(1)), broken.failSync)
}

func TestWriterWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	w := &faulty{plan: []func([]byte) (int, error){func(p []byte) (int, error) {
		close(entered)
		<-release
		return len(p), nil
	}}}
	s := forward.Writer(w, forward.JSON())
	first := make(chan error, 1)
	go func() { first <- s.Append(within(t), numbered(1)) }()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() { second <- s.Append(ctx, numbered(2)) }()
	cancel()
	require.ErrorIs(t, <-second, context.Canceled)
	close(release)
	require.NoError(t, <-first)
	require.Equal(t, 1, strings.Count(w.String(), "\n"))
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	require.Error(t, forward.Writer(nil, forward.JSON()).Append(within(t), audit.Record{}))
	require.Error(t, forward.Writer(io.Discard, forward.Encoding{}).Append(within(t), audit.Record{}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, forward.Writer(io.Discard, forward.JSON()).Append(ctx, audit.Record{}), context.Canceled)
	require.Error(t, forward.Writer(io.Discard, forward.JSON()).Append(within(t), audit.Record{Arguments: []byte("{")}))
}
