package cli_test

import (
	"bufio"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

// Following shows what is added and is asked for, each record once, until it is interrupted, which is no failure.
func TestFollow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	add := func(ids ...string) {
		for _, id := range ids {
			require.NoError(t, log.Append(t.Context(), audit.Record{Kind: audit.KindOutcome, CallID: id, Outcome: id[:1]}))
		}
	}
	add("x1", "y1")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- cli.Run(ctx, []string{"audit", "tail", "-f", "-d", dir, "--json", "--filter", "outcome == 'x'"}, cli.Streams{Out: in})
		_ = in.Close()
	}()
	lines := bufio.NewReader(out)
	shows := func(id string) {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, `"call_id":"`+id+`"`)
	}
	shows("x1")
	add("y2", "y3")
	require.NoError(t, log.Seal(t.Context()))
	add("x2", "y4", "x3")
	shows("x2")
	shows("x3")
	add("x4")
	shows("x4")
	interrupt()
	require.Equal(t, cli.ExitOK, <-code)
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.NoError(t, log.Close())
}
