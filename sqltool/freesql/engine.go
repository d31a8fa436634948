package freesql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// settings are what an engine goes by. They are sent to workers, so they hold values only.
type settings struct {
	Schemas   []string        `json:"schemas"`
	Tables    []string        `json:"tables"` // nil: all of the schemas
	Definers  []string        `json:"definers"`
	Functions map[string]bool `json:"functions"`
	MaxRows   int             `json:"max_rows"`
	MaxBytes  int             `json:"max_bytes"`
	Debug     bool            `json:"debug"` // the engine's own words are wanted for a log
	ListTool  string          `json:"list_tool"`
}

// engine is a locked database with what it takes to judge statements before they reach it.
type engine struct {
	settings settings
	data     *duckdb.Database
	parser   *duckdb.Database // holds no data and reaches nothing: it only parses
	catalog  string
	fixed    bool // the database cannot change while it is open
	asOf     time.Time

	reading sync.Mutex // of latest, also while it is read
	latest  *inventory

	memory memory // of statements judged before

	mu          sync.Mutex                 // of expressions
	expressions map[string]json.RawMessage // filters and masks that were used before
}

// newEngine serves a database that sqltool/duckdb opened from path; "" is one in memory.
func newEngine(ctx context.Context, data *duckdb.Database, path string, s settings) (_ *engine, err error) {
	e := &engine{settings: s, data: data, expressions: map[string]json.RawMessage{}}
	if path != "" {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		e.asOf = info.ModTime().UTC()
	}
	if err := e.inspect(ctx); err != nil {
		return nil, err
	}
	if e.parser, err = duckdb.Open(ctx, duckdb.Options{Threads: 1, MemoryBytes: parserMemory}); err != nil {
		return nil, fmt.Errorf("the parser: %w", err)
	}
	if _, err := e.inventory(ctx); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// parserMemory is plenty for the tree of 16 KiB of SQL.
const parserMemory = 128 << 20

func (e *engine) close() error { return e.parser.Close() }

// inspect finds out which database it is, and refuses names that could mean two things.
func (e *engine) inspect(ctx context.Context) error {
	err := e.data.SQL().QueryRowContext(ctx, `SELECT database_name, readonly FROM duckdb_databases() WHERE database_name = current_database()`).
		Scan(&e.catalog, &e.fixed)
	if err != nil {
		return fmt.Errorf("which database is it? %w", err)
	}
	for _, schema := range e.settings.Schemas {
		var there, ambiguous int
		err := e.data.SQL().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM duckdb_schemas() WHERE database_name = current_database() AND schema_name ILIKE $1 ESCAPE ''),
			(SELECT count(*) FROM duckdb_databases() WHERE database_name ILIKE $1 ESCAPE '')`, schema).Scan(&there, &ambiguous)
		switch {
		case err != nil:
			return fmt.Errorf("schema %q: %w", schema, err)
		case there == 0:
			return fmt.Errorf("AllowedSchemas names %q, and the database has no such schema", schema)
		case ambiguous > 0:
			return fmt.Errorf("schema %q has the name of a catalog, and DuckDB could take one for the other: rename the file or the schema", schema)
		}
	}
	return nil
}

// detail is what the engine said, if a debug log wants it.
func (e *engine) detail(err error) string {
	if !e.settings.Debug || err == nil {
		return ""
	}
	return strings.ToValidUTF8(err.Error(), "?")
}
