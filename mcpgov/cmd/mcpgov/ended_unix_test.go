//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// built is the program, and a log of many records.
func built(t *testing.T, records int) (binary, dir string) {
	t.Helper()
	binary, dir = filepath.Join(t.TempDir(), "mcpgov"), t.TempDir()
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(text))
	log, err := audit.Open(dir, &audit.Options{Sync: audit.AsyncUnsafe})
	require.NoError(t, err)
	for i := range records {
		require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, CallID: fmt.Sprint("c", i), Time: time.Now(), Outcome: "ok"}))
	}
	require.NoError(t, log.Close())
	return binary, dir
}

// A reader that has enough, such as head -1, ends the program quietly.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	binary, dir := built(t, 5000)
	for _, args := range [][]string{{"query", "--limit", "0", "--json"}, {"query", "--limit", "0"}, {"tail", "-n", "5000"}} {
		var faults bytes.Buffer
		command := exec.CommandContext(t.Context(), binary, append([]string{"audit", "-d", dir}, args...)...)
		command.Stderr = &faults
		out, err := command.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		_, err = bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		require.NoError(t, out.Close())
		require.Error(t, command.Wait())
		require.Equal(t, 1, command.ProcessState.ExitCode(), args)
		require.Empty(t, faults.String(), args)
	}
}

// An interrupt ends an export promptly, and nothing of it is left anywhere.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	binary, dir := built(t, 60_000)
	temp, target := t.TempDir(), t.TempDir()
	var faults bytes.Buffer
	command := exec.CommandContext(t.Context(), binary, "audit", "-d", dir, "export", "--format", "duckdb", filepath.Join(target, "out"))
	command.Stderr, command.Env = &faults, append(os.Environ(), "TMPDIR="+temp)
	require.NoError(t, command.Start())
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for begun := false; !begun; <-look.C {
		at, err := filepath.Glob(filepath.Join(temp, "*", "export-*"))
		require.NoError(t, err)
		begun = len(at) > 0
	}
	asked := time.Now()
	require.NoError(t, command.Process.Signal(syscall.SIGINT))
	require.Error(t, command.Wait())
	require.Less(t, time.Since(asked), 30*time.Second, "a loaded machine is slow, an export that goes on is slower")
	require.Equal(t, 130, command.ProcessState.ExitCode(), faults.String())
	require.Equal(t, "mcpgov audit export: interrupted\n", faults.String())
	for _, place := range []string{temp, target} {
		left, err := os.ReadDir(place)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}
