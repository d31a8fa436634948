package matview_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/matview"
)

func recent(i matview.Incremental) matview.Definition {
	return matview.Definition{Name: "recent", SQL: "SELECT id, customer, total, changed FROM orders", Incremental: &i}
}

// TestIncremental: only what stands strictly above the watermark is read, and rows of one key replace each other.
func TestIncremental(t *testing.T) {
	t.Parallel()
	store := open(t, with{Definitions: []matview.Definition{recent(matview.Incremental{Column: "changed", Key: []string{"id"}})}, Setup: orders})
	db, view := store.SQL(), store.View("recent")
	require.Equal(t, "2026-01-10 00:00:00", view.Status().Watermark)
	execute(t, db, "INSERT INTO orders VALUES (11, 'new', 1, '2026-02-01'), (12, 'late', 1, '2026-01-05'), (13, 'equal', 1, '2026-01-10')")
	execute(t, db, "UPDATE orders SET total = 1000, changed = '2026-01-31' WHERE id = 3")
	execute(t, db, "UPDATE orders SET total = 1000 WHERE id = 4")
	require.NoError(t, view.Refresh(t.Context()))
	require.EqualValues(t, 11, number(t, db, "SELECT count(*) FROM recent"), "the late row and the equal one are missed")
	require.EqualValues(t, 1000, number(t, db, "SELECT CAST(total AS BIGINT) FROM recent WHERE id = 3"))
	require.EqualValues(t, 4, number(t, db, "SELECT CAST(total AS BIGINT) FROM recent WHERE id = 4"))
	status := view.Status()
	require.Equal(t, "2026-02-01 00:00:00", status.Watermark)
	require.Equal(t, int64(2), status.Version)

	require.NoError(t, view.Refresh(t.Context()))
	require.Equal(t, int64(2), view.Status().Version, "nothing new, no new version")
	require.True(t, view.Status().AsOf.After(status.AsOf), "but it is known to be as things stand now")

	require.NoError(t, view.Rebuild(t.Context()))
	require.EqualValues(t, 13, number(t, db, "SELECT count(*) FROM recent"))
}

// TestIncrementalOverlap: what comes late by less than the overlap is read, by the key once.
func TestIncrementalOverlap(t *testing.T) {
	t.Parallel()
	for name, i := range map[string]matview.Incremental{
		"times":   {Column: "changed", Key: []string{"id"}, Overlap: 100 * 24 * time.Hour},
		"numbers": {Column: "id", Key: []string{"id"}, OverlapBy: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := open(t, with{Definitions: []matview.Definition{recent(i)}, Setup: orders})
			execute(t, store.SQL(), "UPDATE orders SET total = 77 WHERE id = 7")
			execute(t, store.SQL(), "INSERT INTO orders VALUES (8, 'late', 88, '2025-12-25')")
			execute(t, store.SQL(), "DELETE FROM orders WHERE id = 8 AND customer <> 'late'")
			require.NoError(t, store.Refresh(t.Context()))
			require.EqualValues(t, 10, number(t, store.SQL(), "SELECT count(*) FROM recent"))
			require.EqualValues(t, 165, number(t, store.SQL(), "SELECT CAST(sum(total) AS BIGINT) FROM recent WHERE id IN (7, 8)"))
		})
	}
}

// TestIncrementalFaults: what cannot be added to soundly fails and leaves what is there.
func TestIncrementalFaults(t *testing.T) {
	t.Parallel()
	for fault, i := range map[string]matview.Incremental{
		"is no column":          {Column: "nothing"},
		"it takes an integer":   {Column: "customer"},
		"write OverlapBy":       {Column: "id", Key: []string{"id"}, Overlap: time.Hour},
		"write Overlap":         {Column: "changed", Key: []string{"id"}, OverlapBy: 1},
		"the key is not unique": {Column: "id", Key: []string{"customer"}},
		"Overlap without Key":   {Column: "id", OverlapBy: 3},
		"Column is empty":       {},
		"not both":              {Column: "id", Key: []string{"id"}, OverlapBy: 3, Overlap: 1},
		"must not be negative":  {Column: "id", FullEvery: -1},
	} {
		_, err := try(t.Context(), with{Definitions: []matview.Definition{recent(i)}, Setup: orders})
		require.ErrorContains(t, err, fault)
	}
	unsigned := recent(matview.Incremental{Column: "id", Key: []string{"id"}, OverlapBy: 20})
	unsigned.SQL = "SELECT CAST(id AS UINTEGER) AS id FROM orders"
	_, err := try(t.Context(), with{Definitions: []matview.Definition{unsigned}, Setup: orders})
	require.ErrorContains(t, err, "below zero")
	store := open(t, with{Definitions: []matview.Definition{recent(matview.Incremental{Column: "id", Key: []string{"id"}})}, Setup: orders})
	execute(t, store.SQL(), "INSERT INTO orders VALUES (20, 'a', 1, now()), (20, 'b', 1, now())")
	require.ErrorContains(t, store.Refresh(t.Context()), "the key is not unique")
	require.EqualValues(t, 10, number(t, store.SQL(), "SELECT count(*) FROM recent"))
	require.Equal(t, "9", store.View("recent").Status().Watermark, "what was refused is read again")
	execute(t, store.SQL(), "DELETE FROM orders WHERE customer = 'b'")
	require.NoError(t, store.Refresh(t.Context()))
	require.EqualValues(t, 11, number(t, store.SQL(), "SELECT count(*) FROM recent"))
}

