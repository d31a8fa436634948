package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// The smallest program does what the README says of it: it serves, refuses, masks and records.
func TestHello(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	binary := filepath.Join(dir, "hello.exe") // a name every system starts
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(text))
	command := exec.CommandContext(t.Context(), binary)
	command.Dir = dir
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).
		Connect(t.Context(), &mcp.CommandTransport{Command: command}, nil)
	require.NoError(t, err)

	for id, want := range map[string]string{
		"cust_7": `{"name":"Ann","email":"a***@example.com"}`, "cust_1": `"code":"denied"`, "Ann": `"code":"invalid_input"`,
	} {
		result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_customer", Arguments: map[string]any{"customer_id": id}})
		require.NoError(t, err)
		answer, ok := result.Content[0].(*mcp.TextContent)
		require.True(t, ok)
		require.Contains(t, answer.Text, want)
	}
	require.NoError(t, session.Close())
	summary, err := audit.Verify(os.DirFS(filepath.Join(dir, "audit-log")), nil)
	require.NoError(t, err)
	require.GreaterOrEqual(t, summary.Records, uint64(3))
}
