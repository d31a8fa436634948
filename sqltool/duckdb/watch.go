package duckdb

import (
	"context"
	"errors"
	"time"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

const (
	grace       = 40 * time.Millisecond  // after the end of the context, for the engine to notice
	firstNudge  = 500 * time.Microsecond // between the first two interrupts; doubled from then on
	longestWait = 250 * time.Millisecond // between interrupts when nobody waits any more
	endsSoon    = time.Second            // what the engine ends within this time after the answer is not held against it
)

// errAbandoned is the error of a connection whose caller was answered while the engine went on.
var errAbandoned = errors.New("duckdb: the connection was given up with its query")

// watch runs a call into the engine and returns when it ends, or at the end of the context, whatever the engine does. In the second case
// the engine is interrupted until it ends, the connection can no longer be used, its slot stays taken until then, and late takes what the
// call returned.
func (c *conn) watch(ctx context.Context, call func() error, late func(error)) error {
	if c.abandoned.Load() {
		return errAbandoned
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Done() == nil {
		return call()
	}
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	// The engine forgets an interrupt that comes between two of its steps, so it is repeated.
	ended := time.NewTimer(grace)
	defer ended.Stop()
	for wait := firstNudge; ; wait = min(2*wait, grace/4) {
		mapping.Interrupt(c.handle)
		select {
		case err := <-done:
			if err != nil {
				err = ctx.Err() // the engine says only that it was interrupted
			}
			return err
		case <-ended.C:
			c.abandon(done, late)
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// abandon leaves the connection to the engine until it ends.
func (c *conn) abandon(done <-chan error, late func(error)) {
	c.abandoned.Store(true)
	c.from.stuck.Add(1)
	go func() {
		for waited := time.Duration(0); ; waited += longestWait {
			if waited == endsSoon {
				c.from.hard.Add(1)
			}
			select {
			case err := <-done:
				late(err)
				_ = c.shut() // nobody is there to hear of it
				if waited >= endsSoon {
					c.from.hard.Add(-1)
				}
				c.from.stuck.Add(-1)
				<-c.from.slots
				return
			case <-time.After(longestWait):
				mapping.Interrupt(c.handle)
			}
		}
	}()
}
