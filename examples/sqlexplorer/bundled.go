package main

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // makes the file that is then served read-only
)

//go:embed data/*.csv data/*.csv.gz load.sql
var bundled embed.FS

// bundledSchemas are those of the bundled data that are served. The file has one more, internal, which must never be read.
const bundledSchemas = "aviation,climate,economy"

// makeBundled writes the bundled data, see README.md, to a DuckDB file in folder.
func makeBundled(ctx context.Context, folder string) (path string, err error) {
	files, err := fs.Sub(bundled, "data")
	if err != nil {
		return "", err
	}
	source := filepath.Join(folder, "csv")
	if err := os.CopyFS(source, files); err != nil {
		return "", err
	}
	path = filepath.Join(folder, "bundled.duckdb")
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close(), os.RemoveAll(source)) }()
	script, err := bundled.ReadFile("load.sql")
	if err != nil {
		return "", err
	}
	quoted := strings.ReplaceAll(filepath.ToSlash(source), "'", "''")
	if _, err := db.ExecContext(ctx, strings.ReplaceAll(string(script), "{data}", quoted)); err != nil {
		return "", fmt.Errorf("the bundled data: %w", err)
	}
	return path, nil
}
