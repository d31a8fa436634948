package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// Source is another database whose tables become views of a schema, read through Go: DuckDB itself opens nothing.
//
// Each query reads the columns that it needs of all rows, and DuckDB filters, joins and aggregates them. That is right for tables of thousands of rows;
// larger ones are better loaded once (see sqltool/matview), or asked in the other database's own tongue by a statement tool. Each table of a query is read by a
// statement of its own, at its own moment.
//
// Types are kept: what DuckDB has in the same form is passed as it is, all else is read as text and cast by DuckDB, which fails rather than
// rounds. Columns without a declared type, PostgreSQL's numeric without a precision or with more than 38 digits, and types that DuckDB has not
// are texts.
type Source struct {
	// Schema takes the views; it is created. No other source or folder may use it.
	Schema string
	// DB is the other database, which the caller closes after the [Database]. Give it a user that may only read.
	DB *sql.DB
	// Dialect is the database's kind.
	Dialect Dialect
	// From is the schema whose tables and views are shown. Empty: "public" of PostgreSQL; SQLite has none.
	From string
	// Tables are the tables and views that are shown. Nil: all of the schema.
	Tables []string
}

// Dialect is a kind of database that a [Source] reads.
type Dialect int

// The dialects. The zero value is none.
const (
	PostgreSQL Dialect = iota + 1
	SQLite
)

// view makes the views of a source.
func (d *Database) view(ctx context.Context, c *sql.Conn, s Source) error {
	if s.Schema == "" || s.DB == nil || s.Dialect != PostgreSQL && s.Dialect != SQLite {
		return errors.New("a source needs a Schema, a DB and a Dialect, duckdb.PostgreSQL or duckdb.SQLite")
	}
	if s.From == "" && s.Dialect == PostgreSQL {
		s.From = "public"
	}
	if s.Tables == nil {
		var err error
		if s.Tables, err = s.list(ctx); err != nil {
			return fmt.Errorf("source %q: list its tables: %w", s.Schema, err)
		}
	}
	if _, err := c.ExecContext(ctx, "CREATE SCHEMA "+sqltext.Identifier(s.Schema)); err != nil {
		return fmt.Errorf("source %q: %w", s.Schema, err)
	}
	for i, table := range s.Tables {
		if err := d.viewOf(ctx, c, s, table, fmt.Sprintf("mcpgov_%s_%d", plainName(s.Schema), i)); err != nil {
			return fmt.Errorf("source %q: table %q: %w", s.Schema, table, err)
		}
	}
	return nil
}

// notPlain is what cannot stand in a name without quotes.
var notPlain = regexp.MustCompile(`[^a-z0-9_]`)

// plainName makes of a name one that needs no quotes.
func plainName(s string) string {
	return notPlain.ReplaceAllString(strings.ToLower(s), "_")
}

// viewOf makes the view of one table over a table function that reads it.
func (d *Database) viewOf(ctx context.Context, c *sql.Conn, s Source, table, function string) error {
	columns, err := s.columns(ctx, table)
	if err != nil {
		return err
	}
	f := Function{name: function, register: func(_ context.Context, c *sql.Conn, _ Function, logger *slog.Logger) error {
		infos := make([]duckdb.ColumnInfo, len(columns))
		for i, column := range columns {
			info, err := duckdb.NewTypeInfo(column.passed)
			if err != nil {
				return err
			}
			infos[i] = duckdb.ColumnInfo{Name: column.name, T: info}
		}
		return registerTable(c, &scan{name: function, columns: infos, logger: logger, begin: s.reader(table, columns)})
	}}
	if err := d.functions(ctx, []Function{f}); err != nil {
		return err
	}
	list := make([]string, len(columns))
	for i, column := range columns {
		if list[i] = sqltext.Identifier(column.name); column.cast != "" {
			list[i] = "CAST(" + list[i] + " AS " + column.cast + ") AS " + list[i]
		}
	}
	// Names are quoted: they cannot be bound.
	_, err = c.ExecContext(ctx, "CREATE VIEW "+sqltext.Identifier(s.Schema)+"."+sqltext.Identifier(table)+" AS SELECT "+strings.Join(list, ", ")+" FROM "+function+"()")
	return err
}

// list lists the tables and views of the source.
func (s Source) list(ctx context.Context) (tables []string, err error) {
	query, args := "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1", []any{s.From}
	if s.Dialect == SQLite {
		query, args = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1", nil
	}
	rows, err := s.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	if len(tables) == 0 && rows.Err() == nil {
		return nil, errors.New("there are none that its user may see")
	}
	return tables, rows.Err()
}

// table writes a table's name for the source.
func (s Source) table(name string) string {
	if s.From == "" {
		return sqltext.Identifier(name)
	}
	return sqltext.Identifier(s.From) + "." + sqltext.Identifier(name)
}

// reader reads the wanted columns of a table.
func (s Source) reader(table string, columns []sourceColumn) rowsOf {
	return func(ctx context.Context, wanted []bool) (func() ([]any, error), func(), error) {
		var list []string
		var places []int
		for i, column := range columns {
			if wanted[i] {
				list, places = append(list, column.expression), append(places, i)
			}
		}
		if list == nil {
			list = []string{"1"} // only the rows are counted
		}
		rows, err := s.DB.QueryContext(ctx, "SELECT "+strings.Join(list, ", ")+" FROM "+s.table(table)) //nolint:gosec,rowserrcheck // names are quoted; endOf looks at Err
		if err != nil {
			return nil, nil, err
		}
		values, scanned, targets := make([]any, len(columns)), make([]any, len(list)), make([]any, len(list))
		for i := range targets {
			targets[i] = &scanned[i]
		}
		return func() ([]any, error) {
			if !rows.Next() {
				return nil, endOf(rows)
			}
			if err := rows.Scan(targets...); err != nil {
				return nil, err
			}
			for i, place := range places {
				if values[place], err = columns[place].value(scanned[i]); err != nil {
					return nil, err
				}
			}
			return values, nil
		}, func() { _ = rows.Close() }, nil // when the statement ends; what is wrong stands in Err
	}
}

// text is a value as text.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, utf8.ValidString(v)
	case []byte:
		return string(v), utf8.Valid(v)
	}
	return "", false
}
