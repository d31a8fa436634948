package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// failures returns how many rows each check finds; -1 where it could not be run.
func (d database) failures(table string, checks map[string]contract.Check) map[string]int64 {
	d.t.Helper()
	c := contract.Contract{Name: "c", Table: table}
	for name, check := range checks {
		check.Name = name
		c.Checks = append(c.Checks, check)
	}
	found := map[string]int64{}
	for name, result := range d.verify(c) {
		found[name[len("c/"):]] = result.Failures
		if result.Status == contract.Errored {
			d.t.Log(name, result.Message, result.Err())
			found[name[len("c/"):]] = -1
		}
	}
	return found
}

// TestNoNumbers: what is no number is in no range, whichever bound is open, and measures nothing.
func TestNoNumbers(t *testing.T) {
	t.Parallel()
	checks := map[string]contract.Check{
		"least":    at(contract.InRange, "x", within(contract.Range{Min: 0})),
		"greatest": at(contract.InRange, "x", within(contract.Range{Max: 100})),
		"both":     at(contract.InRange, "x", within(contract.Range{Above: -1, Below: 1e9})),
		"sum":      at(contract.Measure, "x", measured(contract.Sum, contract.Range{Min: 0})),
		"max":      at(contract.Measure, "x", measured(contract.Greatest, contract.Range{Min: 0})),
		"filled":   at(contract.NotNull, "x", nil),
		"unique":   at(contract.Unique, "x", nil),
	}
	want := func() map[string]int64 {
		return map[string]int64{"least": 2, "greatest": 2, "both": 2, "sum": 1, "max": 1, "filled": 1, "unique": 1}
	}
	t.Run("duckdb", func(t *testing.T) {
		t.Parallel()
		db := inMemory(t, contract.DuckDB)
		for _, word := range []string{"DOUBLE", "FLOAT"} {
			db.run("CREATE OR REPLACE TABLE n (x "+word+")", "INSERT INTO n VALUES (1), ('NaN'), ('NaN'), (NULL)")
			require.Equal(t, want(), db.failures("n", checks), word)
			db.run("DELETE FROM n", "INSERT INTO n VALUES ('Infinity'), ('-Infinity'), (NULL)")
			require.Equal(t, map[string]int64{"least": 1, "greatest": 1, "both": 2, "sum": 1, "max": 1, "filled": 1, "unique": 0}, db.failures("n", checks), word)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := postgres(t)
		for _, word := range []string{"float8", "real", "numeric", "numeric(20,2)"} {
			db.run("DROP TABLE IF EXISTS n", "CREATE TABLE n (x "+word+")", "INSERT INTO n VALUES (1), ('NaN'), ('NaN'), (NULL)")
			require.Equal(t, want(), db.failures("n", checks), word)
		}
	})
	t.Run("sqlite", func(t *testing.T) { // a column of numbers holds anything there, and texts are greater than all numbers
		t.Parallel()
		db := inMemory(t, contract.SQLite)
		db.run("CREATE TABLE n (x REAL)", "INSERT INTO n VALUES (1), ('many'), ('many'), (NULL)")
		got := db.failures("n", checks)
		delete(got, "sum") // which takes a text for 0
		require.Subset(t, want(), got)
		require.Len(t, got, len(want())-1)
	})
}

// TestTimes: a time that lies in the future, or is no time, keeps no data fresh.
func TestTimes(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, db database) {
		t.Helper()
		fresh := map[string]contract.Check{"x": at(contract.Fresh, "x", aged(time.Hour))}
		db.run("CREATE TABLE n (x TIMESTAMP)")
		now := time.Now().UTC()
		for _, row := range []struct {
			text string
			want int64
		}{
			{now.Format(time.DateTime), 0},
			{now.Add(-2 * time.Hour).Format(time.DateTime), 1},
			{now.Add(time.Minute).Format(time.DateTime), 0},
			{now.Add(time.Hour).Format(time.DateTime), 1},
			{"2999-12-31 23:59:59", 1},
		} {
			db.run("DELETE FROM n", "INSERT INTO n VALUES ('"+row.text+"')")
			require.Equal(t, row.want, db.failures("n", fresh)["x"], row.text)
		}
		if db.dialect == contract.Postgres {
			db.run("INSERT INTO n VALUES ('infinity')")
			require.NotEqual(t, int64(0), db.failures("n", fresh)["x"])
		}
		if db.dialect == contract.DuckDB || db.dialect == contract.Postgres {
			db.run("CREATE TABLE z (x TIMESTAMP WITH TIME ZONE)", "INSERT INTO z VALUES (CURRENT_TIMESTAMP)")
			require.Equal(t, map[string]int64{"x": 0, "range": 1, "in": 0}, db.failures("z", map[string]contract.Check{
				"x": fresh["x"], "range": at(contract.InRange, "x", within(contract.Range{Max: "2020-01-01T00:00:00+02:00"})),
				"in": at(contract.InRange, "x", within(contract.Range{Min: now.Add(-time.Hour), Max: now.Add(time.Hour)})),
			}))
		}
	})
}

