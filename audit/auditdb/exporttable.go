package auditdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// exportTable puts the records that q is about into the table records of a new database file, in the order of q, and then runs finish on it.
//
// It takes one segment after the other: records of the whole log do not fit in memory while they are sorted, those of a segment do, and the
// table keeps them in the order in which they came. It works on a connection of its own, because views in the file must name their table
// without the name that the file happens to have here.
func (d *DB) exportTable(ctx context.Context, q *Query, path string, finish func(*sql.Conn) error) (err error) {
	if err := q.settle(); err != nil {
		return err
	}
	conn, err := d.engine.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // left by a first try
		return err
	}
	name := fmt.Sprintf("export_%d", d.tables.Add(1))
	if err := execute(ctx, conn, fmt.Sprintf("ATTACH %s AS %s", sqltext.Literal(path), name)); err != nil {
		return err
	}
	defer func() {
		after := context.WithoutCancel(ctx)
		err = errors.Join(err, execute(after, conn, "USE memory"), execute(after, conn, "DETACH "+name))
	}()
	if err := execute(ctx, conn, fmt.Sprintf("CREATE TABLE %s.records AS SELECT %s FROM (%s)", name, columnList(), emptyWhole())); err != nil {
		return err
	}
	if err := d.fill(ctx, conn, name+".records", q); err != nil {
		return err
	}
	if err := execute(ctx, conn, "USE "+name); err != nil {
		return err
	}
	return finish(conn)
}

// fill inserts the records that q is about.
func (d *DB) fill(ctx context.Context, conn *sql.Conn, table string, q *Query) (err error) {
	p := q.where(d.opts.Now())
	if !p.whole {
		// What SQL cannot decide is decided record by record; the numbers of those admitted go into a table.
		admitted := fmt.Sprintf("admitted_%d", d.tables.Add(1))
		if err := execute(ctx, d.engine, "CREATE TABLE "+admitted+" (seq UBIGINT)"); err != nil {
			return err
		}
		defer func() {
			err = errors.Join(err, execute(context.WithoutCancel(ctx), d.engine, "DROP TABLE "+admitted))
		}()
		if err := d.admit(ctx, q, admitted); err != nil {
			return err
		}
		p = pushed{where: "seq IN (SELECT seq FROM memory." + admitted + ")", whole: true}
	}
	r := &reading{db: d, query: q, pushed: p, left: q.Limit}
	return d.eachPart(ctx, r, func(ctx context.Context, s *snapshot, part *part) error {
		wanted := fmt.Sprintf("SELECT %s FROM (%s)%s ORDER BY seq %s%s", columnList(), part.whole(s.longest), p.clause(), q.Order.sqlWord(), r.limit())
		done, err := conn.ExecContext(ctx, strings.Join([]string{"INSERT INTO", table, wanted}, " "), p.args...)
		if err != nil || q.Limit == 0 {
			return err
		}
		n, err := done.RowsAffected()
		r.left -= int(n)
		r.ended = r.left <= 0
		return err
	})
}

// whole is the SELECT that reads the part with prev, which compacted segments leave out: it is the hash of the record before.
func (p *part) whole(longest int64) string {
	if p.parquet == "" {
		return p.source(longest)
	}
	file := []string{p.parquet}
	return fmt.Sprintf("SELECT r.*, coalesce(b.prev, unhex(%s)) AS prev FROM (%s) r LEFT JOIN (SELECT seq + 1 AS next, hash AS prev FROM read_parquet(%s)) b ON r.seq = b.next",
		sqltext.Literal(p.Checkpoint.Prev), parquetSource(file), fileList(file))
}

// emptyWhole has the columns of a part with prev, and no row.
func emptyWhole() string {
	return strings.Replace(emptySource(), "SELECT ", "SELECT NULL::BLOB AS prev, ", 1)
}
