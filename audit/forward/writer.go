package forward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/mcpgov/go-sdk/audit"
)

// Writer returns a sink that writes each record to w in one Write: its form in enc and a line end. Safe for concurrent use; writes come one
// at a time.
//
// If w has a method Flush() error or Sync() error, Append calls it, Flush before Sync, before it returns nil: an *os.File is synced, a
// *bufio.Writer emptied; what cannot be synced, such as a pipe or a terminal, is left at that. A record is as durable as w is then, and no more: to a pipe, a socket or a buffer in memory that is not what
// [audit.Sink] promises. Put it beside a log with [audit.Tee].
//
// A short write is an error; what it left behind is ended by a line end before the next record, so that one torn line never swallows another.
// The end of ctx bounds how long Append waits for its turn, not a write of its own: w has to see to that. Nil w, and an encoding without
// Append, refuse every record.
func Writer(w io.Writer, enc Encoding) audit.Sink {
	s := &lineWriter{w: w, enc: enc, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

type lineWriter struct {
	w    io.Writer
	enc  Encoding
	turn chan struct{} // holds one token: a lock that can be waited for with a context
	torn bool          // w ends in part of a line
}

func (s *lineWriter) Append(ctx context.Context, r audit.Record) error {
	switch {
	case s.w == nil:
		return errors.New("forward: Writer to a nil io.Writer refuses every record; give a writer, or use audit.Discard to keep nothing")
	case s.enc.Append == nil:
		return errors.New("forward: Writer without an encoding refuses every record; use JSON(), OCSF(nil), CloudEvents(nil) or your own")
	case ctx.Err() != nil:
		return fmt.Errorf("forward: record not taken: %w", context.Cause(ctx))
	}
	line, err := s.enc.Append(nil, &r)
	if err != nil {
		return encodeError(&r, err)
	}
	select {
	case <-s.turn:
	case <-ctx.Done():
		return fmt.Errorf("forward: record not taken, others are being written: %w", context.Cause(ctx))
	}
	defer func() { s.turn <- struct{}{} }()
	return s.write(append(line, '\n'))
}

// write hands one line to w; the turn is the caller's.
func (s *lineWriter) write(line []byte) error {
	if s.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := s.w.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	if err != nil {
		switch {
		case n >= len(line):
			s.torn = false
		case n > 0:
			s.torn = n > 1 || line[0] != '\n' // all that came through may be the end of the line torn before
		}
		return fmt.Errorf("forward: write a record: %w", err)
	}
	s.torn = false
	if f, ok := s.w.(interface{ Flush() error }); ok {
		if err := f.Flush(); err != nil {
			return fmt.Errorf("forward: flush a record: %w", err)
		}
	}
	if f, ok := s.w.(interface{ Sync() error }); ok {
		// POSIX gives EINVAL for what has nothing to sync: standard output is mostly such a thing.
		if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
			return fmt.Errorf("forward: sync a record: %w", err)
		}
	}
	return nil
}
