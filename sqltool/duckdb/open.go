package duckdb

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// Database is a DuckDB database that was opened, filled and locked. It is safe for use by many goroutines.
type Database struct {
	opts   Options
	pool   *sql.DB
	made   *connector
	sealed bool
	counts counts
}

// Open opens the database that opts describe, fills it from its folders, locks it, and proves the lock by trying to break it.
// A database whose lock does not hold is not returned. The caller must close the database.
func Open(ctx context.Context, opts Options) (*Database, error) {
	d, err := open(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("duckdb: open: %w", err)
	}
	return d, nil
}

func open(ctx context.Context, opts Options) (_ *Database, err error) {
	opts, err = opts.settled()
	if err != nil {
		return nil, err
	}
	dsn := opts.Path
	if dsn != "" && !opts.Writable {
		dsn += "?access_mode=READ_ONLY" // nothing else stands here: the driver applies what does in random order
	}
	native, err := duckdb.NewConnector(dsn, func(driver.ExecerContext) error { return nil })
	if err != nil {
		return nil, err
	}
	d := &Database{opts: opts, sealed: opts.Path == "" || !opts.Writable}
	d.made = &connector{native: native, db: d, slots: make(chan struct{}, opts.Pool.Open)}
	d.pool = sql.OpenDB(d.made)
	defer func() {
		if err != nil {
			err = errors.Join(err, d.pool.Close())
		}
	}()
	d.pool.SetMaxOpenConns(opts.Pool.Open)
	d.pool.SetMaxIdleConns(opts.Pool.Idle)
	d.pool.SetConnMaxLifetime(opts.Pool.Lifetime)
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := d.prepare(ctx, conn); err != nil {
		return nil, err
	}
	return d, nil
}

// prepare fills and locks the database. Its order is the lock: what fills needs files, what locks takes them away.
func (d *Database) prepare(ctx context.Context, conn *sql.Conn) error {
	var locked bool
	if err := conn.QueryRowContext(ctx, "SELECT current_setting('lock_configuration')").Scan(&locked); err != nil {
		return err
	}
	if locked {
		return errors.New("the file is open in this process already, and the engine keeps one for all: share its Database")
	}
	if err := d.limit(ctx, conn); err != nil {
		return err
	}
	for _, folder := range d.opts.Folders {
		if err := folder.load(ctx, conn); err != nil {
			return err
		}
	}
	if err := d.functions(ctx, d.opts.Functions); err != nil {
		return err
	}
	for _, source := range d.opts.Sources {
		if err := d.view(ctx, conn, source); err != nil {
			return err
		}
	}
	if err := d.refuseCatalogs(ctx, conn); err != nil {
		return err
	}
	if err := d.lock(ctx, conn); err != nil {
		return err
	}
	if err := d.prove(ctx, conn); err != nil {
		return err
	}
	d.made.locked.Store(true)
	return nil
}

// SQL is the locked pool. It must not be closed, nor its limits changed; see [Database.Close].
func (d *Database) SQL() *sql.DB {
	return d.pool
}

// Sealed says whether SQL can reach no file at all, the database's own included. Free SQL must only be served from a sealed database.
func (d *Database) Sealed() bool {
	return d.sealed
}

// Close waits for running statements and closes the database.
func (d *Database) Close() error {
	return d.pool.Close()
}

// settled checks the options and puts values where zero stands for one.
func (o Options) settled() (Options, error) {
	switch {
	case o.Path == "" && o.Writable:
		return o, errors.New("option Writable is for a file, and a database in memory can always be written: leave it out, or set Path")
	case o.Path != "" && len(o.Folders)+len(o.Sources) > 0:
		return o, errors.New("folders and sources are for a database in memory: leave Path empty, or load them into the file before it is served")
	case o.Threads < 0 || o.MemoryBytes < 0 || o.Pool.Open < 0 || o.Pool.Stuck < 0:
		return o, errors.New("options Threads, MemoryBytes, Pool.Open and Pool.Stuck cannot be negative: leave them zero for their defaults")
	}
	if o.Path != "" {
		path, err := plainFile(o.Path, o.Writable)
		if err != nil {
			return o, err
		}
		o.Path = path
	}
	o.Threads = cmp.Or(o.Threads, min(runtime.NumCPU(), 4))
	o.MemoryBytes = cmp.Or(o.MemoryBytes, 1<<30)
	o.Pool.Open = cmp.Or(o.Pool.Open, 4*runtime.NumCPU())
	o.Pool.Idle = cmp.Or(o.Pool.Idle, o.Pool.Open)
	o.Pool.AcquireWait = cmp.Or(o.Pool.AcquireWait, 5*time.Second)
	o.Pool.Stuck = cmp.Or(o.Pool.Stuck, min(3, o.Pool.Open))
	o.StatementTimeout = cmp.Or(o.StatementTimeout, 30*time.Second)
	o.SlowQuery = cmp.Or(o.SlowQuery, time.Second)
	return o, nil
}

// plainFile returns the absolute path of a file that DuckDB and the driver take for nothing else: not for a URL, another engine's file by
// its prefix, or a path with options behind it.
func plainFile(name string, create bool) (string, error) {
	if strings.ContainsAny(name, "?%#\x00") {
		return "", fmt.Errorf("path %q: the driver reads options behind ? and escapes behind %%: rename the file", name)
	}
	if strings.HasPrefix(name, ":memory:") {
		return "", errors.New("path :memory:: leave Path empty for a database in memory")
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	switch {
	case create && errors.Is(err, os.ErrNotExist):
		return path, nil
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("path %q is no regular file: a DuckDB database is one file", name)
	}
	return path, nil
}
