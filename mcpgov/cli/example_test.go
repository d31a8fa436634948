package cli_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov/cli"
)

// A program can run the commands itself: here it writes a log and asks who was denied what.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "audit")
	if err != nil {
		fmt.Println("unexpected:", err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := twoCalls(dir); err != nil {
		fmt.Println("unexpected:", err)
		return
	}
	streams := cli.Streams{Out: os.Stdout, Err: os.Stdout}
	fmt.Println("exit code", cli.Run(context.Background(), []string{"audit", "stats", "--dir", dir, "--by", "user"}, streams))
	fmt.Println("exit code", cli.Run(context.Background(), []string{"audit", "query", "--dir", dir, "--filter", "outcom == 'denied'"}, streams))
	// Output:
	// USER  CALLS  ERRORS  DENIALS  P50 MS  P95 MS  P99 MS
	// ann       1       0        0     3.0     3.0     3.0
	// bob       1       0        1     1.0     1.0     1.0
	// exit code 0
	// mcpgov audit query: --filter: auditdb: filter 1:1: there is no "outcom" (did you mean "outcome"?)
	// run mcpgov audit query --help for its flags
	// exit code 2
}

func twoCalls(dir string) error {
	log, err := audit.Open(dir, nil)
	if err != nil {
		return err
	}
	for _, r := range []audit.Record{
		{User: audit.User{ID: "ann"}, Decision: "allow", Outcome: "ok", Duration: 3 * time.Millisecond},
		{User: audit.User{ID: "bob"}, Decision: "deny", Outcome: "denied", Category: "client_error", Duration: time.Millisecond},
	} {
		r.Kind, r.Time, r.Target = audit.KindOutcome, time.Now(), audit.Target{Kind: "tool", Name: "refund"}
		if err := log.Append(context.Background(), r); err != nil {
			return err
		}
	}
	return log.Close()
}
