package check_test

import (
	"bufio"
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// engine is a DuckDB opened as the house opens it for statements of others, filled by testdata/setup.sql, and beside it a connection that
// holds no data and only parses.
type engine struct {
	data, parser *sql.DB
	folder       string
	rules        check.Rules
	deadline     time.Duration // of one statement; zero: 10 s
}

// open gives an engine whose folder holds planted files too. It takes testing.TB because fuzz targets use it.
func open(t testing.TB) *engine {
	t.Helper()
	e := &engine{folder: t.TempDir()}
	ctx := context.Background()
	file := func(name string) string { return filepath.Join(e.folder, name) }
	for name, text := range map[string]string{
		"CANARY-file.csv": "token\nCANARY-csv\n", "plain.csv": "token\nCANARY-csv\n", "plain.json": `{"token":"CANARY-json"}`, "plain.txt": "CANARY-text",
	} {
		require.NoError(t, os.WriteFile(file(name), []byte(text), 0o600))
	}

	setup, err := os.ReadFile("../testdata/setup.sql")
	require.NoError(t, err)
	fill := func(name, statements string) {
		db, err := sql.Open("duckdb", file(name))
		require.NoError(t, err)
		_, err = db.ExecContext(ctx, statements)
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
	fill("warehouse.duckdb", string(setup))
	fill("dash.duckdb", "CREATE TABLE internal_notes AS SELECT 'CANARY-dash' AS token; CREATE SCHEMA analytics; CREATE TABLE analytics.orders AS SELECT 'CANARY-dash-2' AS token")

	var once sync.Once
	connector, err := duckdb.NewConnector(file("warehouse.duckdb")+"?access_mode=READ_ONLY", func(conn driver.ExecerContext) error {
		var err error
		once.Do(func() {
			for _, statement := range []string{
				"ATTACH '" + file("dash.duckdb") + "' AS dash (READ_ONLY)",
				"SET VARIABLE hidden = 'CANARY-variable'",
				"SET threads = 1", "SET memory_limit = '512MB'", "SET temp_directory = ''", "SET catalog_error_max_schemas = 0",
				"SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false", "SET allow_community_extensions = false",
				"SET allow_persistent_secrets = false", "SET enable_external_access = false", "SET disabled_filesystems = 'LocalFileSystem'",
				"SET lock_configuration = true",
			} {
				if _, err = conn.ExecContext(ctx, statement, nil); err != nil {
					err = fmt.Errorf("%s: %w", statement, err)
					return
				}
			}
		})
		return err
	})
	require.NoError(t, err)
	e.data = sql.OpenDB(connector)
	t.Cleanup(func() { _ = e.data.Close() })
	require.NoError(t, e.data.PingContext(ctx))
	e.parser, err = sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = e.parser.Close() })

	e.rules = check.Rules{Catalog: "warehouse", Schemas: []string{"analytics"}, MaxRows: 5000, Defined: e.defined(t)}
	views := e.views(t)
	e.rules.Views = func(name string) (check.View, bool) { v, ok := views[name]; return v, ok }
	e.rules.Rewrites = map[string]check.TableView{
		"analytics.people": e.people(t), "analytics.Ärger": {Columns: []check.Column{{Name: "id"}, {Name: "token", Mask: check.MaskNull("token")}}},
	}
	return e
}

// people is how analytics.people is seen: rows of the caller's region, and of them not everything.
func (e *engine) people(t testing.TB) check.TableView {
	t.Helper()
	filter, err := check.Expression(e.parse(t, "SELECT (region = $region)"))
	require.NoError(t, err)
	filter, err = check.Bind(filter, map[string]any{"region": "north"})
	require.NoError(t, err)
	return check.TableView{Filter: filter, Columns: []check.Column{
		{Name: "id"},
		{Name: "name"},
		{Name: "ssn", Mask: check.MaskLast("ssn", 4)},
		{Name: "salary", Mask: check.MaskNull("salary")},
		{Name: "region"},
		{Name: "hire_code", Mask: check.MaskHash("hire_code", "a key that nobody knows")},
		{Name: "tags"},
	}}
}

