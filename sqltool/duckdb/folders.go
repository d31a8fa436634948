package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// Folder is a folder of data files whose contents become tables of a schema when the database is opened.
//
// Every file name.parquet, name.csv, name.tsv, name.json, name.jsonl or name.ndjson (also with .gz) becomes the table name; every sub-folder
// becomes one table of all the files of one kind beneath it. The data are copied into memory: a locked database can open no file any
// more, not even these, so that nothing else can be read either. A folder larger than [Options.MemoryBytes] (Parquet and CSV take about
// their uncompressed size) is better loaded once into a DuckDB file which is then served by [Options.Path].
type Folder struct {
	Path   string // of the folder
	Schema string // that takes the tables; created if it is missing. Empty: main
}

// reader is DuckDB's function for files of a kind; empty if the name is of no kind that it reads.
func reader(name string) string {
	switch filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) {
	case ".parquet":
		return "read_parquet"
	case ".csv", ".tsv":
		return "read_csv"
	case ".json", ".jsonl", ".ndjson":
		return "read_json"
	default:
		return ""
	}
}

// load makes the tables.
func (f Folder) load(ctx context.Context, conn *sql.Conn) error {
	schema := f.Schema
	if schema == "" {
		schema = "main"
	}
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		return fmt.Errorf("folder: %w", err)
	}
	if err := each(ctx, conn, "CREATE SCHEMA IF NOT EXISTS "+sqltext.Identifier(schema)); err != nil {
		return err
	}
	seen := map[string]string{}
	for _, entry := range entries {
		path := filepath.Join(f.Path, entry.Name())
		table, files, err := tableOf(path, entry)
		if err != nil {
			return fmt.Errorf("folder %s: %w", f.Path, err)
		}
		if len(files) == 0 {
			continue
		}
		if other, twice := seen[strings.ToLower(table)]; twice {
			return fmt.Errorf("folder %s: %s and %s would both be the table %q: rename one", f.Path, other, entry.Name(), table)
		}
		seen[strings.ToLower(table)] = entry.Name()
		literals := make([]string, len(files))
		for i, file := range files {
			if strings.ContainsAny(file, "*?[]{}") {
				return fmt.Errorf("folder %s: DuckDB would read %q as a pattern: rename it", f.Path, file)
			}
			literals[i] = sqltext.Literal(file)
		}
		//nolint:gosec // names and paths are quoted: neither can be bound
		statement := "CREATE TABLE " + sqltext.Identifier(schema) + "." + sqltext.Identifier(table) + " AS FROM " + reader(files[0]) + "([" + strings.Join(literals, ", ") + "])"
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("folder %s: table %q: %w", f.Path, table, err)
		}
	}
	if len(seen) == 0 {
		return fmt.Errorf("folder %s holds no .parquet, .csv, .tsv, .json, .jsonl or .ndjson file", f.Path)
	}
	return nil
}

// tableOf is the table that an entry of a folder becomes, and its files; none if the entry holds no data.
func tableOf(path string, entry fs.DirEntry) (table string, files []string, err error) {
	if !entry.IsDir() {
		if reader(path) == "" {
			return "", nil, nil
		}
		table, _, _ = strings.Cut(entry.Name(), ".")
		return table, []string{path}, nil
	}
	err = filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && reader(name) != "" {
			files = append(files, name)
		}
		return err
	})
	slices.Sort(files)
	for _, file := range files {
		if reader(file) != reader(files[0]) {
			return "", nil, fmt.Errorf("%s and %s are of two kinds, but a folder of files is one table: separate them", files[0], file)
		}
	}
	return entry.Name(), files, err
}
