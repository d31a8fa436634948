package matview

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// engine is one DuckDB with two pools: readers never wait for a refresh to give a connection back.
type engine struct {
	connector *duckdb.Connector
	readers   *sql.DB
	writers   *sql.DB
}

// shared keeps one pool from closing the DuckDB that both use.
type shared struct{ connector *duckdb.Connector }

func (s shared) Connect(ctx context.Context) (driver.Conn, error) { return s.connector.Connect(ctx) }
func (s shared) Driver() driver.Driver                            { return s.connector.Driver() }

// openEngine opens the DuckDB, lets setup load what it likes, and locks it.
func openEngine(ctx context.Context, o *Options) (_ *engine, err error) {
	if strings.Contains(o.Path, "?") {
		return nil, errors.New("Options.Path holds a '?': settings are no part of it")
	}
	connector, err := duckdb.NewConnector(o.Path, nil)
	if err != nil {
		return nil, fmt.Errorf("open %q (one process at a time may write a DuckDB file, and with one set of settings): %w", o.Path, err)
	}
	e := &engine{connector: connector, readers: sql.OpenDB(shared{connector}), writers: sql.OpenDB(shared{connector})}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	e.readers.SetMaxOpenConns(o.Readers)
	e.readers.SetMaxIdleConns(o.Readers)
	if err := e.settings(ctx, o.before()); err != nil {
		return nil, err
	}
	if o.Setup != nil {
		if err := o.Setup(ctx, e.writers); err != nil {
			return nil, fmt.Errorf("Options.Setup: %w", err)
		}
	}
	if err := e.settings(ctx, o.after()); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *engine) settings(ctx context.Context, settings []string) error {
	for _, setting := range settings {
		if _, err := e.writers.ExecContext(ctx, "SET "+setting); err != nil {
			name, _, _ := strings.Cut(setting, "=")
			return plain("set "+name+" of DuckDB", err)
		}
	}
	return nil
}

// before are the settings under which Setup runs.
func (o *Options) before() []string {
	return []string{
		fmt.Sprintf("threads=%d", o.Threads),
		fmt.Sprintf("memory_limit='%dMiB'", o.MemoryMiB),
		"temp_directory=''", // no spilling: a query that needs more memory than there is fails instead of filling the disk
		"GLOBAL TimeZone='UTC'",
		"autoinstall_known_extensions=false",
		"autoload_known_extensions=false",
		"allow_community_extensions=false",
		"allow_persistent_secrets=false",
		"catalog_error_max_schemas=0",
	}
}

// after are the settings that nobody can take back. Their order is the one that works.
func (o *Options) after() []string {
	settings := []string{"enable_external_access=false"}
	if o.Path == "" {
		// A database in memory needs no files. One in a file does: without its file system it breaks at the next checkpoint.
		settings = append(settings, "disabled_filesystems='LocalFileSystem'")
	}
	return append(settings, "lock_configuration=true")
}

func (e *engine) close() error {
	return errors.Join(e.readers.Close(), e.writers.Close(), e.connector.Close())
}

// name quotes an identifier.
func name(identifier string) string { return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"` }

// names quotes identifiers for a list.
func names(identifiers []string) string {
	quoted := make([]string, len(identifiers))
	for i, identifier := range identifiers {
		quoted[i] = name(identifier)
	}
	return strings.Join(quoted, ", ")
}
