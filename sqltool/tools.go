package sqltool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/internal/fields"
	"github.com/mcpgov/go-sdk/mcpgov"
)

// Query makes a tool that returns the rows of a statement.
func Query[In, Row any](db *DB, spec mcpgov.ToolSpec, s Statement) mcpgov.Feature {
	p, err := db.tool(&spec, s, reflect.TypeFor[In]())
	if err != nil {
		return mcpgov.Broken(err)
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in In) (Rows[Row], error) {
		var out Rows[Row]
		err := p.run(ctx, reflect.ValueOf(in), func(rows *sql.Rows) (int, error) {
			for rows.Next() {
				if len(out.Rows) == p.maxRows() {
					out.Truncated = true
					break
				}
				var row Row
				if err := scan(rows, reflect.ValueOf(&row).Elem()); err != nil {
					return len(out.Rows), err
				}
				out.Rows = append(out.Rows, row)
			}
			return len(out.Rows), rows.Err()
		})
		if err != nil {
			return Rows[Row]{}, err
		}
		return out, nil
	})
}

// QueryRow makes a tool that returns the one row of a statement.
func QueryRow[In, Row any](db *DB, spec mcpgov.ToolSpec, s Statement) mcpgov.Feature {
	p, err := db.tool(&spec, s, reflect.TypeFor[In]())
	if err != nil {
		return mcpgov.Broken(err)
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in In) (Row, error) {
		var row Row
		err := p.run(ctx, reflect.ValueOf(in), func(rows *sql.Rows) (int, error) {
			if !rows.Next() {
				return 0, errors.Join(sql.ErrNoRows, rows.Err())
			}
			return 1, scan(rows, reflect.ValueOf(&row).Elem())
		})
		return row, err
	})
}

// Exec makes a tool of a statement that changes data and returns how many rows it changed.
func Exec[In any](db *DB, spec mcpgov.ToolSpec, s Statement) mcpgov.Feature {
	p, err := db.tool(&spec, s, reflect.TypeFor[In]())
	if err != nil {
		return mcpgov.Broken(err)
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in In) (Affected, error) {
		query, args, err := p.bind(reflect.ValueOf(in))
		if err != nil {
			return Affected{}, err
		}
		result, err := db.pool.ExecContext(ctx, query, args...)
		if err != nil {
			return Affected{}, fmt.Errorf("statement %q: %w", p.statement.Name, err)
		}
		n, err := result.RowsAffected()
		return Affected{n}, err
	})
}

func (db *DB) tool(spec *mcpgov.ToolSpec, s Statement, in reflect.Type) (*prepared, error) {
	if s.Name == "" {
		s.Name = spec.Name
	}
	spec.ReadOnly = !s.Writes
	return db.prepare(s, in)
}

func (p *prepared) maxRows() int {
	if p.statement.MaxRows > 0 {
		return p.statement.MaxRows
	}
	return p.db.options.MaxRows
}

// scan reads one row by column names.
func scan(rows *sql.Rows, row reflect.Value) error {
	table, err := fields.Of(row.Type())
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	targets := make([]any, len(columns))
	for i, name := range columns {
		f, ok := table.ByName(name)
		if !ok {
			return fmt.Errorf("%s has no field %q", row.Type(), name)
		}
		targets[i] = row.FieldByIndex(f.Index).Addr().Interface()
	}
	return rows.Scan(targets...)
}
