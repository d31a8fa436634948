package contract_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// TestHostileNames: whatever a table and its columns are called, they are named and nothing else.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	names := []string{
		`order`, `Two Words`, `a"b`, `a";DROP TABLE victim;--`, `'`, `a.b`, `"`, `""`, `$1`, `?`, `:x`, `naïve ☃`, `a/*b`, `--`, "new\nline", `\`, `%s`, `mcpgov parent`, `child`,
	}
	everywhere(t, func(t *testing.T, db database) {
		t.Helper()
		quote := func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
		db.run(`CREATE TABLE victim (id INTEGER)`, `INSERT INTO victim VALUES (1), (7)`)
		for i, name := range names {
			if db.dialect == contract.Generic && strings.ContainsAny(name, "?") {
				continue // its parameters are the driver's business
			}
			column := names[(i+5)%len(names)]
			db.run(fmt.Sprintf("CREATE TABLE %s (%s INTEGER, seen VARCHAR(20))", quote(name), quote(column)),
				fmt.Sprintf("INSERT INTO %s VALUES (1, 'x'), (1, NULL), (NULL, 'x'), (9, 'y')", quote(name)))
			results := db.verify(contract.Contract{
				Name: "c", Table: name, Key: []string{column}, Closed: true,
				Columns: []contract.Column{{Name: column, NotNull: true, Unique: true, Range: &contract.Range{Min: 2}, Accepted: []any{1, 9}}, {Name: "seen"}},
				Checks: []contract.Check{
					{Name: "refers", Kind: contract.References, Columns: []string{column}, References: &contract.Reference{Table: "victim", Columns: []string{"id"}}},
					{Name: "itself", Kind: contract.References, Columns: []string{column}, References: &contract.Reference{Table: name, Columns: []string{column}}},
					{Name: "pair", Kind: contract.Unique, Columns: []string{column, "seen"}, Where: "seen IS NOT NULL"},
					{Name: "many", Kind: contract.Measure, Measure: contract.Distinct, Columns: []string{column}, Range: &contract.Range{Min: 2, Max: 2}},
				},
			})
			count := func(check string) int64 {
				result, ok := results["c/"+check]
				require.True(t, ok, check)
				require.NotEqual(t, contract.Errored, result.Status, "%q.%q %s: %v", name, column, check, result.Err())
				return result.Failures
			}
			require.Equal(t, int64(1), count("not_null("+column+")"), name)
			require.Equal(t, int64(1), count("unique("+column+")"), name)
			require.Equal(t, int64(2), count("range("+column+")"), name)
			require.Equal(t, int64(0), count("accepted("+column+")"), name)
			require.Equal(t, int64(1), count("refers"), name)
			require.Equal(t, int64(0), count("itself"), name)
			require.Equal(t, int64(0), count("pair"), name)
			require.Equal(t, int64(0), count("many"), name)
			require.Equal(t, [][]string{{"9"}}, results["c/refers"].Samples, "%q.%q", name, column)
			require.Equal(t, [][]string{{"NULL"}}, results["c/not_null("+column+")"].Samples)
			require.Equal(t, [][]string{{"1"}, {"1"}}, results["c/unique("+column+")"].Samples)
		}
		require.Equal(t, int64(0), db.verify(contract.Contract{Table: "victim", Checks: []contract.Check{{Kind: contract.Rows, Range: &contract.Range{Min: 2, Max: 2}}}})["victim/rows"].Failures)
	})
}

// TestReadOnly: SQL in a contract changes nothing, whatever it tries, and the connection is fit for others afterwards.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, db database) {
		t.Helper()
		db.SetMaxOpenConns(1)
		db.run("CREATE TABLE victim (id INTEGER)", "INSERT INTO victim VALUES (1)")
		attempts := []string{
			"INSERT INTO victim VALUES (2)",
			"DELETE FROM victim RETURNING id",
			"WITH x AS (DELETE FROM victim RETURNING id) SELECT * FROM x",
			"SELECT 1; DELETE FROM victim",
			"SELECT 1) AS x; DELETE FROM victim; SELECT COUNT(*) FROM (SELECT 1",
			"SELECT 1) AS x; COMMIT; DELETE FROM victim; SELECT COUNT(*) FROM (SELECT 1",
		}
		if db.dialect == contract.Postgres {
			db.run(`CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM victim; RETURN 1; END $$`, "CREATE SEQUENCE s")
			attempts = append(attempts, "SELECT wipe()", "SELECT nextval('s')", "SELECT set_config('transaction_read_only', 'off', true), wipe()")
		}
		for _, counts := range []bool{true, false} {
			for _, attempt := range attempts {
				if db.dialect == contract.Generic && strings.Contains(attempt, ";") {
					continue // the driver alone knows
				}
				set := contract.Set{Contracts: []contract.Contract{{Table: "victim", Checks: []contract.Check{{Name: "x", Kind: contract.SQL, SQL: attempt, Counts: counts}}}}}
				report, err := contract.Verify(t.Context(), db.DB, set, contract.Options{Dialect: db.dialect})
				require.Equal(t, strings.Contains(attempt, ";"), err != nil, attempt)
				require.True(t, err != nil || len(report.Broken()) == 1, attempt)
				var n int
				require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM victim").Scan(&n))
				require.Equal(t, 1, n, attempt)
			}
		}
		db.run("INSERT INTO victim VALUES (3)") // others may write
	})
}

// TestTimeout: a query that takes too long is a failure, ends, and gives its connection back.
func TestTimeout(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, db database) {
		t.Helper()
		db.SetMaxOpenConns(1)
		db.run("CREATE TABLE small (id INTEGER)", "INSERT INTO small VALUES (1)")
		slow := "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 2000000000) SELECT n FROM r WHERE n < 0"
		if db.dialect == contract.DuckDB {
			slow = "SELECT a.range FROM range(10000000) a, range(10000000) b WHERE a.range + b.range < 0"
		}
		set := contract.Set{Contracts: []contract.Contract{{Table: "small", Checks: []contract.Check{
			{Name: "slow", Kind: contract.SQL, SQL: slow}, {Name: "quick", Kind: contract.NotNull, Columns: []string{"id"}},
		}}}}
		report, err := contract.Verify(t.Context(), db.DB, set, contract.Options{Dialect: db.dialect, QueryTimeout: 2 * time.Second})
		require.NoError(t, err)
		results := report.Contracts[0].Results
		require.Equal(t, contract.Errored, results[0].Status)
		require.Equal(t, "it could not be run: time was up", results[0].Message, "%v", results[0].Err())
		require.Equal(t, contract.Passed, results[1].Status, "%v", results[1].Err())
		db.run("INSERT INTO small VALUES (2)")

		report, err = contract.Verify(t.Context(), db.DB, set, contract.Options{Dialect: db.dialect, Timeout: time.Nanosecond})
		require.NoError(t, err)
		for _, result := range report.Contracts[0].Results {
			require.Equal(t, contract.Errored, result.Status)
		}
	})
}

// TestErrorsHoldNoValues: what a database says of a value stays with operators, and a check that cannot be run takes no other down.
func TestErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, db database) {
		t.Helper()
		db.run("CREATE TABLE people (id INTEGER, ssn VARCHAR(20))", "INSERT INTO people VALUES (1, 'canary-4711')")
		results := db.verify(contract.Contract{Table: "people", Columns: []contract.Column{{Name: "id", NotNull: true, Type: "integer"}, {Name: "ssn", Type: "date"}}, Checks: []contract.Check{
			{Name: "cast", Kind: contract.Condition, SQL: "CAST(CAST(ssn AS VARCHAR(20)) AS INTEGER) > 0", Severity: contract.Warning},
			{Name: "fresh", Kind: contract.Fresh, Columns: []string{"ssn"}, MaxAge: time.Hour},
			{Name: "syntax", Kind: contract.Condition, SQL: "id >"},
			{Name: "absent", Kind: contract.NotNull, Columns: []string{"idd"}},
			{Name: "twocolumns", Kind: contract.SQL, Counts: true, SQL: "SELECT id, ssn FROM people"},
			{Name: "nocount", Kind: contract.SQL, Counts: true, SQL: "SELECT ssn FROM people"},
			{Name: "negative", Kind: contract.SQL, Counts: true, SQL: "SELECT -1"},
			{Name: "null", Kind: contract.SQL, Counts: true, SQL: "SELECT NULL"},
			{Name: "norow", Kind: contract.SQL, Counts: true, SQL: "SELECT id FROM people WHERE id > 5"},
			{Name: "tworows", Kind: contract.SQL, Counts: true, SQL: "SELECT 0 UNION ALL SELECT 0"},
			{Name: "parent", Kind: contract.References, Columns: []string{"id"}, References: &contract.Reference{Table: "nowhere", Columns: []string{"id"}}},
		}})
		for name, result := range results {
			require.NotContains(t, result.Message, "canary")
			switch strings.TrimPrefix(name, "people/") {
			case "column(id)", "not_null(id)":
				require.Equal(t, contract.Passed, result.Status, name)
			case "column(ssn)":
				require.Equal(t, contract.Failed, result.Status, name)
				require.Contains(t, strings.ToLower(result.Message), "not date")
			case "cast":
				if db.dialect == contract.DuckDB || db.dialect == contract.Postgres { // SQLite takes it for 0
					require.Equal(t, contract.Errored, result.Status, name)
					require.ErrorContains(t, result.Err(), "canary")
				}
			case "absent":
				require.Equal(t, `there is no column idd (did you mean "id"?)`, result.Message)
			default:
				require.Equal(t, contract.Errored, result.Status, "%s: %s", name, result.Message)
			}
		}
		missing := db.verify(contract.Contract{Table: "no such", Columns: []contract.Column{{Name: "id", NotNull: true}}})
		require.Len(t, missing, 2)
		for _, result := range missing {
			require.Equal(t, contract.Errored, result.Status)
			require.Contains(t, result.Message, "the table is not there, or cannot be read")
		}
	})
}
