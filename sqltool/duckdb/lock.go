package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// limit sets what the database may use and what it must never fetch.
func (d *Database) limit(ctx context.Context, conn *sql.Conn) error {
	return each(ctx, conn,
		fmt.Sprintf("SET threads = %d", d.opts.Threads),
		fmt.Sprintf("SET memory_limit = '%dB'", d.opts.MemoryBytes),
		"SET temp_directory = ''", // a query that needs more memory fails instead of filling the disk
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allow_persistent_secrets = false",
		"SET catalog_error_max_schemas = 0", // fewer names in "did you mean"
	)
}

// lock takes the world away from the database. The order matters: file systems can only be disabled once external access is off (DuckDB
// refuses the other order), and after the last statement nothing can be set any more.
func (d *Database) lock(ctx context.Context, conn *sql.Conn) error {
	statements := []string{"SET enable_external_access = false"}
	if d.sealed {
		// The database's own file and log stay allowed without this, by design of DuckDB: read_blob would return the whole file. What is
		// attached already is read through open handles and goes on.
		statements = append(statements, "SET disabled_filesystems = 'LocalFileSystem'")
	}
	return each(ctx, conn, append(statements, "SET lock_configuration = true")...)
}

// each runs statements one after the other.
func each(ctx context.Context, conn *sql.Conn, statements ...string) error {
	for _, statement := range statements {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// refuseCatalogs refuses a catalog that bears the name of a schema that callers may read: DuckDB would take the one for the other.
func (d *Database) refuseCatalogs(ctx context.Context, conn *sql.Conn) (err error) {
	rows, err := conn.QueryContext(ctx, "SELECT database_name FROM duckdb_databases()")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var catalog string
		if err := rows.Scan(&catalog); err != nil {
			return err
		}
		if slices.ContainsFunc(d.opts.Schemas, func(schema string) bool { return strings.EqualFold(schema, catalog) }) {
			return fmt.Errorf("schema %q has the name of a catalog, and %s.t could mean either: rename the file (a catalog is named after it) or the schema", catalog, catalog)
		}
	}
	return rows.Err()
}

// prove tries to break the lock in the ways that were found to work, and fails if one does.
func (d *Database) prove(ctx context.Context, conn *sql.Conn) error {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0] // any file will do that is there
	}
	attacks := []string{
		"SET enable_external_access = true",
		"SET lock_configuration = false",
		"SET disabled_filesystems = ''",
		"RESET memory_limit",
		"PRAGMA threads = 8",
		"INSTALL httpfs",
		"SELECT size FROM read_blob(" + sqltext.Literal(self) + ")",
		"SELECT * FROM glob(" + sqltext.Literal(self) + ")",
		"ATTACH " + sqltext.Literal(self+".duckdb"),
		"COPY (SELECT 1) TO " + sqltext.Literal(self+".csv"),
	}
	if d.sealed && d.opts.Path != "" {
		attacks = append(attacks,
			"SELECT size FROM read_blob("+sqltext.Literal(d.opts.Path)+")",
			"SELECT * FROM glob("+sqltext.Literal(d.opts.Path)+")",
			"SELECT * FROM "+sqltext.Literal(d.opts.Path),
			"ATTACH "+sqltext.Literal(d.opts.Path)+" AS mcpgov_attack (READ_ONLY)",
			"COPY (SELECT 1) TO "+sqltext.Literal(d.opts.Path+".wal"),
		)
	}
	for _, attack := range attacks {
		_, err := conn.ExecContext(ctx, attack)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			return fmt.Errorf("the lock does not hold, %q was answered: this version of DuckDB is not the one that was tested", attack)
		}
	}
	return nil
}
