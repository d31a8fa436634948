package matview_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// TestDefinitionChanged: what another definition made is never served; what reads it is made anew as well; what is defined no more goes.
func TestDefinitionChanged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.duckdb")
	top := matview.Definition{Name: "top", SQL: "SELECT max(total) AS most FROM spent"}
	other := matview.Definition{Name: "other", SQL: "SELECT 1 AS one"}
	store, err := try(t.Context(), with{Path: path, Setup: orders, Definitions: []matview.Definition{spent(), top, other, {Name: "gone", SQL: "SELECT 1 AS one"}}})
	require.NoError(t, err)
	require.NoError(t, store.Close())

	without := spent()
	without.SQL = "SELECT customer, sum(total) AS total FROM orders WHERE customer <> 'cust_0' GROUP BY customer"
	store, err = try(t.Context(), with{Path: path, Setup: orders, Definitions: []matview.Definition{without, top, other}})
	require.NoError(t, err)
	require.EqualValues(t, 0, number(t, store.SQL(), "SELECT count(*) FROM spent WHERE customer = 'cust_0'"))
	require.EqualValues(t, 15, number(t, store.SQL(), "SELECT CAST(most AS BIGINT) FROM top"))
	require.EqualValues(t, 0, number(t, store.SQL(), "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'gone'"))
	require.Equal(t, int64(1), store.View("other").Status().Version, "what has not changed stays")
	require.NoError(t, store.Close())

	virtual := without
	virtual.Kind, virtual.Indexes = matview.Virtual, nil
	for _, d := range []matview.Definition{virtual, without} { // a table becomes a view, and a table again
		store, err = try(t.Context(), with{Path: path, Setup: orders, Definitions: []matview.Definition{d, other}})
		require.NoError(t, err)
		require.EqualValues(t, 2, number(t, store.SQL(), "SELECT count(*) FROM spent"))
		require.NoError(t, store.Refresh(t.Context()))
		require.NoError(t, store.Close())
	}
}

// TestLocked: the database that readers get reaches no file but its own, and nobody can unlock it.
func TestLocked(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "w.duckdb")
	for _, path := range []string{"", file} {
		store := open(t, with{Path: path, Setup: orders, Definitions: []matview.Definition{spent()}})
		for _, query := range []string{
			"SELECT * FROM read_text('/etc/hostname')", "COPY spent TO '/tmp/spent.csv'", "ATTACH '/tmp/other.duckdb'", "SET enable_external_access=true",
			"SET lock_configuration=false", "INSTALL httpfs", "SELECT * FROM glob('/*')",
		} {
			_, err := store.SQL().ExecContext(t.Context(), query)
			require.Error(t, err, query)
		}
		_, err := store.SQL().ExecContext(t.Context(), "SELECT count(*) FROM read_blob('"+file+"')")
		require.Equal(t, path == "", err != nil, "the hole that the package documents: a database in a file can read that file")
	}
}

// TestUnknownView: a name that is not defined is an error wherever it is used.
func TestUnknownView(t *testing.T) {
	t.Parallel()
	store := open(t, with{})
	view := store.View("spend")
	_, err := view.AsOf(t.Context())
	require.ErrorContains(t, err, `no definition "spend"`)
	require.Error(t, view.Refresh(t.Context()))
	require.Error(t, view.Rebuild(t.Context()))
	require.True(t, view.Status().Overdue)
	var none *matview.View
	require.Error(t, none.Refresh(t.Context()))
}

// TestOptions: what cannot be is said before anything is opened.
func TestOptions(t *testing.T) {
	t.Parallel()
	for fault, o := range map[string]with{
		"Options.Schema":  {Schema: "Main"},
		"is empty: write": {Definitions: []matview.Definition{{Name: "x"}}},
		"needs System":    {Definitions: []matview.Definition{{Name: "x", SQL: "SELECT 1", Source: &matview.Source{}}}},
		"Columns is for":  {Definitions: []matview.Definition{{Name: "x", SQL: "SELECT 1", Columns: map[string]string{"a": "INTEGER"}}}},
		"has no columns":  {Definitions: []matview.Definition{{Name: "x", SQL: "SELECT 1", Indexes: []matview.Index{{}}}}},
		"not be negative": {Definitions: []matview.Definition{{Name: "x", SQL: "SELECT 1", Every: -time.Second}}},
		"Kind 7":          {Definitions: []matview.Definition{{Name: "x", SQL: "SELECT 1", Kind: 7}}},
		"mcpgov_matview":  {Schema: "mcpgov_matview"},
	} {
		_, err := try(t.Context(), o)
		require.ErrorContains(t, err, fault)
	}
}
