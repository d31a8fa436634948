package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// build makes the program once for a test, as a user would.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "quickstart")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	text, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(text))
	return binary
}

// stderrOf sends a command's standard error to a file, and returns what reads it once the command has ended.
func stderrOf(t *testing.T, command *exec.Cmd) func() string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	command.Stderr = file
	return func() string {
		written, err := os.ReadFile(file.Name())
		require.NoError(t, err)
		return string(written)
	}
}

func TestStdio(t *testing.T) {
	t.Parallel()
	binary := build(t)
	verified := func(t *testing.T, dir string) []audit.Record {
		t.Helper()
		key, err := os.ReadFile(dir + ".key")
		require.NoError(t, err)
		_, err = audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: key})
		require.NoError(t, err)
		records, err := readLog(os.DirFS(dir), 0)
		require.NoError(t, err)
		return records
	}

	t.Run("a client that starts the program", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "audit")
		command := exec.CommandContext(t.Context(), binary, "-stdio", "-as", "carla", "-log", dir)
		stderr := stderrOf(t, command)
		session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).
			Connect(t.Context(), &mcp.CommandTransport{Command: command}, nil)
		require.NoError(t, err)
		list, err := session.ListTools(t.Context(), nil)
		require.NoError(t, err)
		require.Len(t, list.Tools, 2)
		result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_customer", Arguments: map[string]any{"customer_id": own}})
		require.NoError(t, err)
		require.False(t, result.IsError)
		require.Contains(t, textOf(result), "carla.moreau@example.com")
		require.NoError(t, session.Close())
		require.Contains(t, stderr(), "as=carla")

		records := verified(t, dir)
		require.Equal(t, "start", records[0].Target.Name)
		require.Equal(t, "stop", records[len(records)-1].Target.Name)
		last := records[len(records)-2]
		require.Equal(t, "stdio", last.Client.Transport)
		require.Equal(t, "carla", last.User.ID)
	})

	t.Run("standard output belongs to the protocol", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "audit")
		command := exec.CommandContext(t.Context(), binary, "-stdio", "-log", dir)
		stdin, err := command.StdinPipe()
		require.NoError(t, err)
		stdout, err := command.StdoutPipe()
		require.NoError(t, err)
		stderr := stderrOf(t, command)
		require.NoError(t, command.Start())

		lines := bufio.NewScanner(stdout)
		read := func() string {
			require.True(t, lines.Scan())
			var message struct {
				Version string          `json:"jsonrpc"`
				Result  json.RawMessage `json:"result"`
			}
			require.NoError(t, json.Unmarshal(lines.Bytes(), &message), lines.Text())
			require.Equal(t, "2.0", message.Version)
			return string(message.Result)
		}
		send := func(message string) {
			_, err := io.WriteString(stdin, message+"\n")
			require.NoError(t, err)
		}
		send(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
		require.Contains(t, read(), `"name":"crm"`)
		send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
		send(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_customer","arguments":{"customer_id":"cust_2"}}}`)
		require.Contains(t, read(), "c***@example.com")
		require.NoError(t, stdin.Close())
		require.False(t, lines.Scan(), "more on standard output than was asked for: %s", lines.Text())
		require.NoError(t, command.Wait())
		require.Contains(t, stderr(), "serving standard input and output")
		verified(t, dir)
	})
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	dir := filepath.Join(t.TempDir(), "audit")
	go func() {
		ended <- run(ctx, []string{"-http", "127.0.0.1:0", "-log", dir}, io.Discard, writer)
		_ = writer.Close()
	}()
	logged := bufio.NewScanner(reader)
	var url string
	for url == "" && logged.Scan() {
		if found := regexp.MustCompile(`url=(\S+)`).FindStringSubmatch(logged.Text()); found != nil {
			url = found[1]
		}
	}
	require.NotEmpty(t, url)
	var rest strings.Builder
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(&rest, reader)
	}()

	for _, who := range personas() {
		c, err := connect(ctx, url, who)
		require.NoError(t, err)
		got, err := c.call(ctx, "get_customer", map[string]any{"customer_id": own})
		require.NoError(t, err)
		require.Equal(t, mcpgov.OK, got.code)
		require.NoError(t, c.close())
	}
	nobody := persona{user: mcpgov.User{ID: "bob"}, protocol: "2026-07-28"}
	_, err := connect(ctx, url, nobody)
	require.Error(t, err)

	interrupt()
	require.Zero(t, <-ended)
	<-drained
	require.NotContains(t, rest.String(), "ERR")
	taken := run(t.Context(), []string{"-http", "256.0.0.1:1", "-log", dir}, io.Discard, io.Discard)
	require.Equal(t, 1, taken, "an address that cannot be had ends the program, and frees the log")
	_, err = readLog(os.DirFS(dir), 0)
	require.NoError(t, err)
}
