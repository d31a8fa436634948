// Package postgres is PostgreSQL for package sqltool, through pgx.
package postgres

import (
	"context"
	"database/sql"
	"strconv"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"

	"github.com/mcpgov/go-sdk/sqltool"
)

// Engine returns the [sqltool.Engine] of PostgreSQL.
func Engine() sqltool.Engine { return engine{} }

type engine struct{}

func (engine) Name() string                                                { return "postgres" }
func (engine) Placeholder(n int, _ string) string                          { return "$" + strconv.Itoa(n) }
func (engine) Bind(v any) (any, error)                                     { return sqltool.Plain(v) }
func (engine) ReadOnly(ctx context.Context, c *sql.Conn, query string) error { return sqltool.Generic().ReadOnly(ctx, c, query) }

func (engine) In(placeholder string, not bool) string {
	if not {
		return "<> ALL(" + placeholder + ")"
	}
	return "= ANY(" + placeholder + ")"
}

func (engine) Describe(ctx context.Context, c *sql.Conn, query string) (sqltool.Description, error) {
	return sqltool.Generic().Describe(ctx, c, query)
}
