package duckdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"
)

// ErrStuck is the error of a statement that gets no connection because too many are held by queries that were given up but that the
// engine has not ended. It can be tried again later.
var ErrStuck = errors.New("duckdb: the engine is busy with queries that cannot be interrupted")

// connector makes connections that hold what the package promises: one statement at a time, an end on time, and a slot kept until the
// engine has really ended.
type connector struct {
	native *duckdb.Connector
	db     *Database
	slots  chan struct{} // one is taken per connection of the engine
	stuck  atomic.Int64  // connections whose caller was answered while the engine goes on
	hard   atomic.Int64  // of these, those that do not end soon
	locked atomic.Bool
}

// Connect waits for a slot and opens a connection.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.hard.Load() >= int64(c.db.opts.Pool.Stuck) {
		return nil, ErrStuck
	}
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	opened, err := c.open(ctx)
	if err != nil {
		<-c.slots
		return nil, err
	}
	return opened, nil
}

func (c *connector) open(ctx context.Context) (*conn, error) {
	plain, err := c.native.Connect(ctx)
	if err != nil {
		return nil, err
	}
	native, ok := plain.(*duckdb.Conn)
	if !ok {
		return nil, errors.Join(errDriver, plain.Close())
	}
	opened := &conn{native: native, from: c, cache: statementCache{most: statementsPerConnection}}
	if opened.handle, err = handleOf(native); err != nil {
		return nil, errors.Join(err, native.Close())
	}
	contexts, id, err := contextsOf(native)
	if err != nil {
		return nil, errors.Join(err, native.Close())
	}
	contexts.Store(id, context.WithValue(context.Background(), connKey{}, opened)) // until the driver forgets the connection
	if c.locked.Load() {
		if err := opened.checkLock(); err != nil {
			return nil, errors.Join(err, opened.shut())
		}
	}
	return opened, nil
}

// Driver is needed by database/sql.
func (c *connector) Driver() driver.Driver {
	return c.native.Driver()
}

// Close closes the database of the engine. Queries that were given up keep their part of it until they end.
func (c *connector) Close() error {
	if err := c.native.Close(); err != nil {
		return err
	}
	if n := c.stuck.Load(); n > 0 {
		return fmt.Errorf("%w: the file stays open until %d of them end", ErrStuck, n)
	}
	return nil
}

// checkLock finds the configuration locked, or fails.
func (c *conn) checkLock() error {
	rows, err := c.native.QueryContext(context.Background(), "SELECT current_setting('lock_configuration') AND NOT current_setting('enable_external_access')", nil)
	if err != nil {
		return err
	}
	row := make([]driver.Value, 1)
	err = errors.Join(rows.Next(row), rows.Close())
	if err == nil && row[0] != true {
		err = errors.New("the database is not locked")
	}
	return err
}
