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
)

// snapshot is what a DB sees of a log: its segments, and how SQL reads them. It never changes; Refresh makes another.
type snapshot struct {
	parts   []part
	longest int64  // bytes that the longest line may have
	all     string // SELECT over all parts, without prev
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

// refresh makes the current snapshot. careful: with what costs more and cannot fail for a log that is being written or has long lines.
func (d *DB) refresh(ctx context.Context, careful bool) error {
	d.refreshing.Lock()
	defer d.refreshing.Unlock()
	segments, err := audit.Segments(os.DirFS(d.dir))
	if err != nil {
		return err
	}
	s := &snapshot{longest: usualLine}
	if careful {
		s.longest = maxLine
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
			if careful || p.end.torn {
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
	d.mu.Lock()
	before := d.current
	d.current = s
	d.mu.Unlock()
	if before != nil {
		before.discard()
	}
	return nil
}

// discard removes the copies of a snapshot that was replaced. A question that is about to read one fails and is asked again.
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
		return err
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
			columns = append(columns, fmt.Sprintf("NULL::%s AS %s", kind, quote(f.column())))
		}
	}
	return "SELECT " + strings.Join(columns, ", ") + " WHERE false"
}

// see returns the snapshot to ask.
func (d *DB) see() *snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.current
}

// attempt runs ask on the current snapshot, and once more on a careful one if the first met a line that was just being written, a line
// longer than usual, or a file that is gone.
func (d *DB) attempt(ctx context.Context, ask func(*snapshot) error) error {
	err := ask(d.see())
	if !worthRetry(ctx, err) {
		return err
	}
	if again := d.refresh(ctx, true); again != nil {
		return errors.Join(err, again)
	}
	return ask(d.see())
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
