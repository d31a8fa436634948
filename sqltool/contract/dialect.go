package contract

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// Dialect is the kind of database a set is checked on.
type Dialect string

// The dialects. The zero value is none.
const (
	DuckDB   Dialect = "duckdb"
	Postgres Dialect = "postgres"
	SQLite   Dialect = "sqlite"
	Generic  Dialect = "generic" // any other: identifiers in double quotes, ? for parameters, no patterns
)

func (d Dialect) fault() error {
	switch d {
	case DuckDB, Postgres, SQLite, Generic:
		return nil
	}
	return fmt.Errorf("options: %q is no dialect: write contract.DuckDB, contract.Postgres, contract.SQLite or contract.Generic", string(d))
}

// qualified writes the name of a table.
func qualified(database, schema, table string) string {
	name := sqltext.Identifier(table)
	if schema != "" {
		name = sqltext.Identifier(schema) + "." + name
	}
	if database != "" {
		name = sqltext.Identifier(database) + "." + name
	}
	return name
}

// statement is a query that is being written, with the values for its parameters in the order they stand in the text.
type statement struct {
	dialect Dialect
	args    []any
}

// bind returns the parameter for a value.
func (s *statement) bind(v any) string {
	s.args = append(s.args, v)
	switch s.dialect {
	case DuckDB, Postgres:
		return "$" + strconv.Itoa(len(s.args))
	case SQLite, Generic:
	}
	return "?"
}

// trusted writes the developer's own SQL so that a comment at its end ends there.
func trusted(text string) string { return "(\n" + text + "\n)" }

// begin opens a transaction that only reads, and returns what ends it. The connection is fit for others afterwards.
func (d Dialect) begin(ctx context.Context, conn *sql.Conn) (end func(context.Context) error, err error) {
	run := func(ctx context.Context, text string) error {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(text), err)
		}
		return nil
	}
	switch d {
	case DuckDB: // its driver refuses sql.TxOptions.ReadOnly
		if err := run(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
			return nil, err
		}
		return func(ctx context.Context) error { return run(ctx, "ROLLBACK") }, nil
	case SQLite: // its drivers take sql.TxOptions.ReadOnly for a word of courtesy
		if err := run(ctx, "PRAGMA query_only = ON"); err != nil {
			return nil, err
		}
		return func(ctx context.Context) error { return run(ctx, "PRAGMA query_only = OFF") }, nil
	case Postgres, Generic:
	}
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil && d == Generic { // not every driver can; what it did is rolled back all the same
		tx, err = conn.BeginTx(ctx, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("a read-only transaction: %w", err)
	}
	return func(context.Context) error { return tx.Rollback() }, nil
}

// single refuses what is more than one statement. Postgres does so itself, of what is prepared; DuckDB's driver would run them all, the context's
// form of Prepare included, but not this one.
func (d Dialect) single(conn *sql.Conn, text string) error {
	if d != DuckDB {
		return nil
	}
	return conn.Raw(func(inner any) error { //nolint:wrapcheck // the caller says which query it was
		plain, ok := inner.(driver.Conn)
		if !ok {
			return errors.New("the driver cannot prepare a statement")
		}
		prepared, err := plain.Prepare(text)
		if err != nil {
			return err //nolint:wrapcheck // the same
		}
		return prepared.Close() //nolint:wrapcheck // the same
	})
}
