package auditdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/audit"
)

// source is a SELECT over the records that a query is about, and its arguments.
type source struct {
	sql  string
	args []any
}

// over calls ask with the source of what q is about; and once more if the first try met a line that was just being written.
func (d *DB) over(ctx context.Context, q *Query, ask func(*snapshot, source) error) error {
	if err := q.settle(); err != nil {
		return err
	}
	now := d.opts.Now()
	p := q.where(now)
	if p.whole {
		return d.attempt(ctx, func(s *snapshot) error {
			return ask(s, source{"SELECT * FROM (" + s.all + ")" + p.clause(), p.args})
		})
	}
	// What SQL cannot decide is decided record by record; the numbers of those admitted go into a table.
	table := fmt.Sprintf("admitted_%d", d.tables.Add(1))
	if err := execute(ctx, d.engine, "CREATE TABLE "+table+" (seq UBIGINT)"); err != nil {
		return err
	}
	err := d.admit(ctx, q, table)
	if err == nil {
		err = d.attempt(ctx, func(s *snapshot) error {
			return ask(s, source{fmt.Sprintf("SELECT * FROM (%s) WHERE seq IN (SELECT seq FROM %s)", s.all, table), nil})
		})
	}
	return errors.Join(err, execute(context.WithoutCancel(ctx), d.engine, "DROP TABLE "+table))
}

// admit puts the numbers of the records that q is about into a table.
func (d *DB) admit(ctx context.Context, q *Query, table string) (err error) {
	conn, err := d.engine.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	unlimited := *q
	unlimited.Limit, unlimited.Order = 0, OldestFirst
	return conn.Raw(func(c any) error {
		appender, err := duckdb.NewAppenderFromConn(c.(driver.Conn), "", table) //nolint:forcetypeassert // it is DuckDB's
		if err != nil {
			return err
		}
		var failed error
		err = d.records(ctx, &unlimited, func(r *audit.Record) bool {
			failed = appender.AppendRow(r.Seq)
			return failed == nil
		})
		return errors.Join(err, failed, appender.Close())
	})
}
