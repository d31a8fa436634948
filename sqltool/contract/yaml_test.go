package contract_test

import (
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

func TestParse(t *testing.T) {
	t.Parallel()
	set, err := contract.ParseFS(os.DirFS("testdata"), "*.yml")
	require.NoError(t, err)
	require.Equal(t, contract.Degrade, set.OnBreach)
	require.Len(t, set.Contracts, 2)
	c := set.Contracts[0]
	require.Equal(t, contract.Column{
		Name: "lifetime_value", Type: "decimal(10,2)", Description: "All that was paid, in EUR.", NotNull: true, Range: &contract.Range{Min: 0, Below: 1e6},
	}, c.Columns[1])
	require.Equal(t, 48*time.Hour, c.Checks[0].MaxAge)
	require.Equal(t, "All that was paid, in EUR.", set.Descriptions()[0].Columns["lifetime_value"])
	found, ok := set.Descriptions().Find("MARTS", "customer_360")
	require.True(t, ok)
	require.Equal(t, "One row for each customer.", found.Text)
	_, ok = set.Descriptions().Find("raw", "customer_360")
	require.False(t, ok)

	again, err := yaml.Marshal(set) // what is written out is what was read
	require.NoError(t, err)
	same, err := contract.Parse("again.yml", append([]byte("mcpgov: 1\n"), again...))
	require.NoError(t, err)
	require.Equal(t, set, same)
}

func TestParseFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":          "it is empty",
		"mcpgov: 1": "the set has no contracts",
		"contracts: [{table: t, columns: [{name: a}]}]":                                                                 "write mcpgov: 1 at the top",
		"mcpgov: 2\ncontracts: [{table: t, columns: [{name: a}]}]":                                                      "write mcpgov: 1 at the top",
		"mcpgov: 1\ncontracts: []\n---\na: 1":                                                                           "more than one document",
		"mcpgov: 1\ncontracts:\n  - table: t\n    colums: [{name: a}]":                                                  `f.yml:4:5: unknown key "colums" (did you mean "columns"?)`,
		"mcpgov: 1\ncontracts:\n  - table: t\n    columns: [{name: a, range: {mn: 1}}]":                                 `unknown key "mn" (did you mean "min"?)`,
		"mcpgov: 1\ncontracts:\n  - {table: t, table: u}":                                                               "already defined",
		"mcpgov: 1\nx: &x {table: t}\ncontracts: [*x]":                                                                  "aliases are not read here",
		"mcpgov: 1\ncontracts: [{table: t}]":                                                                            "it checks nothing",
		"mcpgov: 1\non_breach: explode\ncontracts: [{table: t, columns: [{name: a}]}]":                                  `"explode" is no action`,
		"mcpgov: 1\ncontracts: [{columns: [{name: a}]}]":                                                                "table is missing",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a}, {name: a}]}]":                                           "column a stands there twice",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a}]}, {table: T, columns: [{name: a}]}]":                    "there is another of this name",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, accepted: []}]}]":                                        "empty list",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, accepted: [null]}]}]":                                    "not_null",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, accepted: [[1]]}]}]":                                     "write one text, number, boolean or date",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, range: {}}]}]":                                           "the range has no bound",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, range: {min: 3, max: 2}}]}]":                             "the range is empty",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, range: {min: 3, above: 2}}]}]":                           "min and above",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, range: {min: .nan}}]}]":                                  "no number to compare with",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, range: {min: true}}]}]":                                  "boolean",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, length: {min: 2020-01-01}}]}]":                           "no number",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, range: {min: 2021-01-01, max: 2020-01-01}}]}]":           "the range is empty",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, pattern: '('}]}]":                                        "missing closing )",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, pattern: '(?i)a'}]}]":                                    "databases read differently",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, pattern: 'a\\b'}]}]":                                     "databases read differently",
		"mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, pattern: 'a+?'}]}]":                                      "databases read differently",
		"mcpgov: 1\ncontracts: [{table: t, closed: true, checks: [{kind: rows, range: {min: 1}}]}]":                     "names no columns",
		"mcpgov: 1\ncontracts: [{table: t, where: 'a) or (b', columns: [{name: a}]}]":                                   "closes a bracket",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: uniqe, columns: [a]}]}]":                                     `"uniqe" is no kind of check (did you mean "unique"?)`,
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: unique}]}]":                                                  "columns is missing",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: unique, columns: [a], max_age: 1h}]}]":                       "max_age says nothing in a check of kind unique",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: fresh, columns: [a]}]}]":                                     "max_age is missing",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: fresh, columns: [a], max_age: 1h, warn_age: 2h}]}]":          "it would never warn",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: fresh, max_age: 1h}]}]":                                      "write one column, or sql",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: fresh, columns: [a], max_age: 1}]}]":                         "cannot unmarshal",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: rows, columns: [a], range: {min: 1}}]}]":                     "has no columns",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: range, columns: [a, b], range: {min: 1}}]}]":                 "has one column, not 2",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: sql, sql: ' ; '}]}]":                                         "sql holds no statement",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: sql, sql: 'select 1', where: a}]}]":                          "write it into the query",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: sql, sql: 'select 1', severity: fatal}]}]":                   `"fatal" is no severity`,
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: sql, sql: 'select 1', tolerate: -1}]}]":                      "not negative",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: references, columns: [a], references: {table: u}}]}]":        "it names 0 columns, the check 1",
		"mcpgov: 1\ncontracts: [{table: t, checks: [{kind: measure, columns: [a], measure: median, range: {min: 1}}]}]": `"median" is no measure`,
	} {
		_, err := contract.Parse("f.yml", []byte(text))
		require.ErrorContains(t, err, want, text)
	}
	_, err := contract.ParseFS(fstest.MapFS{}, "*.yml")
	require.ErrorContains(t, err, `no file matches "*.yml"`)
	_, err = contract.ParseFS(fstest.MapFS{})
	require.ErrorContains(t, err, "name the files")
	_, err = contract.Verify(t.Context(), nil, contract.Set{}, contract.Options{Samples: -1})
	for _, want := range []string{"is no dialect", "Samples is -1", "the database is nil", "the set has no contracts"} {
		require.ErrorContains(t, err, want)
	}
	_, err = contract.NewGuard(nil, contract.Set{}, contract.GuardOptions{Interval: -5})
	require.ErrorContains(t, err, "field Audit is missing")
	require.ErrorContains(t, err, "Interval is -5ns")
}

// FuzzParse: no text is read as something that cannot be written out and read again, and none brings the reader down.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/marts.yml", "testdata/raw.yml"} {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(string(data))
	}
	f.Add("mcpgov: 1\ncontracts: [{table: t, columns: [{name: a, accepted: [1, x, true, 2020-01-01]}]}]")
	f.Add("mcpgov: 1\nx: &x [*x]\ncontracts: *x")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := contract.Parse("f.yml", []byte(text))
		if err != nil {
			return
		}
		require.NoError(t, contract.Validate(set))
		again, err := yaml.Marshal(set)
		require.NoError(t, err)
		same, err := contract.Parse("again.yml", append([]byte("mcpgov: 1\n"), again...))
		require.NoError(t, err, string(again))
		require.Len(t, same.Contracts, len(set.Contracts))
	})
}
