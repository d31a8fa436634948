package contract_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
)

// fake is a database without a network or a file, so that tests may turn its clock: one table, "t", with one column, "id".
type fake struct {
	mu    sync.Mutex
	nulls int64         // what the scan finds
	scans int           // how often it was asked
	now   int           // scans that are under way
	most  int           // the most at one time
	hold  chan struct{} // if not nil, scans wait for it
}

func (f *fake) open(t *testing.T) *sql.DB {
	t.Helper()
	db := sql.OpenDB(f)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (f *fake) set(nulls int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nulls = nulls
}

func (f *fake) asked() (scans, most int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.scans, f.most
}

func (f *fake) Connect(context.Context) (driver.Conn, error) { return fakeConn{f}, nil }

func (f *fake) Driver() driver.Driver { return nil }

type fakeConn struct{ *fake }

func (c fakeConn) Prepare(query string) (driver.Stmt, error) {
	return fakeStatement{c.fake, query}, nil
}
func (c fakeConn) Close() error              { return nil }
func (c fakeConn) Begin() (driver.Tx, error) { return c, nil }
func (c fakeConn) Commit() error             { return errors.New("nothing is to be committed") }
func (c fakeConn) Rollback() error           { return nil }

type fakeStatement struct {
	*fake
	query string
}

func (s fakeStatement) Close() error  { return nil }
func (s fakeStatement) NumInput() int { return -1 }

func (s fakeStatement) Exec([]driver.Value) (driver.Result, error) {
	return nil, errors.New("nothing is to be changed")
}

func (s fakeStatement) Query([]driver.Value) (driver.Rows, error) {
	if strings.HasSuffix(s.query, "WHERE 1 = 0") {
		return &fakeRows{names: []string{"id"}}, nil
	}
	s.mu.Lock()
	s.scans++
	s.now++
	s.most = max(s.most, s.now)
	hold, nulls := s.hold, s.nulls
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	s.mu.Lock()
	s.now--
	s.mu.Unlock()
	return &fakeRows{names: []string{"rows", "nulls"}, row: []driver.Value{int64(100), nulls}}, nil
}

type fakeRows struct {
	names []string
	row   []driver.Value
}

func (r *fakeRows) Columns() []string { return r.names }
func (r *fakeRows) Close() error      { return nil }

func (r *fakeRows) Next(into []driver.Value) error {
	if r.row == nil {
		return io.EOF
	}
	copy(into, r.row)
	r.row = nil
	return nil
}
