package sqltool

import (
	"context"
	"database/sql"
)

// Engine is what differs between databases. There is one in sqltool/postgres, one in sqltool/duckdb, and [Generic] for any other driver. An
// engine is safe for concurrent use. Its driver is expected to keep prepared statements per connection, as pgx does: this package hands it
// the same text again and again.
type Engine interface {
	// Name is a word for error texts: "postgres", "duckdb", "generic".
	Name() string
	// Placeholder says how the n-th parameter, from 1, is written: "$1", "?". Where the name stands in it ("$name"), arguments are passed
	// as [sql.Named], else by position; where it is the same text for every n, a parameter used twice is passed twice.
	Placeholder(n int, name string) string
	// Describe prepares the statement and says what its parameters and columns are. It never runs it.
	Describe(ctx context.Context, conn *sql.Conn, query string) (Description, error)
	// Bind makes of a Go value (a list, a time, a [Decimal], an [Interval]) what the driver takes.
	Bind(v any) (any, error)
	// ReadOnly returns nil if the statement only reads, and otherwise an error that says why not.
	ReadOnly(ctx context.Context, conn *sql.Conn, query string) error
}

// Decoder is an [Engine] that turns what its driver returns into what this package knows: nil, bool, Go integers, *big.Int, floats,
// string, []byte, [time.Time], [Decimal], [Interval], json.RawMessage, []any (a list), map[string]any (a struct) and map[any]any (a map). It is called for every value that is
// not NULL, with the column as [Engine.Describe] gave it.
type Decoder interface {
	Decode(column Column, value any) (any, error)
}

// Lister is an [Engine] whose lists are bound as one value.
type Lister interface {
	// In returns the condition's right side for a list bound as one value, such as "= ANY($1)", or "<> ALL($1)" of NOT IN. It takes the
	// place of "IN $ids".
	In(placeholder string, not bool) string
}

// Limiter is an [Engine] that makes the database stop after some rows, because a driver would otherwise fetch them all.
type Limiter interface {
	// Limit returns the query that gives the same columns and, in the same order, at most that many rows.
	Limit(query string, rows int) string
}

// Description is what a database says of a prepared statement.
type Description struct {
	Parameters []Column // by position; nil if the database does not tell
	Columns    []Column // nil of a statement without result
}

// Column is one column of a result, or one parameter.
type Column struct {
	Name     string `json:"name"`               // "" of parameters
	Type     string `json:"type"`               // the database's word: "BIGINT", "DECIMAL(38,10)", "text[]", "STRUCT(a INTEGER)"; "" is not known
	Nullable bool   `json:"nullable,omitempty"` // it is known that NULL may stand there
}
