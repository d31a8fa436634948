package auditdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// Format is a form in which records are exported.
type Format string

// The formats.
const (
	Parquet Format = "parquet" // one row per record, all columns; hashes as bytes
	CSV     Format = "csv"     // the same as text, with a header; safe to open in a spreadsheet
	JSONL   Format = "jsonl"   // the lines of the log, byte for byte
	DuckDB  Format = "duckdb"  // a database file with the table records and the view logs
)

// ExportOptions configures an export.
type ExportOptions struct {
	// Force replaces a file that is there. Zero: an export never overwrites.
	Force bool
}

// Export writes the records that q is about, in its order and up to its limit, to a new file at path that only its owner may read (0600). The
// file appears whole or not at all. Nil options mean the defaults.
//
// In CSV, a text that a spreadsheet could take for a formula (one that begins with =, +, -, @, a tab, CR or LF) gets an apostrophe in front.
//
// A DuckDB file has the table records with a column per member of a record, and the view
//
//	logs(timestamp, type, endpoint, status, duration_ms, user_id, role, decision, rule, trace_id)
//
// with one row per call: type is "tool", "resource", "prompt" or another kind of target, status is "success" or "error".
func (d *DB) Export(ctx context.Context, q Query, format Format, path string, opts *ExportOptions) error {
	if opts == nil {
		opts = &ExportOptions{}
	}
	if err := d.export(ctx, &q, format, path, opts.Force); err != nil {
		return fmt.Errorf("auditdb: export %s: %w", d.dir, err)
	}
	return nil
}

func (d *DB) export(ctx context.Context, q *Query, format Format, path string, force bool) (err error) {
	write := map[Format]func(context.Context, *Query, string) error{
		Parquet: d.exportParquet, CSV: d.exportCSV, JSONL: d.exportLines, DuckDB: d.exportDuckDB,
	}[format]
	if write == nil {
		return fmt.Errorf("there is no format %q; use parquet, csv, jsonl or duckdb", string(format))
	}
	if _, err := os.Lstat(path); err == nil && !force { // before the work; publish makes sure
		return errExists(path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a directory, or /dev/stdout, which would be gone
		return fmt.Errorf("%s is no regular file: it is not replaced", path)
	}
	own, err := os.MkdirTemp(d.engine.temp, "export-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(own)) }()
	made := filepath.Join(own, "export")
	if err := write(ctx, q, made); err != nil {
		return err
	}
	staged, err := stage(path)
	if err != nil {
		return err
	}
	if err = moveContent(made, staged); err == nil {
		_, err = settle(staged)
	}
	if err == nil {
		err = publish(staged, path, force)
	}
	if err != nil {
		_ = os.Remove(staged) // it may be gone already
	}
	return err
}

// moveContent copies a file into one that is there.
func moveContent(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // it was only read
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

func (d *DB) exportParquet(ctx context.Context, q *Query, path string) error {
	return d.exportTable(ctx, q, path+".table", func(conn *sql.Conn) error {
		return execute(ctx, conn, fmt.Sprintf("COPY records TO %s (FORMAT parquet, COMPRESSION zstd)", sqltext.Literal(path)))
	})
}

func (d *DB) exportCSV(ctx context.Context, q *Query, path string) error {
	return d.exportTable(ctx, q, path+".table", func(conn *sql.Conn) error {
		var cells []string
		for _, f := range fields() {
			cells = append(cells, f.cell()+" AS "+sqltext.Identifier(f.column()))
		}
		return execute(ctx, conn, fmt.Sprintf("COPY (SELECT %s FROM records) TO %s (FORMAT csv, HEADER)", strings.Join(cells, ", "), sqltext.Literal(path)))
	})
}

// cell is the SQL expression of a field in a CSV file.
func (f *field) cell() string {
	column := sqltext.Identifier(f.column())
	switch f.form {
	case text, hexText, raw:
		return fmt.Sprintf("CASE WHEN regexp_matches(%s, '^[=+\\-@\\t\\r\\n]') THEN '''' || %s ELSE %s END", column, column, column)
	case hash:
		return "lower(hex(" + column + "))"
	case texts, sources, steps:
		return fmt.Sprintf("CASE WHEN len(%s) > 0 THEN to_json(%s)::VARCHAR ELSE '' END", column, column) // begins with a bracket
	case stamp:
		return fmt.Sprintf("strftime(%s AT TIME ZONE 'UTC', '%%Y-%%m-%%dT%%H:%%M:%%S.%%fZ')", column)
	case whole, number, micros, flag:
	}
	return column
}

func (d *DB) exportDuckDB(ctx context.Context, q *Query, path string) error {
	return d.exportTable(ctx, q, path, func(conn *sql.Conn) error { return execute(ctx, conn, logsView) })
}

// logsView shows the calls as the users of other systems know them.
const logsView = `CREATE VIEW logs AS SELECT "time" AS timestamp, target_kind AS type, target_name AS endpoint,
	CASE WHEN outcome = 'ok' THEN 'success' ELSE 'error' END AS status, duration_us / 1000 AS duration_ms,
	user_id, user_role AS role, decision, rule, trace_id
FROM records WHERE kind = 'outcome'`

// execute runs a statement that gives no rows to read.
func execute(ctx context.Context, db interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, query string,
) error {
	_, err := db.ExecContext(ctx, query)
	return err
}
