package auditpg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// idleTrust is how long a connection that nobody used is believed to be there. After that it is asked first: firewalls forget silent
	// connections, and a write into one would wait for Options.Timeout.
	idleTrust = 10 * time.Second
	// idleAnswer is how long that question may take.
	idleAnswer = time.Second
	// goodbye is how long telling the server that a connection ends may take.
	goodbye = time.Second
)

// writer is the one goroutine that writes, on one connection. All fields belong to it.
type writer struct {
	sink    *Sink
	conn    *pgx.Conn // nil: none
	used    time.Time // when conn last answered
	stopped chan struct{}
	cleaned []<-chan struct{} // closed when a connection that was given up is gone
}

// run serves the queue until it is closed and empty.
func (w *writer) run(q *queue) {
	defer close(w.stopped)
	for {
		<-q.wake
		b, closed := q.take()
		if b != nil {
			q.finish(b, w.write(b))
		}
		if closed { // nothing can have been queued after it
			w.drop()
			return
		}
	}
}

// write commits a batch, in two attempts at most.
func (w *writer) write(b *batch) error {
	if b.ctx.Err() != nil { // given up while it waited for its turn
		return fmt.Errorf("auditpg: %d records were not written: %w", len(b.rows), context.Cause(b.ctx))
	}
	fault := w.attempt(b, insertRows)
	if again(fault) && b.ctx.Err() == nil {
		fault = w.attempt(b, insertMissingRows)
	}
	switch {
	case fault == nil:
		return nil
	case errors.Is(context.Cause(b.ctx), errAlone):
		return fmt.Errorf("auditpg: write %d records, they may be there or not: %w", len(b.rows), errors.Join(fault, errAlone))
	case again(fault):
		return fmt.Errorf("auditpg: write %d records, they may be there or not: %w", len(b.rows), fault)
	default:
		return fmt.Errorf("auditpg: write %d records: %w", len(b.rows), fault)
	}
}

// errConnect marks that no connection could be made, so that nothing can have been written.
type errConnect struct{ err error }

func (e errConnect) Error() string { return "connect: " + e.err.Error() }
func (e errConnect) Unwrap() error { return e.err }

// attempt runs insert on the connection, which it makes if there is none. After an error the connection is not used again: it may be in any
// state.
func (w *writer) attempt(b *batch, insert func(context.Context, *pgx.Conn, *insertion) error) error {
	ctx, cancel := context.WithTimeout(b.ctx, w.sink.opts.Timeout)
	defer cancel()
	if err := w.connect(ctx); err != nil {
		return err
	}
	err := insert(ctx, w.conn, &insertion{rows: b.rows, sql: w.sink.sql, unique: w.sink.unique, timeout: w.sink.opts.Timeout})
	if err != nil {
		w.drop()
		return err
	}
	w.used = time.Now()
	return nil
}

// connect sees to it that there is a connection that is believed to work.
func (w *writer) connect(ctx context.Context) error {
	if w.conn != nil && time.Since(w.used) > idleTrust {
		asked, cancel := context.WithTimeout(ctx, idleAnswer)
		err := w.conn.Ping(asked)
		cancel()
		if err != nil {
			w.drop()
		}
	}
	if w.conn != nil {
		return nil
	}
	conn, err := w.sink.connect(ctx)
	if err != nil {
		return errConnect{err}
	}
	w.conn = conn
	return nil
}

// drop ends the connection.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	_ = w.conn.Close(ctx) // it is given up, whatever it says
	left := w.cleaned[:0]
	for _, gone := range append(w.cleaned, w.conn.PgConn().CleanupDone()) {
		select {
		case <-gone:
		default:
			left = append(left, gone)
		}
	}
	w.cleaned, w.conn = left, nil
}

// again reports whether a second attempt makes sense: the server may or may not have committed, or has only told this connection to go.
func again(fault error) bool {
	if fault == nil {
		return false
	}
	if _, unconnected := errors.AsType[errConnect](fault); unconnected {
		return false
	}
	return lost(fault)
}