// defined lists the functions that the database itself defines.
func (e *engine) defined(t testing.TB) map[string]bool {
	t.Helper()
	rows, err := e.data.Query("SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE NOT internal")
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	all := map[string]bool{}
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		all[name] = true
	}
	require.NoError(t, rows.Err())
	require.Contains(t, all, "peek")
	return all
}

// views gives the statements of all views.
func (e *engine) views(t testing.TB) map[string]check.View {
	t.Helper()
	rows, err := e.data.Query("SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal")
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	all := map[string]check.View{}
	for rows.Next() {
		var schema, name, text string
		require.NoError(t, rows.Scan(&schema, &name, &text))
		query, columns, err := check.ViewQuery(text)
		require.NoError(t, err, text)
		all[strings.ToLower(schema+"."+name)] = check.View{Tree: e.parse(t, query), Columns: columns, Schema: "main"}
	}
	require.NoError(t, rows.Err())
	require.Contains(t, all, "analytics.leak")
	return all
}

// parse gives the tree of a statement, without binding or running anything.
func (e *engine) parse(t testing.TB, query string) []byte {
	t.Helper()
	var tree string
	require.NoError(t, e.parser.QueryRow("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", query).Scan(&tree), query)
	return []byte(tree)
}

// answer is what a caller gets.
type answer struct {
	columns []string
	rows    []string
	checked check.Checked
	ran     string // the statement that ran; empty if it was refused
	refused error
	other   string // the statement that the engine wrote, if it is not the one that was checked
	failed  error  // what the engine said, which no caller sees
}

// ask does with a statement what a tool does.
func (e *engine) ask(t testing.TB, query string, rules check.Rules) answer {
	t.Helper()
	if err := check.Text(query); err != nil {
		return answer{refused: err}
	}
	checked, err := check.Tree(e.parse(t, query), rules)
	if err != nil {
		return answer{refused: err}
	}
	a := answer{checked: checked}
	if err := e.parser.QueryRow("SELECT json_deserialize_sql(?::JSON)", string(checked.Tree)).Scan(&a.ran); err != nil {
		a.failed = err
		return a
	}
	if err := checked.Same(e.parse(t, a.ran)); err != nil {
		return answer{refused: err, other: a.ran}
	}
	a.columns, a.rows, a.failed = e.run(a.ran)
	return a
}

// run gives the rows of a statement as text, exactly as the engine has them.
func (e *engine) run(query string) (columns, found []string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(e.deadline, 10*time.Second))
	defer cancel()
	rows, err := e.data.QueryContext(ctx, query)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	if columns, err = rows.Columns(); err != nil {
		return nil, nil, err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, nil, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			row[i] = fmt.Sprintf("%T:%v", v, v)
		}
		line, err := json.Marshal(row)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, string(line))
	}
	return columns, found, rows.Err()
}

// unfold writes out what a line of a corpus cannot hold or should not.
func (e *engine) unfold(text string) string {
	return strings.NewReplacer(
		"{folder}", e.folder, "{nl}", "\n", "{nul}", "\x00", "{nbsp}", "\u00a0", "{zwsp}", "\u200b", "{bom}", "\ufeff", "{ff}", "\xff",
		"{deep}", strings.Repeat("(SELECT ", 150), "{peed}", strings.Repeat(")", 150),
	).Replace(text)
}

// statement is one line of a corpus.
type statement struct {
	class, text string
	line        int
}

// corpus reads a file of testdata: one statement in each line, under comments that name their class. {folder} stands for e.folder.
func (e *engine) corpus(t testing.TB, name string) []statement {
	t.Helper()
	file, err := os.Open(filepath.Join("../testdata", name))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	var all []statement
	class := ""
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		if rest, ok := strings.CutPrefix(text, "-- "); ok {
			class = rest
			continue
		}
		if strings.TrimSpace(text) != "" {
			all = append(all, statement{class: class, text: e.unfold(text), line: n})
		}
	}
	require.NoError(t, lines.Err())
	return all
}
