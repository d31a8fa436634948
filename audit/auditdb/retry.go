package auditdb

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/duckdb/duckdb-go/v2"
)

// A log is written, sealed, compacted and pruned while it is read. What a question meets of that is tried again here, so that nobody who asks
// has to know of it.

// mostTries bounds how often something is tried again because retention has just deleted a file. Once is usual.
const mostTries = 100

// untilStill calls read, which lists dir and reads what it found, until no file vanishes in between.
func untilStill(ctx context.Context, dir string, read func() error) (err error) {
	for range mostTries {
		if err = read(); !errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil || gone(dir) != nil {
			break
		}
	}
	return err
}

// gone returns fs.ErrNotExist, with its path, if one of the files is not there.
func gone(paths ...string) error {
	for _, path := range paths {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// gone tells whether a file of the snapshot is no longer there.
func (s *snapshot) gone() bool {
	for i := range s.parts {
		if p := &s.parts[i]; gone(p.lines) != nil || p.parquet != "" && gone(p.parquet) != nil {
			return true
		}
	}
	return false
}

// attempt runs ask on the current snapshot. If files of it are gone, it runs ask on a new one; and once on a careful one if ask met a line that
// was just being written, or one longer than usual.
func (d *DB) attempt(ctx context.Context, ask func(*snapshot) error) (err error) {
	s := d.hold()
	defer func() { d.release(s) }()
	for range mostTries {
		if err = ask(s); !worthRetry(ctx, err) {
			return err
		}
		vanished := s.gone()
		if !vanished && s.careful {
			return err
		}
		next, again := d.refresh(ctx, s.careful || !vanished)
		if again != nil {
			return errors.Join(err, again)
		}
		d.release(s)
		s = next
	}
	return err
}

// askPart asks about one part, and once more in the careful way if the first try met a line that was just being written. A part that retention
// has deleted meanwhile has no records.
func (d *DB) askPart(ctx context.Context, s *snapshot, p *part, ask func(context.Context, *snapshot, *part) error) error {
	err := ask(ctx, s, p)
	if !worthRetry(ctx, err) {
		return err
	}
	if gone(p.lines) != nil {
		return nil
	}
	s, again := d.refresh(ctx, true)
	if again != nil {
		return errors.Join(err, again)
	}
	defer d.release(s)
	for i := range s.parts {
		if s.parts[i].Number == p.Number {
			err = ask(ctx, s, &s.parts[i])
		}
	}
	if worthRetry(ctx, err) && gone(p.lines) != nil {
		return nil
	}
	return err
}

// worthRetry reports whether a file could not be read, which another look at the log may mend.
func worthRetry(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	var engineErr *duckdb.Error
	return errors.Is(err, fs.ErrNotExist) ||
		errors.As(err, &engineErr) && (engineErr.Type == duckdb.ErrorTypeInvalidInput || engineErr.Type == duckdb.ErrorTypeIO)
}
