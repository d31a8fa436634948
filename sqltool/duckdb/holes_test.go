package duckdb_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	engine "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// The holes that were found in DuckDB when it is opened in the usual way, by number, and where a test shows each closed:
//
//	 1 its own file can be read           TestHoleFiles (read-only), and [duckdb.Database.Sealed] says where not
//	 2 its own log can be written         TestHoleFiles
//	 3 preparing runs all but the last    TestOneStatement, TestEngineDescribe
//	 4 much that is no query is a SELECT  TestEngineReadOnly
//	 5 table names are as written         sqltool/freesql: names are resolved in the tree
//	 6 scanners of text lose              TestHoleText; sqltool/freesql/check
//	 7 names of common table expressions  sqltool/freesql/check
//	 8 catalogs look like schemas         TestHoleCatalogs
//	 9 unqualified names go to main       sqltool/freesql/check
//	10 error texts hold values            TestHoleErrors; sqltool/freesql replaces them
//	11 options are set in random order    TestHoleOrder
//	12 one process, one configuration     TestHoleTwice
//	13 results are whole in memory        TestJSONLimits
//	14 cancelling takes half a second     TestWatchInterrupts, TestBenchDuckDB
//	15 one call cannot be cancelled       TestWatchAnswers, TestWatchOthers; sqltool/freesql's worker ends it
//	16 amplifiers                         sqltool/freesql/check; its worker bounds memory

// attacks try to leave a database: FILE stands for a file with a canary, DIR for its folder, OWN for the database's own file, NEW for a file
// that is not there.
var attacks = []string{
	"FROM read_text('FILE')", "FROM read_blob('FILE')", "FROM read_csv('FILE')", "FROM read_json('FILE')", "FROM read_parquet('FILE')",
	"FROM read_csv_auto('FILE')", "FROM read_ndjson('FILE')", "FROM read_json_objects('FILE')", "FROM sniff_csv('FILE')", "FROM parquet_scan('FILE')",
	"FROM parquet_metadata('FILE')", "FROM parquet_schema('FILE')", "FROM parquet_file_metadata('FILE')", "FROM glob('DIR/*')", "FROM 'FILE'", "FROM \"FILE\"",
	"FROM 'DIR/*.csv'", "FROM read_text(['FILE'])", "FROM read_text('DIR/*')", "FROM query('FROM read_text(''FILE'')')", "FROM query_table('FILE')",
	"SELECT content FROM read_text('FILE')", "SELECT (SELECT content FROM read_text('file://FILE'))", "FROM read_csv('file:FILE')", "DESCRIBE FROM read_csv('FILE')", "SUMMARIZE 'FILE'",
	"FROM read_blob('OWN')", "FROM read_text('OWN')", "FROM glob('OWN')", "FROM 'OWN'", "ATTACH 'OWN' AS own", "ATTACH 'OWN' AS own (READ_ONLY)", "ATTACH 'OWN'", "FROM read_duckdb('OWN')",
	"COPY (SELECT 1) TO 'OWN'", "COPY (SELECT 1) TO 'OWN.wal'", "COPY (SELECT 1) TO 'NEW'", "COPY (SELECT 1) TO 'NEW' (FORMAT parquet)", "EXPORT DATABASE 'NEW'", "IMPORT DATABASE 'DIR'",
	"CREATE TABLE stolen AS FROM read_text('FILE')", "CREATE VIEW stolen AS FROM read_text('FILE')", "CREATE TEMP TABLE stolen AS FROM read_blob('FILE')", "COPY stolen FROM 'FILE'",
	"ATTACH 'NEW' AS other", "ATTACH 'NEW' (TYPE sqlite)", "ATTACH 'host=localhost' (TYPE postgres)", "ATTACH 'https://localhost/x.duckdb'", "FROM read_csv('https://localhost/x.csv')", "FROM 's3://bucket/x.parquet'",
	"INSTALL httpfs", "INSTALL 'NEW'", "LOAD httpfs", "LOAD 'NEW'", "FORCE INSTALL sqlite FROM community", "UPDATE EXTENSIONS",
	"SET enable_external_access = true", "SET lock_configuration = false", "SET GLOBAL lock_configuration = false", "RESET lock_configuration", "SET disabled_filesystems = ''",
	"SET allowed_directories = ['DIR']", "SET allowed_paths = ['FILE']", "SET temp_directory = 'DIR'", "SET memory_limit = '100GB'", "SET threads = 100", "PRAGMA threads = 100", "SET allow_unsigned_extensions = true",
	"SET extension_directory = 'DIR'", "SET home_directory = 'DIR'", "SET secret_directory = 'DIR'", "SET log_query_path = 'NEW'", "PRAGMA log_query_path = 'NEW'", "SET profiling_output = 'NEW'", "PRAGMA profiling_output = 'NEW'", "PRAGMA enable_profiling",
	"CALL enable_logging(storage = 'file', storage_path = 'NEW')", "CALL enable_logging(storage_path = 'NEW')", "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
}

