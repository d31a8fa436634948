package postgres

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Options say how connections are opened. The zero value is right for a start.
type Options struct {
	StatementTimeout time.Duration // after which the server gives a statement up; 0 is 30 s, negative none. To the millisecond
	MaxOpen          int           // connections at once; 0 is 8
	MaxIdle          int           // kept open when not used; 0 is MaxOpen
	MaxLifetime      time.Duration // of a connection; 0 is an hour
	Application      string        // the name that stands in pg_stat_activity; "" is "mcpgov"
}

const (
	defaultStatementTimeout = 30 * time.Second
	defaultOpen             = 8
)

// Open makes a pool whose connections refuse to write outside a statement with Writes, give up after StatementTimeout, and write dates and
// intervals the way package sqltool reads them fastest. It does not connect: ping the pool. Its errors do not quote the password.
func Open(dsn string, opts Options) (*sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres.Open: %w", err) // pgx leaves the password out
	}
	if opts.MaxOpen < 0 || opts.MaxIdle < 0 || opts.MaxLifetime < 0 {
		return nil, errors.New("postgres.Open: MaxOpen, MaxIdle and MaxLifetime must not be negative: write 0 for the default")
	}
	if config.RuntimeParams == nil {
		config.RuntimeParams = map[string]string{}
	}
	set := func(name, value string) {
		config.RuntimeParams[name] = value
	}
	set("default_transaction_read_only", "on")
	set("datestyle", "ISO, YMD")
	set("intervalstyle", "iso_8601")
	set("application_name", cmp.Or(opts.Application, config.RuntimeParams["application_name"], "mcpgov"))
	if timeout := cmp.Or(opts.StatementTimeout, defaultStatementTimeout); timeout > 0 {
		set("statement_timeout", strconv.FormatInt(max(1, timeout.Milliseconds()), 10))
	}
	pool := stdlib.OpenDB(*config)
	open := cmp.Or(opts.MaxOpen, defaultOpen)
	pool.SetMaxOpenConns(open)
	pool.SetMaxIdleConns(cmp.Or(opts.MaxIdle, open))
	pool.SetConnMaxLifetime(cmp.Or(opts.MaxLifetime, time.Hour))
	return pool, nil
}
