package duckdb

import (
	"context"
	"database/sql"
	"errors"
)

// Source is another database whose tables become views of a schema.
type Source struct{ Schema string }

func (d *Database) view(ctx context.Context, c *sql.Conn, s Source) error {
	return errors.New("not yet")
}
