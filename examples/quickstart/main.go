// Command quickstart is a small CRM server governed by mcpgov: five tools, one policy file, three personas, an audit log on disk.
//
//	go run ./examples/quickstart                    runs itself: every persona calls every tool over HTTP, and a table shows what came of it
//	go run ./examples/quickstart -stdio -as sam     serves standard input and output, for desktop clients
//	go run ./examples/quickstart -http :8080        serves HTTP until interrupted
//
// The server, to read first and to copy: server.go, policy.yaml, one file per tool (customer.go, orders.go, notes.go, refund.go), trail.go
// (its log) and serve.go (stdio and HTTP). In place of a real back end stand store.go (rows embedded from data/, written by generate.go)
// and personas.go (three users and their fixed tokens).
//
// Only for the demonstration: demo.go, script.go, client.go, verification.go, and page.go, table.go and terminal_*.go, which print it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/lmittmann/tint"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program: 0 if all went well, 1 if not, 2 if it was called wrongly. Logs go to stderr only, because under -stdio standard
// output belongs to the protocol.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	stdio := flags.Bool("stdio", false, "serve standard input and output, as a desktop client starts it")
	as := flags.String("as", "sam", "with -stdio: the `persona` at the keyboard: sam, mia or carla")
	address := flags.String("http", "", "serve HTTP on this `address` until interrupted")
	folder := flags.String("log", "", "`folder` of the audit log; without it a temporary one")
	misused := func(format string, args ...any) int {
		_, _ = fmt.Fprintf(stderr, "quickstart: "+format+"\n", args...) // nobody is left to tell if this fails
		return 2
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		return misused("%q is no flag: see -help", flags.Arg(0))
	case *stdio && *address != "":
		return misused("-stdio and -http exclude each other: run it twice")
	}
	who, err := personaNamed(*as)
	if err != nil {
		return misused("-as: %v", err)
	}
	logger := slog.New(tint.NewTextHandler(stderr, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !coloured(stderr)}))
	if err := inLogFolder(*folder, *stdio || *address != "", func(dir string) error {
		switch {
		case *stdio:
			return serveStdio(ctx, who, dir, logger)
		case *address != "":
			return serveHTTP(ctx, *address, dir, logger)
		}
		p := page{out: stdout, width: widthOf(stdout), colour: coloured(stdout)}
		if err := demonstrate(ctx, p, dir, logger); err != nil || *folder != "" {
			return err
		}
		p.line(plain, "The log was in a temporary folder. To keep it: go run ./examples/quickstart -log ./crm-audit")
		return nil
	}); err != nil {
		// As it stands: an error that lists many faults has many lines, which a log would write as one.
		_, _ = fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// inLogFolder gives f the folder of the audit log: dir, or without one a temporary folder, which goes when f ends unless it is to be kept.
func inLogFolder(dir string, keep bool, f func(dir string) error) error {
	if dir != "" {
		return f(dir)
	}
	temporary, err := os.MkdirTemp("", "mcpgov-quickstart-")
	if err != nil {
		return err
	}
	err = f(filepath.Join(temporary, "audit"))
	if !keep {
		err = errors.Join(err, os.RemoveAll(temporary))
	}
	return err
}
