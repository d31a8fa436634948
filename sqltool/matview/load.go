package matview

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	native "github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// load copies the rows that a query gives at a source into a new table of the private schema, value by value and without loss: a value that
// its column cannot hold exactly is an error.
type load struct {
	conn    *sql.Conn
	table   string
	source  *Source
	columns map[string]string // declared types
}

// raw is added to the name of the table whose columns still have to be cast.
const raw = "__raw"

func (l *load) run(ctx context.Context, query string, args ...any) (err error) {
	rows, err := l.source.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return plain("ask "+l.source.System, err)
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = plain("read from "+l.source.System, closing)
		}
	}()
	targets, err := l.targets(rows)
	if err != nil {
		return err
	}
	into, casts := l.table, make([]string, 0, len(targets))
	for _, t := range targets {
		if t.cast != "" {
			into = l.table + raw
			casts = append(casts, "CAST("+sqltext.Identifier(t.name)+" AS "+t.cast+") AS "+sqltext.Identifier(t.name))
			continue
		}
		casts = append(casts, sqltext.Identifier(t.name))
	}
	if err := l.make(ctx, into, targets); err != nil {
		return err
	}
	if err := l.append(ctx, rows, into, targets); err != nil {
		return err
	}
	if into == l.table {
		return nil
	}
	if _, err := l.conn.ExecContext(ctx, "CREATE TABLE "+private+"."+sqltext.Identifier(l.table)+" AS SELECT "+strings.Join(casts, ", ")+" FROM "+private+"."+sqltext.Identifier(into)); err != nil {
		return errors.Join(plain("cast the columns to their types", err), l.misfits(ctx, into, targets))
	}
	_, err = l.conn.ExecContext(ctx, "DROP TABLE "+private+"."+sqltext.Identifier(into))
	return wrap("drop what was cast", err)
}

// misfits names the columns whose cast fails, which DuckDB tells together with the value alone.
func (l *load) misfits(ctx context.Context, table string, targets []target) error {
	var faults []error
	for _, t := range targets {
		if t.cast == "" {
			continue
		}
		var n int64
		query := "SELECT count(*) FROM " + private + "." + sqltext.Identifier(table) + " WHERE " + sqltext.Identifier(t.name) + " IS NOT NULL AND TRY_CAST(" + sqltext.Identifier(t.name) + " AS " + t.cast + ") IS NULL"
		if err := l.conn.QueryRowContext(ctx, query).Scan(&n); err != nil {
			faults = append(faults, plain("column "+t.name+" as "+t.cast, err))
		} else if n > 0 {
			faults = append(faults, safe("column %s: %d values are no %s", t.name, n, t.cast))
		}
	}
	return errors.Join(faults...)
}

func (l *load) make(ctx context.Context, table string, targets []target) error {
	list := make([]string, len(targets))
	for i, t := range targets {
		list[i] = sqltext.Identifier(t.name) + " " + t.kind
	}
	_, err := l.conn.ExecContext(ctx, "CREATE TABLE "+private+"."+sqltext.Identifier(table)+" ("+strings.Join(list, ", ")+")")
	return wrap("make a table for the rows", err)
}

// append reads the rows and appends them in one transaction.
func (l *load) append(ctx context.Context, rows *sql.Rows, table string, targets []target) error {
	if _, err := l.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return plain("begin to append", err)
	}
	err := l.conn.Raw(func(connection any) error {
		raw, err := driversOwn(connection)
		if err != nil {
			return err
		}
		appender, err := native.NewAppenderFromConn(raw, private, table)
		if err != nil {
			return plain("append", err)
		}
		if err := each(ctx, rows, targets, appender.AppendRow); err != nil {
			_ = appender.Clear() // what was not flushed is of no use; the transaction is rolled back
			_ = appender.Close()
			return fmt.Errorf("read from %s: %w", l.source.System, err)
		}
		return wrap("append", appender.Close())
	})
	if err != nil {
		if _, ending := l.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); ending != nil {
			// A connection in a transaction must not go back to the pool.
			_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
		}
		return err
	}
	_, err = l.conn.ExecContext(ctx, "COMMIT")
	return wrap("append", err)
}

// driversOwn is the driver's connection behind one of package sqltool/duckdb: only with it can rows be appended.
func driversOwn(connection any) (*native.Conn, error) {
	switch connection := connection.(type) {
	case *native.Conn:
		return connection, nil
	case interface{ Native() *native.Conn }:
		return connection.Native(), nil
	}
	return nil, safe("rows cannot be appended to a connection of type %T", connection)
}

// each gives every row to append, as DuckDB takes it.
func each(ctx context.Context, rows *sql.Rows, targets []target, appending func(...driver.Value) error) error {
	values, places, row := make([]any, len(targets)), make([]any, len(targets)), make([]driver.Value, len(targets))
	for i := range values {
		places[i] = &values[i]
	}
	n := 0
	for rows.Next() {
		n++
		if n%1024 == 0 && ctx.Err() != nil {
			return plain("stop", ctx.Err())
		}
		if err := rows.Scan(places...); err != nil {
			return plain(fmt.Sprintf("row %d", n), err)
		}
		for i, t := range targets {
			var err error
			if row[i], err = t.inward(values[i]); err != nil {
				return plain(fmt.Sprintf("row %d, column %s", n, t.name), err)
			}
		}
		if err := appending(row...); err != nil {
			return plain(fmt.Sprintf("row %d", n), err)
		}
	}
	return wrap("next row", rows.Err())
}
