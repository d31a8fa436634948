package sqltool

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
)

// list runs a statement and appends its rows to dst, a slice of structs. It stops where the result grows too large, and says so.
func (p *prepared) list(ctx context.Context, in, dst reflect.Value) (truncated bool, err error) {
	err = p.run(ctx, in, func(ctx context.Context, on querier, query string, args []any) (n int, err error) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		rows, err := on.QueryContext(ctx, query, args...)
		if err != nil {
			return 0, err //nolint:wrapcheck // run makes it an *Error
		}
		defer func() {
			if closing := rows.Close(); !truncated { // else what is said of rows that nobody wants is of no interest
				err = errors.Join(err, p.failed(closing))
			}
		}()
		r, err := p.newReader(rows, dst.Type().Elem())
		if err != nil {
			return 0, err
		}
		for ; rows.Next(); n++ {
			if n == p.maxRows {
				if truncated = true; p.limit("") == "" {
					p.abandon(stop)
				}
				break
			}
			dst.Grow(1)
			dst.SetLen(n + 1)
			dst.Index(n).SetZero()
			fits, err := r.into(rows, dst.Index(n), p.maxBytes)
			if !fits || err != nil {
				dst.SetLen(n)
				truncated = err == nil
				if err != nil {
					return n, err
				}
				p.abandon(stop)
				break
			}
		}
		if truncated {
			return n, nil
		}
		return n, rows.Err() //nolint:wrapcheck // run makes it an *Error
	})
	return truncated, err
}

// abandon stops a query of which more rows may come than are wanted: some drivers would read them all before they close it. A statement that
// writes is let through to its end.
func (p *prepared) abandon(stop context.CancelFunc) {
	if !p.statement.Writes {
		stop()
	}
}

// row runs a statement and reads its one row into dst.
func (p *prepared) row(ctx context.Context, in, dst reflect.Value) error {
	return p.run(ctx, in, func(ctx context.Context, on querier, query string, args []any) (n int, err error) {
		rows, err := on.QueryContext(ctx, query, args...)
		if err != nil {
			return 0, err //nolint:wrapcheck // run makes it an *Error
		}
		defer func() { err = errors.Join(err, p.failed(rows.Close())) }()
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return 0, err //nolint:wrapcheck // run makes it an *Error
			}
			return 0, errNoRow
		}
		r, err := p.newReader(rows, dst.Type())
		if err != nil {
			return 0, err
		}
		switch fits, err := r.into(rows, dst, p.maxBytes); {
		case err != nil:
			return 0, err
		case !fits:
			return 0, errTooLarge
		case rows.Next():
			return 0, errManyRows
		}
		return 1, rows.Err() //nolint:wrapcheck // run makes it an *Error
	})
}

// exec runs a statement and returns how many rows it changed.
func (p *prepared) exec(ctx context.Context, in reflect.Value) (affected int64, err error) {
	err = p.run(ctx, in, func(ctx context.Context, on querier, query string, args []any) (int, error) {
		var result sql.Result
		result, err := on.ExecContext(ctx, query, args...)
		if err != nil {
			return 0, err //nolint:wrapcheck // run makes it an *Error
		}
		affected, err = result.RowsAffected()
		return int(affected), err //nolint:wrapcheck // run makes it an *Error
	})
	return affected, err
}
