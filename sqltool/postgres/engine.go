// Package postgres is PostgreSQL for package sqltool, through pgx.
//
//	pool, err := postgres.Open("host=db user=crm_reader dbname=crm", postgres.Options{StatementTimeout: 5 * time.Second})
//	...
//	db, err := sqltool.New("crm", pool, sqltool.Options{Engine: postgres.Engine()})
//
// Connections that [Open] makes refuse to write unless a statement has Writes; of others each statement that only reads runs in a transaction
// that is READ ONLY, which costs two more round trips. Before version 16 PostgreSQL lets large objects be written even so (lo_create and the
// like), and advisory locks and notifications are no writing to it. Neither takes the place of a role that may do no more than the statements need.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/mcpgov/go-sdk/sqltool"
)

// Engine returns the [sqltool.Engine] of PostgreSQL. The pool must be one of pgx: made by [Open], or by sql.Open("pgx", ...).
func Engine() sqltool.Engine { return engine{} }

type engine struct{}

// What an engine may do besides, this one does.
var (
	_ sqltool.Decoder    = engine{}
	_ sqltool.Lister     = engine{}
	_ sqltool.Limiter    = engine{}
	_ sqltool.Transactor = engine{}
	_ sqltool.Explainer  = engine{}
)

func (engine) Name() string                       { return "postgres" }
func (engine) Placeholder(n int, _ string) string { return "$" + strconv.Itoa(n) }

// In binds a list as one array, so that a statement's text is the same however long the list is.
func (engine) In(placeholder string, not bool) string {
	if not {
		return "<> ALL(" + placeholder + ")"
	}
	return "= ANY(" + placeholder + ")"
}

// Limit keeps the server from sending rows that nobody will read: pgx would read them all.
func (engine) Limit(query string, rows int) string {
	return "SELECT * FROM (\n" + query + "\n) AS _limited LIMIT " + strconv.Itoa(rows)
}

// ReadOnly goes by the words of the statement; what they do not show, such as a function that writes, the transaction refuses.
func (engine) ReadOnly(ctx context.Context, conn *sql.Conn, query string) error {
	return sqltool.Generic().ReadOnly(ctx, conn, query) //nolint:wrapcheck // it says why
}

// Begin starts a transaction unless the connection refuses to write by itself, which the server tells in a parameter it reports.
func (engine) Begin(ctx context.Context, conn *sql.Conn, writes bool) (*sql.Tx, error) {
	guarded := false
	if err := conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errDriver
		}
		guarded = c.Conn().PgConn().ParameterStatus("default_transaction_read_only") == "on"
		return nil
	}); err != nil {
		return nil, err //nolint:wrapcheck // sqltool says which statement
	}
	switch {
	case guarded && !writes:
		return nil, nil //nolint:nilnil // none is needed
	case !writes:
		return conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) //nolint:wrapcheck // as above
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err == nil && guarded {
		if _, err = tx.ExecContext(ctx, "SET TRANSACTION READ WRITE"); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
	}
	return tx, err //nolint:wrapcheck // as above
}

var errDriver = errors.New("the driver is not pgx: open the pool with postgres.Open, or sql.Open(\"pgx\", ...)")

// Explain reads the SQLSTATE.
func (engine) Explain(err error) (sqltool.Reason, string) {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return sqltool.Unknown, ""
	}
	code := refused.SQLState()
	switch {
	case code == "57014", code == "25P03", code == "55P03": // query_canceled, idle_in_transaction_session_timeout, lock_not_available
		return sqltool.TimedOut, code
	case code == "25006": // read_only_sql_transaction
		return sqltool.Unasked, code
	case code == "53300", code == "57P03": // too_many_connections, cannot_connect_now
		return sqltool.Busy, code
	case strings.HasPrefix(code, "23"), code == "40001", code == "40P01": // integrity constraints, serialization, deadlock
		return sqltool.Conflict, code
	}
	return sqltool.Unknown, code
}

// describing says of an error of the description what to look at.
func describing(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("%s (SQLSTATE %s)%s", refused.Message, refused.Code, hint(refused.Hint))
	}
	return err
}

func hint(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}
