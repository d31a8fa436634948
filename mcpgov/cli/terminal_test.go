//go:build unix

package cli_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

// onTerminal runs a command whose output is a terminal of that width.
func onTerminal(t *testing.T, width uint16, args ...string) string {
	t.Helper()
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	require.NoError(t, pty.Setsize(theirs, &pty.Winsize{Rows: 40, Cols: width}))
	text := make(chan string)
	go func() {
		all, _ := io.ReadAll(ours) // ends with an error when the other side is closed
		text <- string(all)
	}()
	require.Equal(t, cli.ExitOK, cli.Run(t.Context(), args, cli.Streams{Out: theirs, Err: theirs}))
	require.NoError(t, theirs.Close())
	shown := <-text
	require.NoError(t, ours.Close())
	var lines strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(shown, "\r\n", "\n")) {
		lines.WriteString(line[strings.LastIndexByte(line, '\r')+1:]) // behind the progress of a slow machine
	}
	return lines.String()
}

// On a terminal a table has colours and fits; elsewhere it has neither, and nothing is cut.
func TestTerminals(t *testing.T) {
	dir, keyFile, _ := writeLog(t)
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	args := []string{"audit", "query", "-d", dir, "--tz", "UTC", "--filter", "seq == 6 || seq == 8"}
	wide := onTerminal(t, 300, args...)
	require.Contains(t, wide, "\x1b[33m", "a denial is yellow")
	require.Contains(t, wide, "only your own")
	narrow := onTerminal(t, 100, args...)
	for line := range strings.Lines(narrow) {
		line = strings.NewReplacer("\x1b[32m", "", "\x1b[33m", "", "\x1b[0m", "", "\n", "").Replace(line)
		require.LessOrEqual(t, runewidth.StringWidth(line), 100, line)
	}
	require.Contains(t, narrow, "…")
	t.Setenv("NO_COLOR", "1")
	require.NotContains(t, onTerminal(t, 100, args...), "\x1b[")
	file, err := os.Create(dir + ".txt")
	require.NoError(t, err)
	require.Equal(t, cli.ExitOK, cli.Run(t.Context(), args, cli.Streams{Out: file}))
	require.NoError(t, file.Close())
	text, err := os.ReadFile(dir + ".txt")
	require.NoError(t, err)
	require.NotContains(t, string(text), "\x1b")
	require.NotContains(t, string(text), "…")
	verified := onTerminal(t, 80, "audit", "verify", "-d", dir, "-k", keyFile)
	require.Contains(t, verified, "the log is as it was written")
}

// Whatever the width, no line is wider, and what matters most is left: a table that wraps cannot be read.
func TestNarrowTerminals(t *testing.T) {
	dir, _, _ := writeLog(t)
	t.Setenv("NO_COLOR", "1")
	t.Setenv("TERM", "xterm")
	for _, width := range []uint16{20, 40, 60, 80, 100} {
		for _, args := range [][]string{{"tail", "-n", "24"}, {"stats", "--by", "tool,hour"}, {"anomalies", "--since", "2026-03-02T16:00"}, {"stats", "--by", "user"}} {
			shown := onTerminal(t, width, append([]string{"audit", "-d", dir, "--tz", "UTC"}, args...)...)
			for line := range strings.Lines(shown) {
				require.LessOrEqual(t, runewidth.StringWidth(strings.TrimSuffix(line, "\n")), int(width), line)
			}
			if width >= 60 && args[0] == "tail" {
				require.Contains(t, shown, "denied")
				require.Contains(t, shown, "get_custo")
			}
		}
	}
}
