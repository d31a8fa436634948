// Command sqlexplorer serves a DuckDB file as governed free SQL: a model writes a SELECT, and gets rows of the schemas it may read.
//
//	go run ./examples/sqlexplorer -stdio                                          the bundled data, for the client that starts it
//	go run ./examples/sqlexplorer -http 127.0.0.1:8080                            the same on HTTP
//	go run ./examples/sqlexplorer -db FILE -schemas sales,reporting -stdio   a file of yours
//
// Statements run in processes of their own, which are killed at the deadline and bounded in memory, unless -worker=false says not.
// README.md says what it serves and what it promises; server.go is the part to copy.
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
	"strings"
	"syscall"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

func main() {
	if freesql.ServeWorker() { // this program starts itself again for the statements
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// settings are what the flags say.
type settings struct {
	database   string
	schemas    []string
	maxRows    int
	timeout    time.Duration
	concurrent int
	memoryMiB  int64
	worker     bool
	stdio      bool
	address    string
	auditDir   string
	debug      bool
}

// run is the program: 0 if all went well, 1 if not, 2 if it was called wrongly. It writes to stderr only, because under -stdio standard
// output belongs to the protocol.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	s, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "sqlexplorer: %v\n", err) // nobody is left to tell if this fails
		return 2
	}
	level := slog.LevelInfo
	if s.debug {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	if err := inFolder(func(folder string) error { return explore(ctx, s, folder, logger) }); err != nil {
		_, _ = fmt.Fprintln(stderr, err) // as it stands: an error that lists many faults has many lines
		return 1
	}
	return 0
}

// parse reads the flags.
func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("sqlexplorer", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.database, "db", "", "DuckDB `file` to serve; without it the bundled data")
	schemas := flags.String("schemas", "", "the `schemas` that may be read, with commas between; of the bundled data "+bundledSchemas)
	flags.IntVar(&s.maxRows, "max-rows", 10_000, "`rows` of one result at most")
	flags.DurationVar(&s.timeout, "timeout", 5*time.Second, "`time` from a call to its answer at most")
	flags.IntVar(&s.concurrent, "concurrent", 4, "`statements` that run at once; also worker processes")
	flags.BoolVar(&s.worker, "worker", true, "run statements in processes that can be killed and are bounded in memory; =false runs them in this one")
	flags.Int64Var(&s.memoryMiB, "memory", 1024, "`MiB` that one worker, or with -worker=false DuckDB's buffers, may take")
	flags.BoolVar(&s.stdio, "stdio", false, "serve standard input and output, as a desktop client starts it")
	flags.StringVar(&s.address, "http", "", "serve HTTP on this `address`; callers show the token in $SQLEXPLORER_TOKEN, if it is set")
	flags.StringVar(&s.auditDir, "audit", "", "`folder` of the audit log; without it a temporary one")
	flags.BoolVar(&s.debug, "debug", false, "log what the engine says of statements that fail; it quotes names and values")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if *schemas == "" && s.database == "" {
		*schemas = bundledSchemas
	}
	for schema := range strings.SplitSeq(*schemas, ",") {
		if schema = strings.TrimSpace(schema); schema != "" {
			s.schemas = append(s.schemas, schema)
		}
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("%q is no flag: see -help", flags.Arg(0))
	case s.stdio == (s.address != ""):
		return s, errors.New("write either -stdio or -http ADDRESS")
	case len(s.schemas) == 0:
		return s, errors.New("-db needs -schemas: which may be read")
	case s.maxRows <= 0 || s.timeout <= 0 || s.concurrent <= 0 || s.memoryMiB <= 0:
		return s, errors.New("-max-rows, -timeout, -concurrent and -memory must be above zero")
	}
	return s, nil
}

// inFolder gives f a temporary folder, and removes it when f ends.
func inFolder(f func(folder string) error) error {
	folder, err := os.MkdirTemp("", "mcpgov-sqlexplorer-")
	if err != nil {
		return err
	}
	return errors.Join(f(folder), os.RemoveAll(folder))
}

// explore opens the database and the log, and serves them until ctx ends or the client leaves.
func explore(ctx context.Context, s settings, folder string, logger *slog.Logger) (err error) {
	if s.database == "" {
		if s.database, err = makeBundled(ctx, folder); err != nil {
			return err
		}
	}
	if s.auditDir == "" {
		s.auditDir = filepath.Join(folder, "audit")
	}
	e, err := open(ctx, s, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close(context.WithoutCancel(ctx))) }()
	logger.Info("serving", slog.String("database", s.database), slog.String("schemas", strings.Join(s.schemas, ",")),
		slog.Bool("worker", s.worker), slog.String("audit_log", s.auditDir))
	if s.stdio {
		return e.serveStdio(ctx)
	}
	return e.serveHTTP(ctx, s.address, os.Getenv("SQLEXPLORER_TOKEN"), logger)
}
