package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// sourceColumn is a column of another database.
type sourceColumn struct {
	name       string
	expression string      // that the other database computes
	passed     duckdb.Type // as which its values come to DuckDB
	cast       string      // to which DuckDB casts them; empty: none
}

// endOf is the error at the end of rows: io.EOF if nothing is wrong.
func endOf(rows *sql.Rows) error {
	if err := rows.Err(); err != nil {
		return err
	}
	return io.EOF
}

// columns reads what the columns of a table are.
func (s Source) columns(ctx context.Context, table string) (columns []sourceColumn, err error) {
	query := `SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`
	args := []any{s.From, table}
	if s.Dialect == SQLite {
		query, args = "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid", []any{table}
	}
	rows, err := s.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name, declared string
		if err := rows.Scan(&name, &declared); err != nil {
			return nil, err
		}
		if s.Dialect == SQLite {
			columns = append(columns, sqliteColumn(name, declared))
		} else {
			columns = append(columns, postgresColumn(name, declared))
		}
	}
	if len(columns) == 0 && rows.Err() == nil {
		return nil, errors.New("there is no such table, or its user may not see it")
	}
	return columns, rows.Err()
}

// plain says how to pass what both databases have in the same form.
func (c sourceColumn) plain(t duckdb.Type) sourceColumn {
	c.passed, c.expression = t, sqltext.Identifier(c.name)
	return c
}

// decimalType is a decimal that DuckDB has too.
var decimalType = regexp.MustCompile(`^(?:numeric|decimal)\((\d+)(?:, ?(\d+))?\)$`)

// decimalCast is DuckDB's type for a decimal; empty if it has none.
func decimalCast(declared string) string {
	m := decimalType.FindStringSubmatch(declared)
	if m == nil {
		return ""
	}
	var width, scale int
	_, _ = fmt.Sscan(m[1]+" "+m[2], &width, &scale) // digits; no scale is 0
	if width < 1 || width > mostDigits || scale > width {
		return ""
	}
	return fmt.Sprintf("DECIMAL(%d,%d)", width, scale)
}

// postgresColumn says how a column of PostgreSQL is read.
func postgresColumn(name, declared string) sourceColumn {
	c := sourceColumn{name: name, passed: duckdb.TYPE_VARCHAR, expression: sqltext.Identifier(name) + "::text"}
	base, _, _ := strings.Cut(declared, "(")
	switch {
	case strings.HasSuffix(declared, "[]"):
		// As JSON both write lists alike; of texts, because numbers in JSON are easily rounded.
		element := postgresColumn(name, strings.TrimSuffix(declared, "[]"))
		c.expression = "to_json(" + sqltext.Identifier(name) + "::text[])::text"
		if c.cast = element.listElement(); c.cast != "" {
			c.cast += "[]"
		}
	case declared == "boolean":
		return c.plain(duckdb.TYPE_BOOLEAN)
	case declared == "smallint":
		return c.plain(duckdb.TYPE_SMALLINT)
	case declared == "integer":
		return c.plain(duckdb.TYPE_INTEGER)
	case declared == "bigint":
		return c.plain(duckdb.TYPE_BIGINT)
	case declared == "real":
		return c.plain(duckdb.TYPE_FLOAT)
	case declared == "double precision":
		return c.plain(duckdb.TYPE_DOUBLE)
	case declared == "bytea":
		return c.plain(duckdb.TYPE_BLOB)
	case base == "numeric":
		c.cast = decimalCast(strings.ReplaceAll(declared, " ", ""))
	case declared == "uuid" || declared == "date":
		c.cast = strings.ToUpper(declared)
	case declared == "json" || declared == "jsonb":
		c.cast = "JSON"
	case base == "interval":
		// A number of each unit, which DuckDB reads with any sign.
		c.cast = "INTERVAL"
		c.expression = "(SELECT (extract(year FROM v) * 12 + extract(month FROM v))::int || ' months ' || extract(day FROM v)::int || ' days ' || " +
			"(extract(hour FROM v)::int8 * 3600000000 + extract(minute FROM v)::int8 * 60000000 + extract(microseconds FROM v)::int8) || ' microseconds' " +
			"FROM (VALUES (" + sqltext.Identifier(name) + ")) AS i(v) WHERE v IS NOT NULL)"
	case strings.HasPrefix(declared, "timestamp") && strings.HasSuffix(declared, "without time zone"):
		c.cast = "TIMESTAMP"
	case strings.HasPrefix(declared, "timestamp"):
		c.cast = "TIMESTAMPTZ"
	case strings.HasPrefix(declared, "time") && strings.HasSuffix(declared, "without time zone"):
		c.cast = "TIME"
	case strings.HasPrefix(declared, "time"):
		c.cast = "TIMETZ"
	}
	return c
}

