package duckdb

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"

	"github.com/duckdb/duckdb-go/v2"
)

// rowsOf begins to read what a table function returns: only the columns that are wanted. next returns io.EOF at the end.
type rowsOf func(ctx context.Context, wanted []bool) (next func() ([]any, error), stop func(), err error)

// scan is one place in a statement that calls a table function. The engine starts it anew each time the statement runs.
type scan struct {
	name    string
	columns []duckdb.ColumnInfo
	begin   rowsOf
	conn    context.Context //nolint:containedctx // tells the connection, and with it the statement that runs
	logger  *slog.Logger

	mu      sync.Mutex
	running *call
	next    func() ([]any, error)
	end     func()
}

func (s *scan) ColumnInfos() []duckdb.ColumnInfo            { return s.columns }
func (s *scan) Cardinality() *duckdb.CardinalityInfo        { return nil }
func (s *scan) Init()                                       { s.stop() }
func (s *scan) fail(running *call, err error) (bool, error) { return false, running.fail(s.name, err) }

// stop ends a scan that began.
func (s *scan) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		s.end()
	}
	s.next, s.end = nil, nil
}

// FillRow writes the next row.
func (s *scan) FillRow(row duckdb.Row) (more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		if err := s.start(row); err != nil {
			return s.fail(s.running, err)
		}
	}
	values, err := s.read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return s.fail(s.running, err)
	}
	for i, v := range values {
		if !row.IsProjected(i) {
			continue
		}
		if err := row.SetRowValue(i, v); err != nil {
			return s.fail(s.running, err)
		}
	}
	return true, nil
}

// read reads the next row.
func (s *scan) read() (values []any, err error) {
	defer guard(s.name, s.logger, &err)
	if err := s.running.ctx.Err(); err != nil {
		return nil, err
	}
	return s.next()
}

// start begins to read, now that it is known what is wanted.
func (s *scan) start(row duckdb.Row) (err error) {
	defer guard(s.name, s.logger, &err)
	s.running = callOf(s.conn)
	wanted := make([]bool, len(s.columns))
	for i := range wanted {
		wanted[i] = row.IsProjected(i)
	}
	s.next, s.end, err = s.begin(s.running.ctx, wanted)
	if err == nil {
		s.running.begun(s)
	}
	return err
}
