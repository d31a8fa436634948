package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrBusy is the error of a caller that waited [Pool.AcquireWait] for a connection and got none. It can be tried again later.
var ErrBusy = errors.New("duckdb: all connections are in use")

// Do calls f with a connection of the pool, for which it waits at most [Pool.AcquireWait].
//
// What f runs on the connection, as whatever runs on [Database.SQL], returns at the end of its context (or 50 ms later), also when the
// engine does not: a query inside one call of a scalar function cannot be interrupted. Such a connection is given up: it does no more, and
// its slot in the pool stays taken until the engine ends, so that no more than [Pool.Open] queries ever run. See [ErrStuck].
func (d *Database) Do(ctx context.Context, f func(context.Context, *sql.Conn) error) (err error) {
	c, err := d.acquire(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if closed := c.Close(); !errors.Is(closed, sql.ErrConnDone) {
			err = errors.Join(err, closed)
		}
	}()
	return f(ctx, c)
}

// acquire waits for a connection.
func (d *Database) acquire(ctx context.Context) (*sql.Conn, error) {
	limited, cancel := ctx, func() {}
	if d.opts.Pool.AcquireWait > 0 {
		limited, cancel = context.WithTimeout(ctx, d.opts.Pool.AcquireWait)
	}
	defer cancel()
	d.counts.waiting.Add(1)
	c, err := d.pool.Conn(limited)
	d.counts.waiting.Add(-1)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, fmt.Errorf("%w, for %s", ErrBusy, d.opts.Pool.AcquireWait)
	}
	return c, err
}
