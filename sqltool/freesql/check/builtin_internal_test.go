package check

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the engine whose functions are listed
	"github.com/stretchr/testify/require"
)

// TestBuiltinsAreJudged says which functions of the engine nobody has looked at: a new one is refused, and must be put on one of the lists.
func TestBuiltinsAreJudged(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	rows, err := db.Query(`SELECT DISTINCT lower(function_name) FROM duckdb_functions()
		WHERE schema_name = 'main' AND function_type IN ('scalar', 'aggregate', 'macro')`)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	all, both, neither := map[string]bool{}, []string{}, []string{}
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		all[name] = true
		switch {
		case strings.HasPrefix(name, "__internal"), strings.HasPrefix(name, "icu_collate"): // what plans and ORDER BY use, never a statement
			require.False(t, builtin(name) || refused(name), name)
		case builtin(name) && refused(name):
			both = append(both, name)
		case !builtin(name) && !refused(name):
			neither = append(neither, name)
		}
	}
	require.NoError(t, rows.Err())
	require.Empty(t, both, "on both lists")
	require.Empty(t, neither, "on neither list: put each into builtin or refused")
	require.Greater(t, len(all), 500)
}

// TestNothingThatTellsOfTheEngineIsBuiltin repeats the deny-list of the specification, so that no edit of the long list undoes it.
func TestNothingThatTellsOfTheEngineIsBuiltin(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"nextval", "currval", "current_setting", "getvariable", "write_log", "current_user", "current_schema", "current_database", "current_query",
		"version", "stats", "error", "json_execute_serialized_sql", "json_serialize_sql", "json_serialize_plan", "query", "query_table", "setseed",
		"list_resize", "array_resize", "bitstring", "json_transform", "sleep_ms", "levenshtein", "damerau_levenshtein", "editdist3", "jaccard",
		"jaro_similarity", "jaro_winkler_similarity", "enum_range", "alias", "pg_get_viewdef", "in_search_path", "read_text", "glob",
	} {
		require.False(t, builtin(name), name)
	}
	for _, name := range []string{"sum", "count_star", "+", "~~", "||", "list_transform", "unnest", "struct_extract", "row", "date_trunc"} {
		require.True(t, builtin(name), name)
	}
	require.False(t, slices.ContainsFunc([]string{"pg_", "has_", "duckdb_", "pragma_"}, func(p string) bool { return builtin(p + "x") }))
}
