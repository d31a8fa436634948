package auditdb

import (
	"bufio"
	"context"
	"errors"
	"os"

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
