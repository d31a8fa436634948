package duckdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// statementsPerConnection is how many prepared statements a connection keeps.
const statementsPerConnection = 64

// conn is a connection that refuses several statements in one text (the driver would run all but the last while it prepares), keeps
// prepared statements, and answers at the end of a context although the engine may not.
type conn struct {
	native    *duckdb.Conn
	handle    mapping.Connection
	from      *connector
	cache     statementCache
	abandoned atomic.Bool
	current   atomic.Pointer[call] // the statement that runs, for Go functions in it
}

// Prepare prepares one statement without running anything, and returns the driver's own *duckdb.Stmt, which knows the types of parameters
// and columns.
func (c *conn) Prepare(query string) (driver.Stmt, error) {
	if c.abandoned.Load() {
		return nil, errAbandoned
	}
	return c.native.Prepare(query)
}

// PrepareContext prepares one statement without running anything.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	return &statement{c, query}, c.give(query, s)
}

// take returns a prepared statement that nobody else uses.
func (c *conn) take(ctx context.Context, query string) (*ready, error) {
	if s := c.cache.take(query); s != nil {
		return s, nil
	}
	var s driver.Stmt
	err := c.watch(ctx, func() (err error) {
		s, err = c.native.Prepare(query)
		return err
	}, func(err error) {
		if err == nil {
			_ = s.Close() // nobody is there to hear of it
		}
	})
	if err != nil {
		return nil, err
	}
	native, ok := s.(*duckdb.Stmt)
	if !ok {
		return nil, errors.Join(errDriver, s.Close())
	}
	return newReady(native)
}

// give puts a statement back.
func (c *conn) give(query string, s *ready) error {
	if c.abandoned.Load() {
		return nil // the connection's end is not ours any more
	}
	if old := c.cache.give(query, s); old != nil {
		return old.Close()
	}
	return nil
}

// QueryContext runs one statement that returns rows.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx, end := c.begin(ctx, query)
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, end(err)
	}
	rows, err := c.query(ctx, query, s, args)
	return rows, end(err)
}

func (c *conn) query(ctx context.Context, query string, s *ready, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.bind(s, args); err != nil {
		return nil, errors.Join(err, c.give(query, s))
	}
	var native driver.Rows
	running := c.current.Load()
	err := c.watch(ctx, func() (err error) {
		native, err = s.QueryBound(context.Background()) // watch interrupts faster than the driver does
		return err
	}, func(err error) {
		if err == nil {
			_ = native.Close() // nobody is there to hear of it
		}
		_ = s.Close()
		running.end()
	})
	if !c.abandoned.Load() {
		running.end()
	}
	if err != nil {
		return nil, c.drop(s, err)
	}
	return newRows(native, func() error { return c.give(query, s) }), nil
}

// ExecContext runs one statement for its effect.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	ctx, end := c.begin(ctx, query)
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, end(err)
	}
	result, err := c.exec(ctx, query, s, args)
	return result, end(err)
}

func (c *conn) exec(ctx context.Context, query string, s *ready, args []driver.NamedValue) (driver.Result, error) {
	if err := c.bind(s, args); err != nil {
		return nil, errors.Join(err, c.give(query, s))
	}
	var result driver.Result
	running := c.current.Load()
	err := c.watch(ctx, func() (err error) {
		result, err = s.ExecBound(context.Background()) // as above
		return err
	}, func(error) {
		_ = s.Close()
		running.end()
	})
	if !c.abandoned.Load() {
		running.end()
	}
	if err != nil {
		return nil, c.drop(s, err)
	}
	return result, c.give(query, s)
}

// drop closes a statement that failed. It returns err.
func (c *conn) drop(s *ready, err error) error {
	if !c.abandoned.Load() {
		_ = s.Close() // err says more
	}
	return err
}

// BeginTx begins a transaction.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.abandoned.Load() {
		return nil, errAbandoned
	}
	tx, err := c.native.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &transaction{conn: c, native: tx}, nil
}

// transaction is a transaction that ends with its connection when that is given up.
type transaction struct {
	conn   *conn
	native driver.Tx
}

func (t *transaction) Commit() error {
	if t.conn.abandoned.Load() {
		return errAbandoned
	}
	return t.native.Commit()
}

func (t *transaction) Rollback() error {
	if t.conn.abandoned.Load() {
		return nil // the engine rolls back what is open when the connection ends
	}
	return t.native.Rollback()
}

// Begin is needed by database/sql, which never calls it.
func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// IsValid says whether the connection can go back to the pool.
func (c *conn) IsValid() bool {
	return !c.abandoned.Load()
}

// ResetSession is called before the connection is used again.
func (c *conn) ResetSession(context.Context) error {
	if c.abandoned.Load() {
		return driver.ErrBadConn
	}
	return nil
}

// Close closes the connection; one that was given up is closed when the engine ends.
func (c *conn) Close() error {
	if c.abandoned.Load() {
		return nil
	}
	defer func() { <-c.from.slots }()
	return c.shut()
}

// shut closes the statements that are kept, and the engine's connection.
func (c *conn) shut() error {
	var errs []error
	for _, s := range c.cache.empty() {
		errs = append(errs, s.Close())
	}
	if err := errors.Join(append(errs, c.native.Close())...); err != nil {
		return fmt.Errorf("duckdb: close: %w", err)
	}
	return nil
}
