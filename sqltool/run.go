package sqltool

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"reflect"
	"time"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// Transactor is an [Engine] whose statements run in transactions it chooses.
type Transactor interface {
	// Begin starts the transaction of one statement: one that cannot write, if the statement does not. It returns nil if none is needed, because the
	// connection cannot write as it is. Without a Transactor statements that write get the driver's default, others none.
	Begin(ctx context.Context, conn *sql.Conn, writes bool) (*sql.Tx, error)
}

// querier is a connection or a transaction on it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// run binds a statement to its input and runs use with it, on a connection and in a transaction. Provenance, step and slow-query log are kept
// whatever comes of it. use returns how many rows there were.
func (p *prepared) run(ctx context.Context, in reflect.Value, use func(ctx context.Context, on querier, query string, args []any) (int, error)) (err error) {
	query, args, err := p.bind(in)
	if err != nil {
		return err
	}
	if !p.statement.Writes {
		if p.limited != "" {
			query = p.limited
		} else if limited := p.limit(query); limited != "" {
			query = limited
		}
	}
	if p.db.options.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.db.options.Timeout)
		defer cancel()
	}
	done, executed, rows := mcpgov.Step(ctx, "query", p.statement.Name), time.Now(), 0
	defer func() {
		done(err)
		p.noteSlow(ctx, time.Since(executed), rows, err)
	}()
	if rows, err = p.onConnection(ctx, query, args, use); err != nil {
		return p.failed(err)
	}
	p.addSource(ctx, in, executed, rows)
	return nil
}

// onConnection runs use on a connection of the pool, in the transaction its engine wants. It commits before it returns, and nothing else does.
func (p *prepared) onConnection(ctx context.Context, query string, args []any, use func(context.Context, querier, string, []any) (int, error)) (rows int, err error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.failed(conn.Close())) }()
	tx, err := p.begin(ctx, conn)
	if err != nil {
		return 0, p.failed(err)
	}
	if tx == nil {
		rows, err = use(ctx, conn, query, args)
		return rows, p.failed(err)
	}
	// Where it was not committed, after a panic as well, nothing is left behind. A rollback that fails leaves the transaction to the database, which
	// ends it with the connection: the first error is the one to know.
	defer func() { _ = tx.Rollback() }()
	if rows, err = use(ctx, tx, query, args); err != nil || !p.statement.Writes {
		return rows, p.failed(err)
	}
	return rows, p.failed(tx.Commit())
}

// acquire takes a connection from the pool, for as long as Options.AcquireWait. Where one is idle for each call that wants one it does without a
// timer, which costs as much as everything else here.
func (p *prepared) acquire(ctx context.Context) (*sql.Conn, error) {
	waiting, cancel := ctx, context.CancelFunc(func() {})
	wanting := p.db.acquiring.Add(1)
	defer p.db.acquiring.Add(-1)
	if p.db.options.AcquireWait > 0 && int64(p.db.pool.Stats().Idle) < wanting {
		waiting, cancel = context.WithTimeout(ctx, p.db.options.AcquireWait)
	}
	defer cancel()
	conn, err := p.db.pool.Conn(waiting)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() == nil && waiting.Err() != nil:
		return nil, &Error{Statement: p.statement.Name, Reason: Busy, cause: err}
	}
	return nil, p.failed(err)
}

func (p *prepared) begin(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	if transactor, ok := p.db.options.Engine.(Transactor); ok {
		return transactor.Begin(ctx, conn, p.statement.Writes) //nolint:wrapcheck // the caller makes it an *Error
	}
	if !p.statement.Writes {
		return nil, nil //nolint:nilnil // none is needed
	}
	return conn.BeginTx(ctx, nil) //nolint:wrapcheck // as above
}

// noteSlow logs a statement that took long: its name and digest, never a value.
func (p *prepared) noteSlow(ctx context.Context, took time.Duration, rows int, err error) {
	if limit := p.db.options.SlowQuery; limit < 0 || took < limit {
		return
	}
	p.db.options.Logger.LogAttrs(ctx, slog.LevelWarn, "slow query",
		slog.String("system", p.db.system), slog.String("statement", p.statement.Name), slog.String("digest", p.digest),
		slog.Duration("took", took), slog.Int("rows", rows), slog.Bool("failed", err != nil))
}

// addSource says where the result came from.
func (p *prepared) addSource(ctx context.Context, in reflect.Value, executed time.Time, rows int) {
	if _, ok := mcpgov.CallFrom(ctx); !ok {
		return
	}
	var parameters any
	if in.IsValid() {
		parameters = in.Interface()
	}
	mcpgov.AddSource(ctx, mcpgov.Source{
		System: p.db.system, Ref: p.statement.Name, Statement: p.digest, Parameters: parameters, Executed: executed, AsOf: p.db.asOf(ctx), Rows: rows,
		Tables: p.statement.Tables, Model: p.statement.Model, Revision: p.statement.Revision,
	})
}
