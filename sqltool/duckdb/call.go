package duckdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

// errPanic is the error of a Go function that panicked.
var errPanic = errors.New("it panicked")

// connKey is under what the context that the driver gives to Go functions holds the connection.
type connKey struct{}

// call is a statement that runs, for the Go functions in it.
type call struct {
	ctx context.Context //nolint:containedctx // it is that of the statement, which C code stands in between

	mu    sync.Mutex
	err   error
	scans []*scan // that began and must end with the statement
}

// callOf is the statement that runs on the connection of a context that the driver gave. The engine calls functions also while it prepares, to
// compute what is constant.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(connKey{}).(*conn); ok {
		if running := c.current.Load(); running != nil {
			return running
		}
	}
	return &call{ctx: context.Background()}
}

// failure is the first error of a function.
func (c *call) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// fail keeps the first error and returns what the engine, and whoever sees its texts, may know of it.
func (c *call) fail(name string, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = fmt.Errorf("duckdb: function %s: %w", name, err)
	}
	return fmt.Errorf("function %s failed", name)
}

// begun notes a scan that must end with the statement.
func (c *call) begun(s *scan) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scans = append(c.scans, s)
}

// end ends the scans. The engine must have ended before.
func (c *call) end() {
	if c == nil {
		return // a statement of this package's own
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.scans {
		s.stop()
	}
	c.scans = nil
}

// guard turns a panic into an error that does not hold its text, which may hold anything; the place goes to the log.
func guard(name string, logger *slog.Logger, err *error) {
	if cause := recover(); cause != nil { //nolint:revive // guard is only ever deferred
		*err = errPanic
		if logger != nil {
			logger.LogAttrs(context.Background(), slog.LevelError, "a Go function in SQL panicked",
				slog.String("function", name), slog.String("type", fmt.Sprintf("%T", cause)), slog.String("stack", string(debug.Stack())))
		}
	}
}
