package freesql

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// Explorer serves free SQL over one database. It is safe for use by many goroutines.
type Explorer struct {
	opts   Options
	runner runner
	asOf   time.Time
	fair   *fair
}

// Stats are gauges and counters of an [Explorer] at one moment.
type Stats struct {
	Running  int  // statements that run
	Stuck    int  // statements whose caller was answered while the engine goes on; never with Worker
	Replaced int  // workers that were killed, or died, and were replaced
	Open     bool // statements are refused as Unavailable at present
}

// Open checks the options, starts the workers if there are to be any, and reads the catalog. The caller must close the explorer.
func Open(ctx context.Context, opts Options) (*Explorer, error) {
	opts, err := opts.settled()
	if err != nil {
		return nil, err
	}
	x := &Explorer{opts: opts, fair: newFair(opts.PerCaller)}
	if opts.Worker == nil {
		e, err := newEngine(ctx, opts.Database, "", opts.settings())
		if err != nil {
			return nil, fmt.Errorf("freesql: open %s: %w", opts.System, err)
		}
		x.runner, x.asOf = newLocal(e, opts.Concurrent), e.asOf
		return x, nil
	}
	program, err := opts.Worker.program()
	if err != nil {
		return nil, fmt.Errorf("freesql: which program is to be a worker? %w", err)
	}
	path, err := filepath.Abs(opts.Worker.Path) // workers stand elsewhere
	if err != nil {
		return nil, fmt.Errorf("freesql: open %s: %w", opts.System, err)
	}
	setup := workerSetup{Path: path, Threads: opts.Worker.Threads, Memory: opts.Worker.MemoryBytes, Settings: opts.settings()}
	workers, err := newPool(ctx, program, setup, opts.Concurrent, opts.Logger)
	if err != nil {
		return nil, fmt.Errorf("freesql: open %s: %w", opts.System, err)
	}
	x.runner, x.asOf = workers, workers.first.AsOf
	if !memoryIsBounded {
		opts.Logger.Warn("this system does not bound the memory of SQL workers", slog.Int64("memory_bytes", opts.Worker.MemoryBytes))
	}
	return x, nil
}

// program is what is started as a worker, wherever workers stand.
func (w *Worker) program() ([]string, error) {
	if len(w.Command) == 0 {
		self, err := os.Executable()
		return []string{self}, err
	}
	found, err := exec.LookPath(w.Command[0])
	if err != nil {
		return nil, err
	}
	found, err = filepath.Abs(found)
	return append([]string{found}, w.Command[1:]...), err
}

// Close ends the workers and waits for them; without workers it waits for statements that still run, as long as ctx allows. Calls that come
// later are answered [Unavailable]. It must be called once.
func (x *Explorer) Close(ctx context.Context) error { return x.runner.close(ctx) }

// Stats returns the gauges and counters.
func (x *Explorer) Stats() Stats { return x.runner.stats() }

// Features returns the tools and resources, for [mcpgov.New].
func (x *Explorer) Features() []mcpgov.Feature {
	return []mcpgov.Feature{x.queryTool(), x.listTool(), x.describeTool(), x.listResource(), x.tableResource()}
}

// ask puts a question of the caller of ctx.
func (x *Explorer) ask(ctx context.Context, sql string) (reply, error) {
	begun := time.Now()
	q := question{SQL: sql}
	user, _ := mcpgov.UserFrom(ctx)
	if x.opts.Rights != nil {
		rights, err := x.opts.Rights(ctx, user)
		if err != nil {
			return reply{}, fmt.Errorf("the rights of the caller: %w", err)
		}
		q.Rights = rights
	}
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	turn, done := context.WithTimeout(ctx, x.opts.Timeout/4*3)
	defer done()
	var step func(error)
	if sql != "" {
		step = mcpgov.Step(ctx, "query", x.opts.System)
	}
	r, err := x.inTurn(ctx, turn.Done(), user.ID, q)
	if err == nil && r.Refused != nil {
		err = r.Refused.err()
	}
	if err == nil && x.opts.Guard != nil { // which tables a statement reads is known when it was judged, by a worker together with its rows
		err = x.opts.Guard.Admit(ctx, r.Read...)
	}
	if r.Detail != "" {
		x.opts.Logger.DebugContext(ctx, "a statement was not answered", slog.String("engine", r.Detail))
	}
	if step == nil {
		return r, err
	}
	step(err)
	if err == nil {
		mcpgov.AddSource(ctx, mcpgov.Source{
			System: x.opts.System, Ref: x.opts.Query.Name, Statement: sqltext.Digest(sql), Executed: begun, AsOf: x.asOf, Rows: r.RowCount, Tables: r.Read,
		})
	}
	return r, err
}

// inTurn runs a question when it is the caller's turn.
func (x *Explorer) inTurn(ctx context.Context, wait <-chan struct{}, who string, q question) (reply, error) {
	done, ok := x.fair.take(ctx, wait, who)
	if !ok {
		return reply{Refused: busy()}, ctx.Err()
	}
	defer done()
	return x.runner.run(ctx, wait, q)
}
