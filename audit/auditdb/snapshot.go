package auditdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// snapshot is what a DB sees of a log: its segments, and how SQL reads them. It never changes; Refresh makes another.
type snapshot struct {
	parts   []part
	careful bool   // made with what costs more and cannot fail for a log that is being written or has long lines
	longest int64  // bytes that the longest line may have
	all     string // SELECT over all parts, without prev
	users   int    // questions that read it, and the DB while it is the current one; guarded by DB.mu
}

// part is one segment as a snapshot sees it.
type part struct {
	audit.Segment
	lines   string // path of its lines
	parquet string // path of its Parquet form; empty if it has none
	end     tail   // of the segment that is being written
	copied  string // path of a copy of its whole lines, if the file itself cannot be read by DuckDB
}

// usualLine is what a line is taken to need at most; longer ones are met by trying again with maxLine, which takes more memory.
const usualLine = 16 << 20

// last is the number of the last record in the part.
func (p *part) last() uint64 {
	if p.Checkpoint == nil {
		return p.end.last
	}
	return p.Checkpoint.Last
}

// source is the SELECT that reads the part.
func (p *part) source(longest int64) string {
	switch {
	case p.parquet != "":
		return parquetSource([]string{p.parquet})
	case p.copied != "":
		return lineSource([]string{p.copied}, longest, 0)
	default:
		return lineSource([]string{p.lines}, longest, p.end.last)
	}
}

// refresh makes the current snapshot and returns it held: release it. careful: see snapshot.
func (d *DB) refresh(ctx context.Context, careful bool) (*snapshot, error) {
	d.refreshing.Lock()
	defer d.refreshing.Unlock()
	var s *snapshot
	err := untilStill(ctx, d.dir, func() error {
		s = &snapshot{careful: careful, longest: usualLine}
		if careful {
			s.longest = maxLine
		}
		err := d.look(ctx, s)
		if err != nil {
			s.discard()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	before := d.current
	d.current = s
	s.users = 2 // the DB and who asked for it
	d.mu.Unlock()
	if before != nil {
		d.release(before)
	}
	return s, nil
}

// look reads what is in the directory into s.
func (d *DB) look(ctx context.Context, s *snapshot) error {
	segments, err := audit.Segments(os.DirFS(d.dir))
	if err != nil {
		return err
	}
	for _, segment := range segments {
		if segment.Pruned { // its Parquet form, if any, is no longer to be seen either
			continue
		}
		p := part{Segment: segment, lines: filepath.Join(d.dir, segment.Name)}
		if segment.Checkpoint == nil {
			if p.end, err = readTail(p.lines); err != nil {
				return err
			}
			if p.end.size == 0 {
				continue
			}
			if s.careful || p.end.torn {
				if p.copied, err = copyHead(p.lines, d.engine.temp, p.end.size); err != nil {
					return err
				}
			}
		} else if segment.Checkpoint.Last < segment.Checkpoint.First {
			continue // it holds no records
		}
		s.parts = append(s.parts, p)
	}
	if err := d.findParquet(ctx, s); err != nil {
		return err
	}
	s.join()
	return nil
}

// hold returns the snapshot to ask. Release it.
func (d *DB) hold() *snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.current.users++
	return d.current
}

// release lets go of a snapshot. Its copies go with the last who held it.
func (d *DB) release(s *snapshot) {
	d.mu.Lock()
	s.users--
	unused := s.users == 0
	d.mu.Unlock()
	if unused {
		s.discard()
	}
}

// discard removes the copies that a snapshot made.
func (s *snapshot) discard() {
	for i := range s.parts {
		if copied := s.parts[i].copied; copied != "" {
			_ = os.Remove(copied) // or Close removes it with its directory
		}
	}
}

// findParquet notes which parts have a Parquet form that this version made from that very segment.
func (d *DB) findParquet(ctx context.Context, s *snapshot) error {
	var found []string
	for i := range s.parts {
		p := &s.parts[i]
		path := parquetPath(p.lines)
		if _, err := os.Stat(path); p.Checkpoint != nil && err == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return nil
	}
	origins, err := parquetOrigins(ctx, d.engine, found)
	if err != nil {
		return errors.Join(err, gone(found...))
	}
	for i := range s.parts {
		p := &s.parts[i]
		if path := parquetPath(p.lines); p.Checkpoint != nil && origins[path] == origin(p.Checkpoint) {
			p.parquet = path
		}
	}
	return nil
}

// join makes the SELECT over all parts.
func (s *snapshot) join() {
	var compacted, lines, selects []string
	for i := range s.parts {
		switch p := &s.parts[i]; {
		case p.parquet != "":
			compacted = append(compacted, p.parquet)
		case p.Checkpoint != nil:
			lines = append(lines, p.lines)
		default:
			selects = append(selects, "SELECT * EXCLUDE (prev) FROM ("+p.source(s.longest)+")")
		}
	}
	if len(lines) > 0 {
		selects = append(selects, "SELECT * EXCLUDE (prev) FROM ("+lineSource(lines, s.longest, 0)+")")
	}
	if len(compacted) > 0 {
		selects = append(selects, parquetSource(compacted))
	}
	if len(selects) == 0 {
		selects = append(selects, emptySource())
	}
	s.all = strings.Join(selects, " UNION ALL ")
}

// emptySource has the columns of every source and no row.
func emptySource() string {
	var columns []string
	for _, f := range fields() {
		kind := f.lineType()
		switch f.form { //nolint:exhaustive // the others keep the type they have in the line
		case raw:
			kind = "VARCHAR"
		case hash:
			kind = "BLOB"
		}
		if f.path != "prev" {
			columns = append(columns, fmt.Sprintf("NULL::%s AS %s", kind, sqltext.Identifier(f.column())))
		}
	}
	return "SELECT " + strings.Join(columns, ", ") + " WHERE false"
}

// each runs one query and gives its rows to read.
func each(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, query string, args []any, read func(*sql.Rows) error,
) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err below has said what there was to say
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
