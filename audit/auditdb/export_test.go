package auditdb_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// mixedLog has compacted segments, one that is not, and one that is being written.
func mixedLog(t testing.TB, n int) string {
	t.Helper()
	dir := writeLog(t, 100, randomRecords(5, n))
	_, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "audit-000002.parquet")))
	return dir
}

func wholeLog(t testing.TB, dir string) []byte {
	t.Helper()
	var all []byte
	segments, err := audit.Segments(os.DirFS(dir))
	require.NoError(t, err)
	for _, s := range segments {
		text, err := os.ReadFile(filepath.Join(dir, s.Name))
		require.NoError(t, err)
		all = append(all, text...)
	}
	return all
}

// TestExportLines: the lines come out byte for byte, all or those that a filter admits.
func TestExportLines(t *testing.T) {
	t.Parallel()
	dir := mixedLog(t, 348)
	db := open(t, dir)
	path := filepath.Join(t.TempDir(), "out.jsonl")
	require.NoError(t, db.Export(t.Context(), auditdb.Query{}, auditdb.JSONL, path, nil))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, wholeLog(t, dir), got)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	q := auditdb.Query{Filter: filter(t, "seq % 2 == 0 && user.anonymous"), Order: auditdb.NewestFirst, Limit: 30}
	require.ErrorIs(t, db.Export(t.Context(), q, auditdb.JSONL, path, nil), os.ErrExist)
	require.NoError(t, db.Export(t.Context(), q, auditdb.JSONL, path, &auditdb.ExportOptions{Force: true}))
	got, err = os.ReadFile(path)
	require.NoError(t, err)
	var want []byte
	for _, r := range collect(t, db.Records(t.Context(), q)) {
		want, err = r.AppendJSON(want)
		require.NoError(t, err)
		want = append(want, '\n')
	}
	require.Equal(t, want, got)
	require.Equal(t, 30, bytes.Count(got, []byte("\n")))

	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.ErrorContains(t, db.Export(t.Context(), q, "xlsx", path+"2", nil), `there is no format "xlsx"`)
	require.ErrorIs(t, db.Export(t.Context(), q, auditdb.CSV, filepath.Join(t.TempDir(), "no", "x"), nil), os.ErrNotExist)
}

// TestExportReplacesFilesOnly: with Force too, what is no file stays what it is.
func TestExportReplacesFilesOnly(t *testing.T) {
	t.Parallel()
	db := open(t, mixedLog(t, 348))
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(os.DevNull, link))
	for _, path := range []string{dir, link, os.DevNull} {
		require.ErrorContains(t, db.Export(t.Context(), auditdb.Query{}, auditdb.CSV, path, &auditdb.ExportOptions{Force: true}), "no regular file")
	}
	target, err := os.Readlink(link)
	require.NoError(t, err)
	require.Equal(t, os.DevNull, target)
}

// TestExportCSV: no cell of text can be taken for a formula, and no text breaks the rows.
func TestExportCSV(t *testing.T) {
	t.Parallel()
	db := open(t, mixedLog(t, 348))
	path := filepath.Join(t.TempDir(), "out.csv")
	require.NoError(t, db.Export(t.Context(), auditdb.Query{}, auditdb.CSV, path, nil))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	require.NoError(t, err)
	records := collect(t, db.Records(t.Context(), auditdb.Query{}))
	require.Len(t, rows, len(records)+1)
	numbers := []string{"rows", "cut", "bytes", "cleaned", "duration_us"}
	name, hash := slices.Index(rows[0], "user_name"), slices.Index(rows[0], "prev")
	guarded := 0
	for i, row := range rows[1:] {
		for column, cell := range row {
			if cell != "" && !slices.Contains(numbers, rows[0][column]) {
				require.NotContains(t, "=+-@\t\r\n", cell[:1], "%s: %q", rows[0][column], cell)
			}
		}
		want := records[i].User.Name
		if want != "" && strings.ContainsAny(want[:1], "=+-@\t\r\n") {
			want = "'" + want
			guarded++
		}
		require.Equal(t, strings.ReplaceAll(want, "\r\n", "\n"), row[name])
		require.Equal(t, records[i].Prev, row[hash])
	}
	require.Positive(t, guarded)
}

