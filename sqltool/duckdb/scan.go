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
	wanted  []bool
	next    func() ([]any, error)
	end     func()
}

func (s *scan) ColumnInfos() []duckdb.ColumnInfo     { return s.columns }
func (s *scan) Cardinality() *duckdb.CardinalityInfo { return nil }
func (s *scan) Init()                                { s.stop() }

// stop ends a scan that began.
func (s *scan) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		s.end()
	}
	s.next, s.end = nil, nil
}

// FillChunk writes the next rows; none at the end.
func (s *scan) FillChunk(chunk duckdb.DataChunk) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.fill(chunk)
	if err == nil {
		err = chunk.SetSize(n)
	}
	if err != nil {
		return s.running.fail(s.name, err)
	}
	return nil
}

func (s *scan) fill(chunk duckdb.DataChunk) (n int, err error) {
	defer guard(s.name, s.logger, &err) // the driver's own panics end here too
	if s.next == nil {
		s.running = callOf(s.conn)
		s.wanted = projectionOf(chunk, len(s.columns))
		if s.next, s.end, err = s.begin(s.running.ctx, s.wanted); err != nil {
			return 0, err
		}
		s.running.begun(s)
	}
	if err := s.running.ctx.Err(); err != nil {
		return 0, err
	}
	for n < duckdb.GetDataChunkCapacity() {
		values, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		for i, wanted := range s.wanted {
			if !wanted {
				continue
			}
			if err := chunk.SetValue(i, n, values[i]); err != nil {
				return 0, errors.New("a value does not fit its column") // the driver's text holds it
			}
		}
		n++
	}
	return n, nil
}
