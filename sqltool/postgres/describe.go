package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/mcpgov/go-sdk/internal/sqltext"
	"github.com/mcpgov/go-sdk/sqltool"
)

// Describe prepares the statement, reads what the server says of it, and gives the prepared statement up.
func (engine) Describe(ctx context.Context, conn *sql.Conn, query string) (described sqltool.Description, err error) {
	err = conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errDriver
		}
		statement, err := c.Conn().Prepare(ctx, "", query)
		if err != nil {
			return describing(err)
		}
		names := &catalog{conn: c.Conn(), known: map[uint32]string{}}
		described.Parameters = make([]sqltool.Column, len(statement.ParamOIDs))
		for i, oid := range statement.ParamOIDs {
			if described.Parameters[i].Type, err = names.word(ctx, oid, -1, 0); err != nil {
				return err
			}
		}
		if len(statement.Fields) > 0 {
			described.Columns, err = names.columns(ctx, statement.Fields)
		}
		return err
	})
	return described, err //nolint:wrapcheck // sqltool says which statement
}

// catalog reads the names of types. It is used once, by one goroutine.
type catalog struct {
	conn  *pgx.Conn
	known map[uint32]string // of types without modifier
}

// mostNesting bounds composite types in composite types.
const mostNesting = 16

// columns describes a result. A column of a table that has no NOT NULL may hold NULL; of views and expressions nobody knows.
func (c *catalog) columns(ctx context.Context, fields []pgconn.FieldDescription) ([]sqltool.Column, error) {
	columns := make([]sqltool.Column, len(fields))
	for i, f := range fields {
		word, err := c.word(ctx, f.DataTypeOID, f.TypeModifier, 0)
		if err != nil {
			return nil, err
		}
		columns[i] = sqltool.Column{Name: f.Name, Type: word}
		if f.TableOID == 0 {
			continue
		}
		err = c.conn.QueryRow(ctx, `SELECT NOT a.attnotnull AND c.relkind IN ('r', 'p', 'f', 'm') AND NOT EXISTS (
				SELECT 1 FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid AND t.typnotnull)
			FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attrelid = $1 AND a.attnum = $2`,
			f.TableOID, int16(f.TableAttributeNumber)).Scan(&columns[i].Nullable) //nolint:gosec // attribute numbers are int16 in PostgreSQL
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", f.Name, err)
		}
	}
	return columns, nil
}

// word is the name of a type as package sqltool reads it: arrays end in [], composite types are a STRUCT of their members, domains are what
// they are made of, enumerations and ranges are texts.
func (c *catalog) word(ctx context.Context, oid uint32, modifier int32, depth int) (string, error) {
	if word, ok := c.known[oid]; ok && modifier < 0 {
		return word, nil
	}
	var (
		name, kind, category          string
		element, base, relation, self uint32
		baseModifier                  int32
	)
	err := c.conn.QueryRow(ctx, `SELECT pg_catalog.format_type(oid, $2), typtype::text, typcategory::text, typelem, typbasetype, typtypmod, typrelid, oid
		FROM pg_catalog.pg_type WHERE oid = $1`, oid, modifier).Scan(&name, &kind, &category, &element, &base, &baseModifier, &relation, &self)
	if err != nil {
		return "", fmt.Errorf("type %d: %w", oid, err)
	}
	switch {
	case depth > mostNesting:
		name = ""
	case category == "A" && element != 0:
		var inner string
		if inner, err = c.word(ctx, element, modifier, depth+1); inner != "" {
			name = inner + "[]"
		}
	case kind == "d":
		name, err = c.word(ctx, base, baseModifier, depth+1)
	case kind == "e":
		name = "enum"
	case kind == "r", kind == "m":
		name = "range"
	case kind == "c":
		name, err = c.composite(ctx, relation, depth)
	}
	if err != nil {
		return "", err
	}
	if modifier < 0 {
		c.known[self] = name
	}
	return name, nil
}

// composite is the name of a composite type or of a table's rows.
func (c *catalog) composite(ctx context.Context, relation uint32, depth int) (string, error) {
	rows, err := c.conn.Query(ctx, `SELECT attname, atttypid, atttypmod FROM pg_catalog.pg_attribute
		WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, relation)
	if err != nil {
		return "", fmt.Errorf("relation %d: %w", relation, err)
	}
	type attribute struct {
		Name     string
		Type     uint32
		Modifier int32
	}
	attributes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[attribute])
	if err != nil {
		return "", fmt.Errorf("relation %d: %w", relation, err)
	}
	members := make([]string, len(attributes))
	for i, a := range attributes {
		word, err := c.word(ctx, a.Type, a.Modifier, depth+1)
		if err != nil {
			return "", err
		}
		members[i] = sqltext.Identifier(a.Name) + " " + word
	}
	return "STRUCT(" + strings.Join(members, ", ") + ")", nil
}
