package cli_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

// needsLog are commands that have nothing to do where there is no log.
func needsLog() []string {
	return []string{
		"tail", "query", "stats", "anomalies", "verify", "compact", "prune --retention-days 1", "prune --retention-days 1 --dry-run", "hold list",
		"hold place x --reason y --by z", "hold lift x", "report --profile gdpr", "export --format csv /dev/null/x",
	}
}

// A directory that holds no log is said to hold none, by name, and is left as it was.
func TestNoLog(t *testing.T) {
	t.Parallel()
	empty, other, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(filepath.Join(other, "notes.jsonl"), []byte("{}\n"), 0o600))
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for dir, want := range map[string]string{
		empty: "there is no log in " + empty, other: "there is no log in " + other, filepath.Join(empty, "none"): "none: no such file or directory", file: "not a directory",
	} {
		for _, command := range needsLog() {
			code, out, faults := run(t, "", append([]string{"audit", "-d", dir}, strings.Fields(command)...)...)
			require.Equal(t, cli.ExitFailed, code, "%s: %s", command, faults)
			require.Contains(t, faults, want, command)
			require.Contains(t, faults, "--dir", command)
			require.Equal(t, 1, strings.Count(faults, "\n"), faults)
			require.Empty(t, out, command)
		}
	}
	left, err := os.ReadDir(empty)
	require.NoError(t, err)
	require.Empty(t, left)
}

// What cannot be meant is not understood, and a typing error is no accusation of tampering.
func TestMisunderstandings(t *testing.T) {
	t.Parallel()
	dir, keyFile, _ := writeLog(t)
	short := filepath.Join(t.TempDir(), "short")
	require.NoError(t, os.WriteFile(short, []byte("too short"), 0o600))
	for args, want := range map[string]string{
		"query --since 1h --until 2h":                "nothing could be found",
		"verify --head-seq 3 --head-hash abc":        "64 hex digits",
		"verify --key-file " + short:                 "a key has 32 at least",
		"stats --by tool,tool":                       "stands there twice",
		"stats --by hour,day":                        "not by both",
		"hold place x":                               "write why, and who",
		"hold place":                                 "name the hold",
		"export - --format csv":                      "query --limit 0 --json",
		"export a b --format csv":                    `what is "b"`,
		"verify --key-file " + keyFile + " --json x": `what is "x"`,
	} {
		code, _, faults := run(t, "", append([]string{"audit", "-d", dir}, strings.Fields(args)...)...)
		require.Equal(t, cli.ExitUsage, code, "%s: %s", args, faults)
		require.Contains(t, faults, want, args)
	}
	code, _, faults := run(t, "", "audit", "prune", "-d", dir, "--retention-days", "1")
	require.Equal(t, cli.ExitTampered, code, "without its key the log cannot be told from one that was changed")
	require.Contains(t, faults, "--key-file")
	code, _, faults = run(t, "", "audit", "verify", "-d", dir, "-k", keyFile, "--witness", keyFile)
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, faults, keyFile)
	_, out, _ := run(t, "", "--version")
	require.Contains(t, out, "mcpgov version")
	code, out, faults = run(t, "", "audit", "query", "-d", dir, "--since", "2030-01-01")
	require.Equal(t, cli.ExitOK, code)
	require.Contains(t, out, "SEQ")
	require.Equal(t, "nothing found\n", faults)
}

// closedPipe is a stream whose reader has gone.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Err: syscall.EPIPE}
}

// A reader that has enough ends a command, without a word; but never turns a bad log into a good one.
func TestReaderThatHasEnough(t *testing.T) {
	t.Parallel()
	dir, keyFile, _ := writeLog(t)
	for _, command := range []string{"tail", "query", "query --json", "stats", "anomalies --since 2026-03-02T16:00", "verify -k " + keyFile, "report --profile gdpr", "hold list"} {
		var faults bytes.Buffer
		code := cli.Run(t.Context(), append([]string{"audit", "-d", dir}, strings.Fields(command)...), cli.Streams{Out: closedPipe{}, Err: &faults})
		require.Equal(t, cli.ExitFailed, code, command)
		require.NotContains(t, faults.String(), "pipe", command)
	}
	require.Equal(t, cli.ExitTampered, cli.Run(t.Context(), []string{"audit", "verify", "-d", dir}, cli.Streams{Out: closedPipe{}}))
}

// An interrupt ends every command, in one word, and leaves nothing behind.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	dir, keyFile, _ := writeLog(t)
	before, err := os.ReadDir(dir)
	require.NoError(t, err)
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errors.New("interrupt signal received"))
	never, feed := io.Pipe()
	t.Cleanup(func() { _ = feed.Close() })
	target := filepath.Join(t.TempDir(), "out.csv")
	for _, command := range []string{
		"query", "stats", "anomalies", "verify -k " + keyFile, "compact", "report --profile gdpr", "export --format csv " + target, "digest -k " + keyFile,
	} {
		var out, faults bytes.Buffer
		code := cli.Run(ctx, append([]string{"audit", "-d", dir}, strings.Fields(command)...), cli.Streams{In: never, Out: &out, Err: &faults})
		require.Equal(t, cli.ExitInterrupted, code, command)
		require.Regexp(t, `^mcpgov audit [a-z]+: interrupted\n$`, faults.String(), command)
		require.Empty(t, out.String(), command)
	}
	require.NoFileExists(t, target)
	after, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, after, len(before))
}