// TestExportTables: Parquet and DuckDB files hold what the log holds, prev too.
func TestExportTables(t *testing.T) {
	t.Parallel()
	db := open(t, mixedLog(t, 348))
	dir := t.TempDir()
	records := collect(t, db.Records(t.Context(), auditdb.Query{}))
	for format, from := range map[auditdb.Format]string{
		auditdb.Parquet: "read_parquet('" + filepath.Join(dir, "out.parquet") + "')", auditdb.DuckDB: "records",
	} {
		path := filepath.Join(dir, "out."+string(format))
		require.NoError(t, db.Export(t.Context(), auditdb.Query{}, format, path, nil))
		source := ""
		if format == auditdb.DuckDB {
			source = path
		}
		file, err := sql.Open("duckdb", source)
		require.NoError(t, err)
		i := 0
		run(t, file, `SELECT seq, user_name, lower(hex(hash)), lower(hex(prev)), trace_id, len(masked), duration_us, "time" FROM `+from, func(rows *sql.Rows) {
			var r audit.Record
			var masked int
			var micros int64
			require.NoError(t, rows.Scan(&r.Seq, &r.User.Name, &r.Hash, &r.Prev, &r.TraceID, &masked, &micros, &r.Time))
			want := records[i]
			require.Equal(t, []any{want.Seq, want.User.Name, want.Hash, want.Prev, want.TraceID, len(want.Masked), want.Duration.Microseconds(), want.Time},
				[]any{r.Seq, r.User.Name, r.Hash, r.Prev, r.TraceID, masked, micros, r.Time.UTC()})
			if i > 0 {
				require.Equal(t, records[i-1].Hash, r.Prev)
			}
			i++
		})
		require.Equal(t, len(records), i)
		require.NoError(t, file.Close())
	}
}

// TestSeedQueries: what the system that this one replaces prints in its handbook runs word for word on an export.
func TestSeedQueries(t *testing.T) {
	t.Parallel()
	dir := writeLog(t, 400, usualCalls(6, 1000))
	db := open(t, dir)
	path := filepath.Join(t.TempDir(), "analytics.db")
	q := auditdb.Query{Filter: filter(t, "user.role == 'analyst'"), Since: monthStart().Add(24 * time.Hour)}
	require.NoError(t, db.Export(t.Context(), q, auditdb.DuckDB, path, nil))
	calls, failed := 0, 0
	for _, r := range collect(t, db.Records(t.Context(), q)) {
		if calls++; r.Outcome != "ok" {
			failed++
		}
	}
	file, err := sql.Open("duckdb", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()

	found, last := 0, 1<<30
	run(t, file, statement(t, "testdata/seed-by-endpoint.sql"), func(rows *sql.Rows) {
		var endpoint string
		var n int
		var mean, p95 float64
		require.NoError(t, rows.Scan(&endpoint, &n, &mean, &p95))
		require.Contains(t, endpoint, "crm.tool_")
		require.LessOrEqual(t, n, last)
		require.Positive(t, p95)
		found, last = found+n, n
	})
	require.Equal(t, calls, found)

	found, wrong := 0, 0
	run(t, file, statement(t, "testdata/seed-by-hour.sql"), func(rows *sql.Rows) {
		var endpoint string
		var hour time.Time
		var mean float64
		var requests, errors int
		require.NoError(t, rows.Scan(&endpoint, &hour, &mean, &requests, &errors))
		require.Zero(t, hour.UTC().Minute())
		found, wrong = found+requests, wrong+errors
	})
	require.Equal(t, []int{calls, failed}, []int{found, wrong})
}

func statement(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// run gives the rows of a query to read.
func run(t *testing.T, db *sql.DB, query string, read func(*sql.Rows)) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		read(rows)
	}
	require.NoError(t, rows.Err())
}

// TestExportInLittleMemory: an export needs the memory of a segment, not of the log.
func TestExportInLittleMemory(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes a large log")
	}
	dir := writeLog(t, 4000, usualCalls(7, 100_000))
	db, err := auditdb.Open(t.Context(), dir, &auditdb.Options{MemoryMiB: 256, Threads: 2, TempDir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	path := filepath.Join(t.TempDir(), "out")
	q := auditdb.Query{Order: auditdb.NewestFirst, Limit: 99_999}
	require.NoError(t, db.Export(t.Context(), q, auditdb.Parquet, path, nil))
	file, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	next := int64(100_000)
	run(t, file, "SELECT seq FROM read_parquet('"+path+"')", func(rows *sql.Rows) {
		var seq int64
		require.NoError(t, rows.Scan(&seq))
		require.Equal(t, next, seq)
		next--
	})
	require.EqualValues(t, 1, next)
}
