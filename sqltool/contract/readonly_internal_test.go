package contract

import (
	"database/sql"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"
	"github.com/stretchr/testify/require"
)

// TestPreparedAlone: what gets past the look at the text is still one statement to the driver.
func TestPreparedAlone(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE victim AS SELECT 1 AS id")
	require.NoError(t, err)
	s := session{db: db, dialect: DuckDB, limit: 10 * time.Second}
	_, err = s.one(t.Context(), "SELECT 1; COMMIT; DELETE FROM victim; SELECT 1", nil)
	require.Error(t, err)
	_, err = s.one(t.Context(), "DELETE FROM victim RETURNING id", nil)
	require.ErrorContains(t, err, "read-only")
	got, err := s.one(t.Context(), "SELECT COUNT(*) FROM victim", nil)
	require.NoError(t, err)
	require.Equal(t, []any{int64(1)}, got)
}

func TestPartOfAStatement(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a > 1": true, "(a) > (b)": true, "a = ';' -- (;": true, "a = 'it''s ('": true, `"a;b" = 1`: true, "a /* ( ; */ > 1": true, "SELECT 1;": true, "SELECT 1 ; ; ": true,
		"a) OR (b": false, "a; b": false, "a = '": false, `"`: false, "/*": false, "/*/": false, "((a)": false, "a)": false, "a = ''';": false, "a\x00": false, "\xff": false,
	} {
		require.Equal(t, want, sqlFault("sql", text) == nil, "%q", text)
	}
}
