package auditdb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

// exportLines copies lines. Compacted segments still have theirs: they are the evidence.
func (d *DB) exportLines(ctx context.Context, q *Query, path string) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	defer func() { err = errors.Join(err, out.Flush(), file.Close()) }()
	if err := q.settle(); err != nil {
		return err
	}
	now := d.opts.Now()
	// A line that audit.ParseRecord accepts is exactly what AppendJSON writes of its record.
	var line []byte
	var failed error
	r := &reading{db: d, query: q, now: now, pushed: q.where(now), left: q.Limit, yield: func(record *audit.Record) bool {
		if line, failed = record.AppendJSON(line[:0]); failed == nil {
			_, failed = out.Write(append(line, '\n'))
		}
		return failed == nil
	}}
	err = d.eachPart(ctx, r, func(ctx context.Context, s *snapshot, p *part) error {
		wanted, err := r.find(ctx, s, p)
		if err != nil || wanted != nil && len(wanted) == 0 {
			return err
		}
		return r.lines(ctx, p, wanted)
	})
	return errors.Join(err, failed)
}

// prevs is a SELECT of (next, prev): the hash before each record, which compacted segments leave out.
func (s *snapshot) prevs() string {
	var compacted, lines, lasts, bounds, selects []string
	for i := range s.parts {
		switch p := &s.parts[i]; {
		case p.parquet != "":
			compacted = append(compacted, p.parquet)
			lasts = append(lasts, fmt.Sprint(p.Checkpoint.Last))
			bounds = append(bounds, fmt.Sprintf("(%d::UBIGINT, unhex(%s))", p.Checkpoint.First, literal(p.Checkpoint.Prev)))
		case p.Checkpoint != nil:
			lines = append(lines, p.lines)
		default:
			selects = append(selects, "SELECT seq AS next, prev FROM ("+p.source(s.longest)+")")
		}
	}
	if len(lines) > 0 {
		selects = append(selects, "SELECT seq AS next, prev FROM ("+lineSource(lines, s.longest, 0)+")")
	}
	if len(compacted) > 0 {
		selects = append(selects,
			fmt.Sprintf("SELECT seq + 1 AS next, hash AS prev FROM read_parquet(%s) WHERE seq NOT IN (%s)", fileList(compacted), strings.Join(lasts, ", ")),
			"SELECT * FROM (VALUES "+strings.Join(bounds, ", ")+")")
	}
	if len(selects) == 0 {
		return "SELECT 0::UBIGINT AS next, ''::BLOB AS prev WHERE false"
	}
	return strings.Join(selects, " UNION ALL ")
}
