package cli_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

// While a server writes, seals and deletes all the time, every question is answered, and nobody is accused.
func TestWhileAServerWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, &audit.Options{SegmentBytes: 40_000, Retention: &audit.Retention{Bytes: 200_000}})
	require.NoError(t, err)
	stop, ended := make(chan struct{}), make(chan error, 1)
	first := make(chan struct{})
	go func() {
		pace := time.NewTicker(time.Millisecond) // so that what is being read lives for a second or so
		defer pace.Stop()
		for n := 0; ; n++ {
			r := audit.Record{
				Kind: audit.KindOutcome, CallID: fmt.Sprint("call-", n), Time: time.Now(), Outcome: "ok", User: audit.User{ID: "sam"},
				Target: audit.Target{Kind: "tool", Name: "get_customer", ReadOnly: true},
			}
			if err := log.Append(t.Context(), r); err != nil {
				ended <- err
				return
			}
			if n == 1000 {
				close(first)
			}
			select {
			case <-stop:
				ended <- nil
				return
			case <-pace.C:
			}
		}
	}()
	<-first
	target := filepath.Join(t.TempDir(), "exported")
	for range 2 {
		for _, command := range []string{
			"verify", "tail", "query", "query --json --limit 0", "stats", "stats --by user,hour", "anomalies", "report --profile gdpr", "hold list",
			"prune --dry-run --retention-days 1", "compact",
			"export --force --format jsonl " + target, "export --force --format csv " + target, "export --force --format parquet " + target, "export --force --format duckdb " + target,
		} {
			code, _, faults := run(t, "", append([]string{"audit", "-d", dir}, strings.Fields(command)...)...)
			require.Equal(t, cli.ExitOK, code, "%s: %s", command, faults)
		}
	}
	close(stop)
	require.NoError(t, <-ended)
	require.NoError(t, log.Close())
}
