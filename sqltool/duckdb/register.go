package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"regexp"

	"github.com/duckdb/duckdb-go/v2"
)

// plainConnector makes connections of the driver's own kind, which it wants to register functions. Closing it leaves the database open.
type plainConnector struct{ native *duckdb.Connector }

func (p plainConnector) Connect(ctx context.Context) (driver.Conn, error) {
	return p.native.Connect(ctx)
}
func (p plainConnector) Driver() driver.Driver { return p.native.Driver() }

// functions registers the functions of the options.
func (d *Database) functions(ctx context.Context, all []Function) (err error) {
	if len(all) == 0 {
		return nil
	}
	pool := sql.OpenDB(plainConnector{d.made.native})
	defer func() { err = errors.Join(err, pool.Close()) }()
	c, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	for _, f := range all {
		if err := f.add(ctx, c, d.opts.Logger); err != nil {
			return err
		}
	}
	return nil
}

// functionName is what can be written without quotes.
var functionName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// add registers the function with the engine.
func (f Function) add(ctx context.Context, c *sql.Conn, logger *slog.Logger) error {
	if !functionName.MatchString(f.name) || f.register == nil {
		return fmt.Errorf("function %q: a name is lower case letters, digits and _, and the function is not nil", f.name)
	}
	var there bool
	if err := c.QueryRowContext(ctx, "SELECT count(*) > 0 FROM duckdb_functions() WHERE function_name = $1", f.name).Scan(&there); err != nil {
		return err
	}
	if there {
		return fmt.Errorf("function %q: there is one of that name already: choose another", f.name)
	}
	if err := f.register(ctx, c, f, logger); err != nil {
		return fmt.Errorf("function %q: %w", f.name, err)
	}
	return nil
}