// TestTypes: types are compared by what they mean, and values with columns of every type.
func TestTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialect         contract.Dialect
		has, want, wont string
		value, other    any
	}{
		{contract.DuckDB, "VARCHAR", "text", "integer", "a", "b"},
		{contract.DuckDB, "DECIMAL(10,2)", "numeric(10, 2)", "decimal(12,2)", "1.50", 2},
		{contract.DuckDB, "BIGINT", "int8", "integer", 9007199254740993, int64(9007199254740992)},
		{contract.DuckDB, "HUGEINT", "hugeint", "bigint", 5, 6},
		{contract.DuckDB, "DOUBLE", "double precision", "float", 0.1, 0.2},
		{contract.DuckDB, "FLOAT", "real", "double", 0.5, 0.25},
		{contract.DuckDB, "BOOLEAN", "bool", "varchar", true, false},
		{contract.DuckDB, "DATE", "date", "timestamp", "2020-02-29", "2020-03-01"},
		{contract.DuckDB, "TIMESTAMPTZ", "timestamp with time zone", "timestamp", "2020-02-29T12:00:00Z", "2020-02-29T13:00:00Z"},
		{contract.DuckDB, "UUID", "uuid", "varchar", "6e0f4a34-9a3f-4a1e-8f2e-3a1d6b3b0c11", "6e0f4a34-9a3f-4a1e-8f2e-3a1d6b3b0c12"},
		{contract.DuckDB, "ENUM('on', 'off')", "enum('on', 'off')", "varchar", "on", "off"},
		{contract.Postgres, "text", "varchar", "integer", "a", "b"},
		{contract.Postgres, "varchar(20)", "character varying(20)", "varchar(10)", "a", "it's"},
		{contract.Postgres, "numeric(10,2)", "decimal(10,2)", "decimal(12,2)", "1.50", 2},
		{contract.Postgres, "bigint", "int8", "integer", 9007199254740993, int64(9007199254740992)},
		{contract.Postgres, "smallint", "int2", "integer", "5", 6},
		{contract.Postgres, "float8", "float", "real", 0.1, 0.2},
		{contract.Postgres, "boolean", "bool", "text", "true", false},
		{contract.Postgres, "date", "date", "timestamp", "2020-02-29", "2020-03-01"},
		{contract.Postgres, "timestamptz(3)", "timestamp(3) with time zone", "timestamp", "2020-02-29T12:00:00Z", "2020-02-29T13:00:00Z"},
		{contract.Postgres, "uuid", "uuid", "text", "6e0f4a34-9a3f-4a1e-8f2e-3a1d6b3b0c11", "6e0f4a34-9a3f-4a1e-8f2e-3a1d6b3b0c12"},
		{contract.SQLite, "DECIMAL(10,2)", "decimal(10,2)", "text", "1.50", 2},
		{contract.SQLite, "TEXT", "varchar", "integer", "a", "b"},
		{contract.Generic, "INTEGER", "int", "varchar", 5, 6},
	} {
		t.Run(string(c.dialect)+" "+c.has, func(t *testing.T) {
			t.Parallel()
			var db database
			if c.dialect == contract.Postgres {
				db = postgres(t)
			} else {
				db = inMemory(t, c.dialect)
			}
			db.run("CREATE TABLE n (x "+c.has+")", "CREATE VIEW v AS SELECT * FROM n")
			placeholder := "?"
			if c.dialect == contract.Postgres {
				placeholder = "CAST(CAST($1 AS text) AS " + c.has + ")"
			}
			_, err := db.ExecContext(t.Context(), "INSERT INTO n VALUES ("+placeholder+")", text(c.value))
			require.NoError(t, err)
			results := db.verify(
				contract.Contract{Table: "n", Columns: []contract.Column{{Name: "x", Type: c.want, Accepted: []any{c.value}}}},
				contract.Contract{Table: "v", Columns: []contract.Column{{Name: "x", Type: c.wont, Accepted: []any{c.other}}}},
			)
			require.Equal(t, contract.Passed, results["n/column(x)"].Status, results["n/column(x)"].Message)
			require.Equal(t, contract.Passed, results["n/accepted(x)"].Status, "%v", results["n/accepted(x)"].Err())
			require.Equal(t, contract.Failed, results["v/column(x)"].Status)
			require.Equal(t, contract.Failed, results["v/accepted(x)"].Status, "%v", results["v/accepted(x)"].Err())
		})
	}
}
