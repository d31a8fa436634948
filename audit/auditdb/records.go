package auditdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

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
	return d.eachPart(ctx, r, r.part)
}

// eachPart calls read for the parts of the log, in the order of the query, until no more records are wanted.
func (d *DB) eachPart(ctx context.Context, r *reading, read func(context.Context, *snapshot, *part) error) error {
	s := d.hold()
	defer d.release(s)
	parts := slices.Clone(s.parts)
	if r.query.Order == NewestFirst {
		slices.Reverse(parts)
	}
	for i := range parts {
		if parts[i].last() < r.pushed.first {
			continue
		}
		if err := d.askPart(ctx, s, &parts[i], read); err != nil || r.ended {
			return err
		}
	}
	return nil
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

// fewRecords is up to how many records of a segment are read from its columns. More are read from its lines: a line is read in a fraction of
// the time that a row of sixty columns takes, but all lines before it have to be passed over.
const fewRecords = 256

// part reads one segment.
func (r *reading) part(ctx context.Context, s *snapshot, p *part) error {
	wanted, err := r.find(ctx, s, p)
	switch {
	case err != nil || wanted != nil && len(wanted) == 0:
		return err
	case p.parquet != "" && wanted != nil && len(wanted) <= fewRecords:
		return r.columns(ctx, p, wanted)
	default:
		return r.lines(ctx, p, wanted)
	}
}

// find asks DuckDB which records of a part are wanted: their numbers, ascending; nil means all of them.
func (r *reading) find(ctx context.Context, s *snapshot, p *part) ([]uint64, error) {
	if r.pushed.where == "" && r.limit() == "" {
		return nil, nil
	}
	wanted := []uint64{}
	query := fmt.Sprintf("SELECT seq FROM (%s)%s ORDER BY seq %s%s", p.source(s.longest), r.pushed.clause(), r.query.Order.sqlWord(), r.limit())
	err := each(ctx, r.db.engine, query, r.pushed.args, func(rows *sql.Rows) error {
		var seq uint64
		err := rows.Scan(&seq)
		wanted = append(wanted, seq)
		return err
	})
	slices.Sort(wanted)
	return wanted, err
}

// columns reads records of a compacted segment from their columns.
func (r *reading) columns(ctx context.Context, p *part, wanted []uint64) error {
	var these, before []string
	for _, seq := range wanted {
		these, before = append(these, strconv.FormatUint(seq, 10)), append(before, strconv.FormatUint(seq-1, 10))
	}
	file := []string{p.parquet}
	query := fmt.Sprintf(`SELECT %s FROM (%s WHERE seq IN (%s)) r
		LEFT JOIN (SELECT seq + 1 AS next, hash AS prev FROM read_parquet(%s) WHERE seq IN (%s)) ON r.seq = next ORDER BY r.seq %s`,
		columnList(), parquetSource(file), strings.Join(these, ", "), fileList(file), strings.Join(before, ", "), r.query.Order.sqlWord())
	var scan rowReader
	err := each(ctx, r.db.engine, query, nil, func(rows *sql.Rows) error {
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

// lines reads records of a segment from its lines.
func (r *reading) lines(ctx context.Context, p *part, wanted []uint64) error {
	l := lineFile{path: p.lines, size: p.Size, wanted: wanted}
	if p.Checkpoint == nil {
		l.size = p.end.size
	}
	read := func(record *audit.Record) (bool, error) { return r.offer(ctx, record) }
	if r.query.Order == NewestFirst {
		return l.backwards(ctx, read)
	}
	return l.forwards(ctx, read)
}
