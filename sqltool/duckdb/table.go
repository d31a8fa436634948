package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"reflect"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Table makes a table function, that SQL calls in FROM without arguments: its rows are structs, whose fields are the columns, under their JSON
// names. The rows are asked for as they are needed, and not further if nobody needs more; when the statement ends, so does the iterator's context.
//
// There are no arguments, because the driver ends the process when one is NULL, which a statement can make of any. Filter the rows instead.
func Table[Row any](name string, f func(context.Context) iter.Seq2[Row, error]) Function {
	if f == nil {
		return Function{name: name}
	}
	return Function{name: name, register: func(_ context.Context, c *sql.Conn, _ Function, logger *slog.Logger) error {
		columns, places, err := columnsOf(reflect.TypeFor[Row]())
		if err != nil {
			return err
		}
		return registerTable(c, &scan{name: name, columns: columns, logger: logger, begin: pulled(name, logger, f, places)})
	}}
}

// registerTable registers a table function without arguments, of which each place in a statement gets a scan like that one.
func registerTable(c *sql.Conn, like *scan) error {
	return duckdb.RegisterTableUDF(c, like.name, duckdb.ChunkTableFunction{
		BindArgumentsContext: func(ctx context.Context, _ map[string]any, _ ...any) (duckdb.ChunkTableSource, error) {
			return &scan{name: like.name, columns: like.columns, logger: like.logger, begin: like.begin, conn: ctx}, nil
		},
	})
}

// batch is how many rows an iterator may be ahead of the engine.
const batch = 256

// pulled reads an iterator row by row, in a goroutine of its own: the engine asks from changing threads, which [iter.Pull] does not allow.
func pulled[Row any](name string, logger *slog.Logger, start func(context.Context) iter.Seq2[Row, error], places [][]int) rowsOf {
	return func(ctx context.Context, wanted []bool) (func() ([]any, error), func(), error) {
		ctx, cancel := context.WithCancel(ctx)
		rows := make(chan []any, batch)
		var failed error // read once rows is closed
		go func() {
			defer close(rows)
			defer guard(name, logger, &failed)
			for row, err := range start(ctx) {
				if err == nil {
					var values []any
					if values, err = plainRow(reflect.ValueOf(row), places, wanted); err == nil {
						select {
						case rows <- values:
							continue
						case <-ctx.Done():
							err = ctx.Err()
						}
					}
				}
				failed = err
				return
			}
		}()
		return func() ([]any, error) {
			select {
			case values, more := <-rows:
				if more {
					return values, nil
				}
				if failed != nil {
					return nil, failed
				}
				return nil, io.EOF
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}, cancel, nil
	}
}

// plainRow reads the fields that are wanted.
func plainRow(row reflect.Value, places [][]int, wanted []bool) (values []any, err error) {
	values = make([]any, len(places))
	for i, place := range places {
		if !wanted[i] {
			continue
		}
		if values[i], err = plainValue(row.FieldByIndex(place)); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// columnsOf are the columns that a struct's fields are, and where the fields stand.
func columnsOf(t reflect.Type) (columns []duckdb.ColumnInfo, places [][]int, err error) {
	if t.Kind() != reflect.Struct {
		return nil, nil, fmt.Errorf("a row is a struct, not a %s", t)
	}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || name == "-" || field.Anonymous {
			continue
		}
		if name == "" {
			name = field.Name
		}
		g := goTypeOf(field.Type)
		if g.err != nil {
			return nil, nil, fmt.Errorf("field %s: %w", field.Name, g.err)
		}
		columns, places = append(columns, duckdb.ColumnInfo{Name: name, T: g.info}), append(places, field.Index)
	}
	if len(columns) == 0 {
		return nil, nil, fmt.Errorf("%s has no exported fields", t)
	}
	return columns, places, nil
}
