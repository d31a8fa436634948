package auditdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/audit"
)

// Records reads the records that q is about, in its order. They are exactly those that the lines of the log hold, whichever form they are
// read from; they are not verified: use [audit.Verify] for that. An error ends the sequence. Memory is bounded by the records of one segment.
func (d *DB) Records(ctx context.Context, q Query) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		if err := d.records(ctx, &q, func(r *audit.Record) bool { return yield(*r, nil) }); err != nil {
			yield(audit.Record{}, fmt.Errorf("auditdb: records of %s: %w", d.dir, err))
		}
	}
}

// records calls yield until it returns false.
func (d *DB) records(ctx context.Context, q *Query, yield func(*audit.Record) bool) error {
	if err := q.settle(); err != nil {
		return err
	}
	now := d.opts.Now()
	r := &reading{db: d, query: q, now: now, pushed: q.where(now), left: q.Limit, yield: yield}
	s := d.see()
	parts := slices.Clone(s.parts)
	if q.Order == NewestFirst {
		slices.Reverse(parts)
	}
	for i := range parts {
		if err := d.askPart(ctx, s, &parts[i], r.part); err != nil || r.ended {
			return err
		}
	}
	return nil
}

// askPart asks about one part, and once more in the careful way if the first try met a line that was just being written.
func (d *DB) askPart(ctx context.Context, s *snapshot, p *part, ask func(context.Context, *snapshot, *part) error) error {
	err := ask(ctx, s, p)
	if !worthRetry(ctx, err) {
		return err
	}
	if again := d.refresh(ctx, true); again != nil {
		return errors.Join(err, again)
	}
	s = d.see()
	for i := range s.parts {
		if s.parts[i].Number == p.Number {
			return ask(ctx, s, &s.parts[i])
		}
	}
	return err
}

// worthRetry reports whether DuckDB could not read a file, which another look at the log may mend.
func worthRetry(ctx context.Context, err error) bool {
	var engineErr *duckdb.Error
	return errors.As(err, &engineErr) && ctx.Err() == nil &&
		(engineErr.Type == duckdb.ErrorTypeInvalidInput || engineErr.Type == duckdb.ErrorTypeIO)
}

// reading is one run through the records.
type reading struct {
	db     *DB
	query  *Query
	now    time.Time
	pushed pushed
	left   int // of the limit; 0 if there is none
	yield  func(*audit.Record) bool
	ended  bool // no more records are wanted
}

// offer gives a record that SQL admitted to the caller, if the rest of the filter holds; false: no more.
func (r *reading) offer(ctx context.Context, record *audit.Record) (more bool, err error) {
	if !r.pushed.whole {
		holds, err := r.query.Filter.Match(ctx, record, r.now)
		if err != nil || !holds {
			return err == nil, err
		}
	}
	if !r.yield(record) {
		r.ended = true
	}
	if r.left > 0 {
		if r.left--; r.left == 0 {
			r.ended = true
		}
	}
	return !r.ended, nil
}

// limit is the LIMIT clause, if SQL can count what is wanted.
func (r *reading) limit() string {
	if r.left == 0 || !r.pushed.whole {
		return ""
	}
	return fmt.Sprintf(" LIMIT %d", r.left)
}

// part reads one segment.
func (r *reading) part(ctx context.Context, s *snapshot, p *part) error {
	if p.parquet != "" {
		return r.parquet(ctx, p)
	}
	return r.lines(ctx, s, p)
}

// parquet reads the records of a compacted segment from their columns.
func (r *reading) parquet(ctx context.Context, p *part) error {
	from := fmt.Sprintf("(SELECT * FROM (%s)%s ORDER BY seq %s%s)", parquetSource([]string{p.parquet}), r.pushed.clause(),
		r.query.Order.sqlWord(), r.limit())
	query := fmt.Sprintf("SELECT %s FROM %s r LEFT JOIN (SELECT seq + 1 AS next, hash AS prev FROM read_parquet(%s)) ON r.seq = next ORDER BY r.seq %s",
		columnList(), from, fileList([]string{p.parquet}), r.query.Order.sqlWord())
	var scan rowReader
	err := each(ctx, r.db.engine, query, r.pushed.args, func(rows *sql.Rows) error {
		record, err := scan.read(rows)
		if err != nil {
			return err
		}
		if record.Seq == p.Checkpoint.First {
			record.Prev = p.Checkpoint.Prev
		}
		more, err := r.offer(ctx, &record)
		if err == nil && !more {
			err = errEnough
		}
		return err
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

var errEnough = errors.New("no more records are wanted")

// lines reads the records of a segment from its lines; DuckDB says which.
func (r *reading) lines(ctx context.Context, s *snapshot, p *part) error {
	l := lineFile{path: p.lines, size: p.Size}
	if p.Checkpoint == nil {
		l.size = p.end.size
	}
	var wanted []uint64
	if r.pushed.where != "" {
		query := fmt.Sprintf("SELECT seq FROM (%s)%s ORDER BY seq %s%s", p.source(s.longest), r.pushed.clause(), r.query.Order.sqlWord(), r.limit())
		err := each(ctx, r.db.engine, query, r.pushed.args, func(rows *sql.Rows) error {
			var seq uint64
			err := rows.Scan(&seq)
			wanted = append(wanted, seq)
			return err
		})
		if err != nil {
			return err
		}
		if len(wanted) == 0 {
			return nil
		}
		slices.Sort(wanted)
		l.wanted = wanted
	}
	read := func(record *audit.Record) (bool, error) { return r.offer(ctx, record) }
	if r.query.Order == NewestFirst {
		return l.backwards(ctx, read)
	}
	return l.forwards(ctx, read)
}