// TestFullEvery: from time to time everything is read, also what vanished.
func TestFullEvery(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := recent(matview.Incremental{Column: "id", FullEvery: time.Hour})
	store := open(t, with{Definitions: []matview.Definition{d}, Setup: orders, Now: at.Now})
	execute(t, store.SQL(), "DELETE FROM orders WHERE id < 5")
	at.now = at.now.Add(59 * time.Minute)
	require.NoError(t, store.Refresh(t.Context()))
	require.EqualValues(t, 10, number(t, store.SQL(), "SELECT count(*) FROM recent"))
	at.now = at.now.Add(time.Minute)
	require.NoError(t, store.Refresh(t.Context()))
	require.EqualValues(t, 5, number(t, store.SQL(), "SELECT count(*) FROM recent"))
	require.Equal(t, at.now, store.View("recent").Status().Full)
}

// TestColumnsChanged: a source that has another column is read from the beginning.
func TestColumnsChanged(t *testing.T) {
	t.Parallel()
	d := recent(matview.Incremental{Column: "id"})
	d.SQL = "SELECT * FROM orders"
	store := open(t, with{Definitions: []matview.Definition{d}, Setup: orders})
	execute(t, store.SQL(), "ALTER TABLE orders ADD COLUMN note VARCHAR DEFAULT 'none'")
	require.NoError(t, store.Refresh(t.Context()))
	require.EqualValues(t, 10, number(t, store.SQL(), "SELECT count(note) FROM recent"))
}

// TestWatermarkTypes: every type of a watermark goes to this database and to another, and comes back, without loss.
func TestWatermarkTypes(t *testing.T) {
	t.Parallel()
	for kind, values := range map[string][3]string{
		"TINYINT": {"-128", "1", "127"}, "UTINYINT": {"0", "254", "255"}, "SMALLINT": {"1", "32766", "32767"}, "USMALLINT": {"1", "65534", "65535"},
		"INTEGER": {"1", "2147483646", "2147483647"}, "UINTEGER": {"1", "4294967294", "4294967295"}, "BIGINT": {"1", "9223372036854775806", "9223372036854775807"},
		"UBIGINT": {"1", "18446744073709551614", "18446744073709551615"}, "HUGEINT": {"1", "170141183460469231731687303715884105726", "170141183460469231731687303715884105727"},
		"UHUGEINT":      {"1", "340282366920938463463374607431768211454", "340282366920938463463374607431768211455"},
		"DECIMAL(38,9)": {"1", "12345678901234567890123456789.000000001", "12345678901234567890123456789.000000002"},
		"DATE":          {"2026-01-01", "2026-01-02", "2026-01-03"}, "TIMESTAMP": {"2026-01-01", "2026-01-02 00:00:00.000001", "2026-01-02 00:00:00.000002"},
		"TIMESTAMPTZ": {"2026-01-01", "2026-01-02 00:00:00.000001+02", "2026-01-02 00:00:00.000002+02"},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			setup := func(ctx context.Context, db *sql.DB) error {
				_, err := db.ExecContext(ctx, "CREATE TABLE rows AS SELECT CAST(unnest(['"+values[0]+"', '"+values[1]+"']) AS "+kind+") AS v")
				return err
			}
			source := open(t, with{Setup: setup})
			incremental := &matview.Incremental{Column: "v"}
			store := open(t, with{Setup: setup, Definitions: []matview.Definition{
				{Name: "own", SQL: "SELECT v FROM rows", Incremental: incremental}, {Name: "other", SQL: "SELECT v FROM rows", Incremental: incremental, Source: &matview.Source{System: "duck", DB: source.SQL()}},
			}})
			for _, db := range []*sql.DB{source.SQL(), store.SQL()} {
				execute(t, db, "INSERT INTO rows VALUES ('"+values[2]+"')")
				execute(t, db, "DELETE FROM rows WHERE v < '"+values[1]+"'")
			}
			require.NoError(t, store.Refresh(t.Context()))
			for _, view := range []string{"own", "other"} {
				require.EqualValues(t, 3, number(t, store.SQL(), "SELECT count(DISTINCT v) FROM "+view), view)
				require.EqualValues(t, 3, number(t, store.SQL(), "SELECT count(*) FROM "+view), view)
				require.NotEqual(t, store.View(view).Status().Full, store.View(view).Status().AsOf, "only what is new was read")
			}
		})
	}
}
