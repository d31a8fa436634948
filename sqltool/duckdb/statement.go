package duckdb

import (
	"container/list"
	"context"
	"database/sql/driver"
	"reflect"

	"github.com/duckdb/duckdb-go/v2"
)

// ready is a statement that the engine has prepared.
type ready struct {
	*duckdb.Stmt

	fixed bool // its text alone settles the types of its parameters; else those of the first arguments would hold for all later ones
}

// newReady looks at a statement that has never been bound.
func newReady(s *duckdb.Stmt) (*ready, error) {
	r := &ready{s, true}
	for i := range s.NumInput() {
		t, err := s.ParamType(i + 1)
		if err != nil {
			return nil, err
		}
		r.fixed = r.fixed && t != duckdb.TYPE_INVALID
	}
	return r, nil
}

// statement is a prepared statement of database/sql. It was prepared once, to see its faults, and stands for its text from then on: what runs
// is the connection's own, or a new one where that has failed or is in use.
type statement struct {
	conn  *conn
	query string
}

func (s *statement) NumInput() int {
	return -1 // named parameters may be used twice, and unused ones given: the driver counts when it binds
}

func (s *statement) Close() error {
	return nil
}

// Exec is needed by database/sql, which never calls it.
func (s *statement) Exec([]driver.Value) (driver.Result, error) {
	return nil, driver.ErrSkip
}

// Query is needed by database/sql, which never calls it.
func (s *statement) Query([]driver.Value) (driver.Rows, error) {
	return nil, driver.ErrSkip
}

// ExecContext runs the statement.
func (s *statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.query, args)
}

// QueryContext runs the statement.
func (s *statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

// rows give their statement back when they are closed, and JSON as the text that it is: the driver would read its numbers as float64.
type rows struct {
	driver.Rows

	json    []int // columns of JSON
	release func() error
}

func newRows(native driver.Rows, release func() error) *rows {
	r := &rows{Rows: native, release: release}
	for i := range native.Columns() {
		if r.ColumnTypeDatabaseTypeName(i) == "JSON" {
			r.json = append(r.json, i)
		}
	}
	return r
}

// Next reads the next row.
func (r *rows) Next(dst []driver.Value) error {
	if err := r.Rows.Next(dst); err != nil {
		return err
	}
	for _, i := range r.json {
		column, row, err := vectorOf(r.Rows, i)
		if err != nil {
			return err
		}
		if dst[i] = nil; !column.null(row) {
			dst[i] = string(column.text(row))
		}
	}
	return nil
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
	stmt  *ready
}

// take removes and returns the statement of a text, or nil.
func (c *statementCache) take(query string) *ready {
	e := c.byKey[query]
	if e == nil {
		return nil
	}
	delete(c.byKey, query)
	return c.order.Remove(e).(*kept).stmt //nolint:forcetypeassert // give puts nothing else there
}

// give keeps a statement and returns one to close, or nil.
func (c *statementCache) give(query string, s *ready) *ready {
	if _, there := c.byKey[query]; there || !s.fixed {
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
func (c *statementCache) empty() []*ready {
	var all []*ready
	for e := c.order.Front(); e != nil; e = e.Next() {
		all = append(all, e.Value.(*kept).stmt) //nolint:forcetypeassert // see take
	}
	c.order.Init()
	clear(c.byKey)
	return all
}
