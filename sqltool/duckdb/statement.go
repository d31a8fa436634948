package duckdb

import (
	"container/list"
	"context"
	"database/sql/driver"
	"reflect"

	"github.com/duckdb/duckdb-go/v2"
)

// statement is a prepared statement of database/sql. It goes back to the connection's cache when it is closed.
type statement struct {
	conn   *conn
	query  string
	native *duckdb.Stmt
}

func (s *statement) NumInput() int {
	return -1 // named parameters may be used twice, and unused ones given: the driver counts when it binds
}

func (s *statement) Close() error {
	return s.conn.give(s.query, s.native)
}

// Exec is needed by database/sql, which never calls it.
func (s *statement) Exec([]driver.Value) (driver.Result, error) {
	return nil, driver.ErrSkip
}

// Query is needed by database/sql, which never calls it.
func (s *statement) Query([]driver.Value) (driver.Rows, error) {
	return nil, driver.ErrSkip
}

// ExecContext runs the statement by its text, so that one that failed or whose rows are open is replaced by another.
func (s *statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.query, args)
}

// QueryContext runs the statement by its text too.
func (s *statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

// rows give their statement back when they are closed.
type rows struct {
	driver.Rows

	release func() error
}

func (r *rows) Close() error {
	if r.release == nil {
		return nil
	}
	release := r.release
	r.release = nil
	if err := r.Rows.Close(); err != nil {
		return err
	}
	return release()
}

// ColumnTypeScanType is the Go type of a column.
func (r *rows) ColumnTypeScanType(index int) reflect.Type {
	if t, ok := r.Rows.(driver.RowsColumnTypeScanType); ok {
		return t.ColumnTypeScanType(index)
	}
	return reflect.TypeFor[any]()
}

// ColumnTypeDatabaseTypeName is DuckDB's word for the type of a column.
func (r *rows) ColumnTypeDatabaseTypeName(index int) string {
	if t, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return t.ColumnTypeDatabaseTypeName(index)
	}
	return ""
}

// statementCache keeps prepared statements by their text, the longest unused going first. It is used by one goroutine at a time, as its
// connection is.
type statementCache struct {
	most  int
	order list.List                // of *kept, the last used in front
	byKey map[string]*list.Element // one per text; a second statement of the same text is not kept
}

type kept struct {
	query string
	stmt  *duckdb.Stmt
}

// take removes and returns the statement of a text, or nil.
func (c *statementCache) take(query string) *duckdb.Stmt {
	e := c.byKey[query]
	if e == nil {
		return nil
	}
	delete(c.byKey, query)
	return c.order.Remove(e).(*kept).stmt //nolint:forcetypeassert // give puts nothing else there
}

// give keeps a statement and returns one to close, or nil.
func (c *statementCache) give(query string, s *duckdb.Stmt) *duckdb.Stmt {
	if _, there := c.byKey[query]; there {
		return s
	}
	if c.byKey == nil {
		c.byKey = map[string]*list.Element{}
	}
	c.byKey[query] = c.order.PushFront(&kept{query, s})
	if c.order.Len() <= c.most {
		return nil
	}
	old := c.order.Remove(c.order.Back()).(*kept) //nolint:forcetypeassert // see take
	delete(c.byKey, old.query)
	return old.stmt
}

// empty removes and returns all.
func (c *statementCache) empty() []*duckdb.Stmt {
	var all []*duckdb.Stmt
	for e := c.order.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(*kept).stmt) //nolint:forcetypeassert // see take
	}
	c.order.Init()
	clear(c.byKey)
	return all
}