// listElement is DuckDB's type of a list's elements that come as JSON; empty if the list stays text.
func (c sourceColumn) listElement() string {
	if c.cast != "" {
		if c.cast == "INTERVAL" {
			return "" // the two write them differently
		}
		return c.cast
	}
	switch c.passed {
	case duckdb.TYPE_BOOLEAN:
		return "BOOLEAN"
	case duckdb.TYPE_SMALLINT:
		return "SMALLINT"
	case duckdb.TYPE_INTEGER:
		return "INTEGER"
	case duckdb.TYPE_BIGINT:
		return "BIGINT"
	case duckdb.TYPE_FLOAT:
		return "FLOAT"
	case duckdb.TYPE_DOUBLE:
		return "DOUBLE"
	case duckdb.TYPE_VARCHAR:
		return "VARCHAR"
	}
	return ""
}

// sqliteColumn says how a column of SQLite is read: as what was declared, though any row may hold anything. What does not fit fails.
func sqliteColumn(name, declared string) sourceColumn {
	c := sourceColumn{name: name, passed: duckdb.TYPE_VARCHAR, expression: "CAST(" + sqltext.Identifier(name) + " AS TEXT)"}
	declared = strings.ToLower(declared)
	base, _, _ := strings.Cut(declared, "(")
	switch base = strings.TrimSpace(base); {
	case strings.HasPrefix(base, "bool"):
		return c.plain(duckdb.TYPE_BOOLEAN)
	case strings.Contains(base, "int"):
		return c.plain(duckdb.TYPE_BIGINT)
	case strings.Contains(base, "real") || strings.Contains(base, "floa") || strings.Contains(base, "doub"):
		return c.plain(duckdb.TYPE_DOUBLE)
	case base == "blob":
		return c.plain(duckdb.TYPE_BLOB)
	case base == "numeric" || base == "decimal":
		c.cast = decimalCast(strings.ReplaceAll(declared, " ", ""))
	case base == "date":
		c.cast = "DATE"
	case base == "datetime" || base == "timestamp":
		c.cast = "TIMESTAMP"
	case base == "timestamptz":
		c.cast = "TIMESTAMPTZ"
	case base == "time":
		c.cast = "TIME"
	case base == "uuid":
		c.cast = "UUID"
	case base == "json":
		c.cast = "JSON"
	}
	return c
}

// value is a value as DuckDB takes it; an error if it is not of the column's type.
func (c sourceColumn) value(v any) (any, error) {
	if v == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	switch c.passed {
	case duckdb.TYPE_BOOLEAN:
		switch v := v.(type) {
		case bool:
			return v, nil
		case int64:
			if v == 0 || v == 1 {
				return v == 1, nil
			}
		}
	case duckdb.TYPE_SMALLINT, duckdb.TYPE_INTEGER, duckdb.TYPE_BIGINT:
		if n, is := v.(int64); is {
			return n, nil
		}
	case duckdb.TYPE_FLOAT, duckdb.TYPE_DOUBLE:
		switch v := v.(type) {
		case float64:
			return v, nil
		case float32:
			return v, nil
		case int64:
			if v <= mostExact && v >= -mostExact {
				return float64(v), nil
			}
		}
	case duckdb.TYPE_BLOB:
		if b, is := v.([]byte); is {
			return b, nil
		}
	default:
		if s, is := text(v); is {
			return s, nil
		}
	}
	return nil, fmt.Errorf("column %q: a row holds a %T that is not of the column's type", c.name, v)
}