// TestHoleFiles: no attack gets the canary out, writes a file or changes the configuration. Statements are run as they are, as by somebody whom
// nothing else stops.
func TestHoleFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "other.csv")
	require.NoError(t, os.WriteFile(file, []byte("token\n"+canary+"\n"), 0o600))
	own := warehouse(t)
	for name, opts := range map[string]duckdb.Options{"file": {Path: own}, "memory": {}, "folder": {Folders: []duckdb.Folder{{Path: dir, Schema: "lake"}}}} {
		db := open(t, opts)
		before := listing(t, dir, filepath.Dir(own))
		for _, attack := range attacks {
			query := strings.NewReplacer("FILE", file, "DIR", dir, "OWN", own, "NEW", filepath.Join(dir, "new.out")).Replace(attack)
			result, err := db.AppendJSON(t.Context(), nil, query, nil, duckdb.Limit{})
			require.NotContains(t, string(result.JSON), canary, "%s: %s", name, query)
			if err == nil && !strings.HasPrefix(attack, "PRAGMA") && !strings.HasPrefix(attack, "CALL") && !strings.HasPrefix(attack, "UPDATE") {
				t.Errorf("%s: answered %s with %.200s", name, query, result.JSON)
			}
			_, err = db.SQL().ExecContext(t.Context(), query)
			if err != nil {
				require.NotContains(t, err.Error(), canary)
			}
			require.Equal(t, before, listing(t, dir, filepath.Dir(own)), "%s: %s", name, query)
		}
		require.Equal(t, int64(1), value(t, db, "SELECT count(*) FROM duckdb_settings() WHERE name = 'enable_external_access' AND value = 'false'"))
	}
}

// listing is what stands in folders.
func listing(t testing.TB, dirs ...string) (names []string) {
	t.Helper()
	for _, dir := range dirs {
		require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			names = append(names, path)
			return err
		}))
	}
	return names
}

// TestHoleText: what the engine takes for white space does not fool what is decided by the engine's own tree.
func TestHoleText(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{})
	_, err := db.SQL().ExecContext(t.Context(), "CREATE SEQUENCE s")
	require.NoError(t, err)
	for _, query := range []string{"SELECT nextval\u200b('s')", "SELECT\u00a0nextval('s')", "\ufeffSELECT nextval('s')", "SELECT /* /* */ */ nextval('s')", "SELECT nextval($x$s$x$)", "SELECT NextVal(E's')"} {
		require.Error(t, on(t, db, func(ctx context.Context, c *sql.Conn) error { return duckdb.Engine().ReadOnly(ctx, c, query) }), query)
	}
}

// TestHoleCatalogs: a schema with the name of a catalog is refused, whatever its case.
func TestHoleCatalogs(t *testing.T) {
	t.Parallel()
	for schema, opts := range map[string]duckdb.Options{"warehouse": {Path: warehouse(t)}, "MEMORY": {}, "temp": {}, "system": {}} {
		opts.Schemas = []string{"fine", schema}
		_, err := duckdb.Open(t.Context(), opts)
		require.ErrorContains(t, err, "name of a catalog", schema)
	}
}

// TestHoleErrors: errors of the engine can be told from others, because their texts may hold values.
func TestHoleErrors(t *testing.T) {
	t.Parallel()
	db := open(t, duckdb.Options{Path: warehouse(t)})
	_, err := db.AppendJSON(t.Context(), nil, "SELECT token::INT FROM private.secrets", nil, duckdb.Limit{})
	var known *engine.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, engine.ErrorTypeConversion, known.Type)
	_, err = db.AppendJSON(t.Context(), nil, "SELECT * FROM orderz", nil, duckdb.Limit{})
	require.ErrorAs(t, err, &known)
	require.Equal(t, engine.ErrorTypeCatalog, known.Type)
	require.NotContains(t, err.Error(), "secrets")
}

// TestHoleOrder: opening works every time.
func TestHoleOrder(t *testing.T) {
	t.Parallel()
	path := warehouse(t)
	for range 40 {
		db, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
}

// TestHoleTwice: the same file cannot be opened twice, and the error says what to do.
func TestHoleTwice(t *testing.T) {
	t.Parallel()
	path := warehouse(t)
	db := open(t, duckdb.Options{Path: path})
	_, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
	require.ErrorContains(t, err, "share its Database")
	_, err = duckdb.Open(t.Context(), duckdb.Options{Path: path, Writable: true})
	require.Error(t, err)
	require.Equal(t, int64(1000), value(t, db, "SELECT count(*) FROM analytics.orders"), "the first is whole")
}

// TestFoldersCannotStayOpen shows why folders are loaded: what would let views read their files lets anybody write there.
func TestFoldersCannotStayOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	native, err := engine.NewConnector("", nil)
	require.NoError(t, err)
	db := sql.OpenDB(native)
	defer func() { require.NoError(t, db.Close()) }()
	for _, statement := range []string{"SET allowed_directories = ['" + dir + "']", "SET enable_external_access = false", "SET lock_configuration = true"} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	_, err = db.ExecContext(t.Context(), "COPY (SELECT 1) TO '"+dir+"/written.csv'")
	require.NoError(t, err)
}

// TestMemoryLimit: a query that needs more memory than there is fails, and leaves no file.
func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("measured on the others")
	}
	db := open(t, duckdb.Options{MemoryBytes: 32 << 20})
	_, err := db.SQL().ExecContext(t.Context(), "SELECT list(range ORDER BY hash(range)) FROM range(50000000)")
	require.ErrorContains(t, err, "Out of Memory")
	require.Equal(t, int32(1), value(t, db, "SELECT 1"))
}
