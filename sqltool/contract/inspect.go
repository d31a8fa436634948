package contract

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// columnTypes are the columns of a table as they are, with the database's words for their types.
type columnTypes struct {
	names []string
	types map[string]string // by fold
	fold  func(string) string
}

// of returns the type of a column; "" is not known, or not there.
func (c columnTypes) of(name string) string { return c.types[c.fold(name)] }

func (c columnTypes) has(name string) bool {
	_, ok := c.types[c.fold(name)]
	return ok
}

// columns asks what a table has. None means that the table is not there.
func (s session) columns(ctx context.Context, database, schema, table string) (columnTypes, error) {
	found := columnTypes{types: map[string]string{}, fold: strings.ToLower}
	name := qualified(database, schema, table)
	var err error
	add := func(v []any) error {
		if len(v) < 2 {
			return errors.New("the database does not say what columns there are")
		}
		text := fmt.Sprint(v[0])
		found.names = append(found.names, text)
		found.types[found.fold(text)] = fmt.Sprint(v[1])
		return nil
	}
	switch s.dialect {
	case DuckDB:
		err = s.rows(ctx, "DESCRIBE SELECT * FROM "+name, nil, maxColumns, add)
	case Postgres:
		found.fold = func(name string) string { return name }
		err = s.rows(ctx, `SELECT attname, format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute
			WHERE attrelid = CAST($1 AS regclass) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, []any{name}, maxColumns, add)
	case SQLite, Generic:
		return s.declared(ctx, name, found)
	}
	return found, err
}

// maxColumns is more than any database has in a table.
const maxColumns = 100_000

// declared asks the driver what a query of the table would return.
func (s session) declared(ctx context.Context, name string, found columnTypes) (columnTypes, error) {
	err := s.header(ctx, "SELECT * FROM "+name+" WHERE 1 = 0", func(column, word string) {
		found.names = append(found.names, column)
		found.types[found.fold(column)] = word
	})
	return found, err
}
