package contract

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// session asks one database, one query at a time, each in a transaction of its own that only reads and is rolled back.
type session struct {
	db      *sql.DB
	dialect Dialect
	limit   time.Duration // for each query
}

// endLimit bounds the end of a transaction, which must come even when the query's time is up.
const endLimit = 5 * time.Second

// ask runs a query in a transaction of its own and hands its result to read.
func (s session) ask(ctx context.Context, text string, args []any, read func(*sql.Rows) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("a connection: %w", err)
	}
	defer func() {
		if closing := conn.Close(); err == nil && closing != nil && !errors.Is(closing, sql.ErrConnDone) {
			err = fmt.Errorf("giving the connection back: %w", closing)
		}
	}()
	end, err := s.dialect.begin(ctx, conn)
	if err != nil {
		return err
	}
	defer func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
		defer cancel()
		if ending := end(late); ending != nil && !errors.Is(ending, sql.ErrTxDone) {
			// The connection may still be inside the transaction: nobody else must get it.
			err = errors.Join(err, ending, discard(conn))
		}
	}()
	if err := s.dialect.single(conn, text); err != nil {
		return err
	}
	prepared, err := conn.PrepareContext(ctx, text)
	if err != nil {
		return err //nolint:wrapcheck // the caller says which query it was
	}
	defer func() { err = joined(err, prepared.Close()) }()
	rows, err := prepared.QueryContext(ctx, args...)
	if err != nil {
		return err //nolint:wrapcheck // the same
	}
	defer func() {
		// A driver that was interrupted may end its rows as if they were all.
		err = joined(err, rows.Err(), rows.Close(), ctx.Err())
	}()
	return read(rows)
}

// joined is the first error alone, if there is no other.
func joined(first error, more ...error) error {
	if err := errors.Join(more...); err != nil {
		return errors.Join(first, err)
	}
	return first
}

// rows hands every row of a result to each. One past most is an error. The values are of this row alone, in memory that the next one takes.
func (s session) rows(ctx context.Context, text string, args []any, most int, each func(values []any) error) error {
	return s.ask(ctx, text, args, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err //nolint:wrapcheck // the caller says which query it was
		}
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		for n := 0; rows.Next(); n++ {
			if n == most {
				return fmt.Errorf("the result has more than %d rows", most)
			}
			if err := rows.Scan(targets...); err != nil {
				return err //nolint:wrapcheck // the same
			}
			if err := each(values); err != nil {
				return err
			}
		}
		return nil
	})
}

// header hands every column of a result to each, with the driver's word for its type.
func (s session) header(ctx context.Context, text string, each func(column, word string)) error {
	return s.ask(ctx, text, nil, func(rows *sql.Rows) error {
		columns, err := rows.ColumnTypes()
		for _, column := range columns {
			each(column.Name(), column.DatabaseTypeName())
		}
		return err //nolint:wrapcheck // the same
	})
}

// one runs a query that returns one row.
func (s session) one(ctx context.Context, text string, args []any) ([]any, error) {
	var row []any
	err := s.rows(ctx, text, args, 1, func(values []any) error {
		row = values
		return nil
	})
	if err == nil && row == nil {
		err = errors.New("the query returned no row")
	}
	return row, err
}

// discard takes a connection out of its pool.
func discard(conn *sql.Conn) error {
	err := conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) {
		return nil
	}
	return err //nolint:wrapcheck // joined to the error that led here
}
