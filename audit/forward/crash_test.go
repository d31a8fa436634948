package forward_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit/forward"
)

// The environment of the process that is to crash.
const (
	crashDirectory = "MCPGOV_FORWARD_CRASH_DIRECTORY"
	crashCollector = "MCPGOV_FORWARD_CRASH_COLLECTOR"
)

// appendUntilKilled appends records and says which of them it was told are durable.
func appendUntilKilled(dir, address string) int {
	o := rotating(dir)
	s, err := forward.HTTP(address, forward.JSON(), o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for n := 0; ; n++ {
		r := numbered(n)
		r.CallID = fmt.Sprintf("%d-%06d", os.Getpid(), n)
		if err := s.Append(context.Background(), r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(r.CallID)
	}
}

// TestCrash: processes are killed while they append, ship and delete; whatever one of them was told is durable arrives, and in order.
//
// It runs alone: a process that is being started holds, for a moment, what its parent has locked, and others could not open their logs again.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	c := newCollector(t, nil)
	dir := t.TempDir()
	var promised []string
	for range 5 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), crashDirectory+"="+dir, crashCollector+"="+c.URL)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		told := bufio.NewScanner(out)
		for n := 0; n < 150 && told.Scan(); n++ {
			promised = append(promised, told.Text())
		}
		require.NoError(t, cmd.Process.Kill())
		for told.Scan() { // said before it died
			promised = append(promised, told.Text())
		}
		require.Error(t, cmd.Wait(), "it was killed")
	}
	require.GreaterOrEqual(t, len(promised), 750)

	s := open(t, c.URL, rotating(dir))
	require.NoError(t, s.Flush(within(t)))
	arrived := map[string]int{}
	var order []string
	for _, line := range c.taken() {
		_, after, found := strings.Cut(line, `"call_id":"`)
		id, _, _ := strings.Cut(after, `"`)
		if found && arrived[id] == 0 {
			order = append(order, id)
		}
		arrived[id]++
	}
	at := 0
	for _, id := range promised {
		require.Positive(t, arrived[id], "record %s was lost", id)
		for order[at] != id { // records nobody was told of may stand between
			at++
			require.Less(t, at, len(order), "record %s is out of order", id)
		}
	}
}
