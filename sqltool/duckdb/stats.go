package duckdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// Stats are gauges and counters of a [Database] at one moment.
type Stats struct {
	Active  int // connections in use
	Idle    int // connections kept for the next statement
	Waiting int // callers of [Database.Do] and [Database.AppendJSON] that wait for a connection
	Stuck   int // connections held by queries that were given up but that the engine has not ended

	Statements int64         // that were run
	Failed     int64         // of these, those that ended in an error
	Slow       int64         // of these, those that took [Options.SlowQuery] or longer
	Waits      int64         // how often a caller had to wait for a connection
	WaitTime   time.Duration // in sum
}

// counts are what the pool does not count.
type counts struct {
	waiting                  atomic.Int64
	statements, failed, slow atomic.Int64
}

// Stats returns the gauges and counters.
func (d *Database) Stats() Stats {
	pool := d.pool.Stats()
	return Stats{
		Active: pool.InUse, Idle: pool.Idle, Waiting: int(d.counts.waiting.Load()), Stuck: int(d.made.stuck.Load()),
		Statements: d.counts.statements.Load(), Failed: d.counts.failed.Load(), Slow: d.counts.slow.Load(),
		Waits: pool.WaitCount, WaitTime: pool.WaitDuration,
	}
}

// begin bounds and counts a statement. The function it returns must be called with the statement's error, which it returns.
func (c *conn) begin(ctx context.Context, query string) (context.Context, func(error) error) {
	d := c.from.db
	limited, cancel := ctx, func() {}
	if d.opts.StatementTimeout > 0 && d.made.locked.Load() { // filling may take as long as the caller of Open says
		limited, cancel = context.WithTimeout(ctx, d.opts.StatementTimeout)
	}
	running := &call{ctx: limited}
	c.current.Store(running)
	start := time.Now()
	return limited, func(err error) error {
		took := time.Since(start)
		cancel()
		if cause := running.failure(); cause != nil && err != nil && ctx.Err() == nil {
			err = cause // the engine knows only that a function failed
		}
		if !d.made.locked.Load() {
			return err
		}
		d.counts.statements.Add(1)
		if err != nil {
			d.counts.failed.Add(1)
			if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
				err = fmt.Errorf("duckdb: the statement took longer than %s: %w", d.opts.StatementTimeout, err)
			}
		}
		if d.opts.SlowQuery > 0 && took >= d.opts.SlowQuery {
			d.counts.slow.Add(1)
			if d.opts.Logger != nil {
				d.opts.Logger.LogAttrs(context.WithoutCancel(ctx), slog.LevelWarn, "slow statement",
					slog.String("statement", sqltext.Digest(query)), slog.Duration("took", took), slog.Bool("failed", err != nil))
			}
		}
		return err
	}
}
