package main_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// The program as somebody installs it: it answers, and ends with the documented code.
func TestProgram(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "mcpgov")
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(text))
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	require.NoError(t, log.Append(t.Context(), audit.Record{CallID: "c1"}))
	require.NoError(t, log.Close())
	text, err = exec.CommandContext(t.Context(), binary, "audit", "verify", "--dir", dir, "--json").CombinedOutput()
	require.NoError(t, err, string(text))
	require.Contains(t, string(text), `"ok":true,"records":1`)
	command := exec.CommandContext(t.Context(), binary, "audit", "verify", "--dir", filepath.Join(dir, "none"))
	require.Error(t, command.Run())
	require.Equal(t, 1, command.ProcessState.ExitCode())
}
