package freesql

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// marker says, in the environment of a process, that it is a worker.
const marker = "MCPGOV_FREESQL_WORKER"

// workerEnvironment is all that a worker gets to know of its surroundings. The second entry keeps the C library from reserving address space
// for each of its threads, which counts as memory; the third keeps Go from printing the stacks of a worker that was killed by its limit.
func workerEnvironment() []string {
	return []string{marker + "=1", "MALLOC_ARENA_MAX=2", "GOTRACEBACK=none"}
}

// workerSetup is the first thing a worker is told.
type workerSetup struct {
	Path     string   `json:"path"`
	Threads  int      `json:"threads"`
	Memory   int64    `json:"memory"` // bytes that the process may take
	Settings settings `json:"settings"`
}

// ServeWorker is the first thing main of a program with [Options].Worker calls:
//
//	func main() {
//		if freesql.ServeWorker() {
//			return
//		}
//		...
//
// In the server it returns false at once. The server starts its own program again to make a worker; there ServeWorker answers what it is
// asked on standard input, until the server closes that or dies, and returns true. Then main must return, too, without waiting for
// anything: a statement may still be running.
func ServeWorker() bool {
	if os.Getenv(marker) == "" {
		return false
	}
	serveWorker(context.Background(), os.Stdin, os.Stdout)
	return true
}

// serveWorker answers questions until in ends. Nothing it could say of its own troubles has a reader but the server.
func serveWorker(ctx context.Context, in io.Reader, out io.Writer) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var setup workerSetup
	if receive(in, &setup) != nil {
		return
	}
	e, err := openWorker(ctx, setup)
	if err != nil {
		_ = send(out, opened{Fault: strings.ToValidUTF8(err.Error(), "?")})
		return
	}
	if send(out, opened{AsOf: e.asOf}) != nil {
		return
	}
	questions := make(chan question)
	go func() {
		for q := range questions {
			if e.tell(ctx, out, q) != nil {
				return // the server is gone; so will be this process
			}
		}
	}()
	// This goroutine does nothing but read, so that the end of the server is seen while a statement runs. The engine is not closed: that
	// would wait for the statement.
	for {
		var q question
		if receive(in, &q) != nil {
			return
		}
		questions <- q
	}
}

func openWorker(ctx context.Context, setup workerSetup) (*engine, error) {
	if err := confine(setup.Memory); err != nil {
		return nil, err
	}
	db, err := duckdb.Open(ctx, duckdb.Options{
		Path: setup.Path, Schemas: setup.Settings.Schemas, Threads: setup.Threads,
		MemoryBytes: setup.Memory / 2,                                          // its buffers: the rest is for what it does not count, and for the result
		Pool:        duckdb.Pool{Open: 2}, StatementTimeout: -1, SlowQuery: -1, // the server keeps the time
	})
	if err != nil {
		return nil, err
	}
	e, err := newEngine(ctx, db, setup.Path, setup.Settings)
	if err != nil {
		return nil, err
	}
	yieldToServer()
	return e, nil
}

// tell answers one question.
func (e *engine) tell(ctx context.Context, out io.Writer, q question) error {
	r := e.answer(ctx, q)
	if err := send(out, r); err != nil {
		return err
	}
	return writeFrame(out, r.Rows)
}
