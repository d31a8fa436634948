package auditdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// engine is a DuckDB in memory that can read and write files in its directories only, and whose settings nobody can change.
type engine struct {
	*sql.DB
	temp string // its own directory for what does not fit in memory and for what is on its way elsewhere

	mu     sync.Mutex
	staged []string // files that DuckDB was told to write; whoever moves them away gives them another name
}

// writes notes a file that DuckDB is told to write. A statement that is interrupted may still be creating its file when it returns, behind the
// back of who then removes it; only the end of DuckDB is the end of its threads.
func (e *engine) writes(path string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.staged = append(e.staged, path)
}

// openEngine starts a DuckDB that reaches dirs and its own temporary directory, nothing else.
func openEngine(ctx context.Context, o *Options, dirs ...string) (*engine, error) {
	temp, err := os.MkdirTemp(o.TempDir, "mcpgov-auditdb-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary directory: %w", err)
	}
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start DuckDB: %w", err), os.RemoveAll(temp))
	}
	e := &engine{DB: sql.OpenDB(connector), temp: temp}
	if err := e.confine(ctx, o, append(dirs, temp)); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// confine applies the settings, in the one order that works: what is locked cannot be set.
func (e *engine) confine(ctx context.Context, o *Options, dirs []string) error {
	var allowed []string
	for _, dir := range dirs { // DuckDB asks for the name as a query writes it, and again for the file that it finds
		allowed = append(allowed, sqltext.Literal(dir+string(os.PathSeparator)), sqltext.Literal(plain(dir)+string(os.PathSeparator)))
	}
	for _, setting := range []string{
		fmt.Sprintf("threads=%d", o.Threads),
		fmt.Sprintf("memory_limit='%dMiB'", o.MemoryMiB),
		"temp_directory=" + sqltext.Literal(e.temp),
		"GLOBAL TimeZone='UTC'",
		"parquet_metadata_cache=true", // a log has many files, and every query asks for all of them
		"autoinstall_known_extensions=false",
		"autoload_known_extensions=false",
		"allow_community_extensions=false",
		"allow_persistent_secrets=false",
		"allowed_directories=[" + strings.Join(allowed, ", ") + "]",
		"enable_external_access=false",
		"lock_configuration=true",
	} {
		if _, err := e.ExecContext(ctx, "SET "+setting); err != nil {
			name, _, _ := strings.Cut(setting, "=")
			return fmt.Errorf("set %s of DuckDB: %w", name, err)
		}
	}
	return nil
}

// Close ends DuckDB and removes what it left in files.
func (e *engine) Close() error {
	err := e.DB.Close()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, path := range e.staged {
		_ = os.Remove(path) // usually it is gone
	}
	return errors.Join(err, os.RemoveAll(e.temp))
}
