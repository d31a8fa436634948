package dbt_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/contract/dbt"
)

// schemaOf reads a model with one test below column c, or below the model.
func schemaOf(t *testing.T, name, args string, column bool) *dbt.Project {
	t.Helper()
	entry := name
	if args != "" {
		entry = "{" + name + ": {" + args + "}}"
	}
	text := "models: [{name: parent}, {name: m, data_tests: [" + entry + "]}]"
	if column {
		text = "models: [{name: parent}, {name: m, columns: [{name: c, data_tests: [" + entry + "]}]}]"
	}
	p, err := dbt.ReadSchema(fstest.MapFS{"s.yml": {Data: []byte(text)}}, dbt.Options{}, "s.yml")
	require.NoError(t, err, text)
	return p
}

// TestGenericTests: each test that is known becomes the check it means, in the old spelling and the new.
func TestGenericTests(t *testing.T) {
	t.Parallel()
	c := []string{"c"}
	ranged := func(kind contract.Kind, r contract.Range) contract.Check {
		return contract.Check{Kind: kind, Columns: c, Range: &r}
	}
	measured := func(a contract.Aggregate, r contract.Range) contract.Check {
		return contract.Check{Kind: contract.Measure, Measure: a, Columns: c, Range: &r}
	}
	parent := &contract.Reference{Table: "parent", Columns: []string{"id"}}
	for _, row := range []struct {
		name, args string
		want       contract.Check
	}{
		{"not_null", "", contract.Check{Kind: contract.NotNull, Columns: c}},
		{"unique", "", contract.Check{Kind: contract.Unique, Columns: c}},
		{"accepted_values", "values: [1, 2], quote: false", contract.Check{Kind: contract.Accepted, Columns: c, Values: []any{1, 2}}},
		{"relationships", "to: ref('parent'), field: id", contract.Check{Kind: contract.References, Columns: c, References: parent}},
		{"dbt_utils.not_empty_string", "trim_whitespace: false", contract.Check{Kind: contract.Condition, SQL: `("c" = '') IS NOT TRUE`}},
		{"dbt_utils.accepted_range", "min_value: 0, max_value: 9.5, inclusive: false", ranged(contract.InRange, contract.Range{Above: 0, Below: 9.5})},
		{"dbt_utils.not_null_proportion", "at_least: 0.95", measured(contract.Filled, contract.Range{Min: 0.95})},
		{"dbt_utils.at_least_one", "", measured(contract.Distinct, contract.Range{Min: 1})},
		{"dbt_utils.not_constant", "", measured(contract.Distinct, contract.Range{Min: 2})},
		{"dbt_utils.positive_values", "", ranged(contract.InRange, contract.Range{Min: 0})},
		{"dbt_utils.not_accepted_values", "values: [x]", contract.Check{Kind: contract.Rejected, Columns: c, Values: []any{"x"}}},
		{"dbt_utils.expression_is_true", "expression: '> 0'", contract.Check{Kind: contract.Condition, SQL: "(\n\"c\" > 0\n) IS NOT FALSE"}},
		{"dbt_utils.recency", "datepart: day, interval: 2", contract.Check{Kind: contract.Fresh, Columns: c, MaxAge: 48 * time.Hour}},
		{
			"dbt_utils.relationships_where", "to: ref('parent'), field: id, from_condition: a > 1, to_condition: 1=1",
			contract.Check{Kind: contract.References, Columns: c, References: parent, Where: "a > 1"},
		},
		{"dbt_expectations.expect_column_values_to_be_null", "", contract.Check{Kind: contract.Condition, SQL: `"c" IS NULL`}},
		{"dbt_expectations.expect_column_values_to_not_be_null", "row_condition: a = 1", contract.Check{Kind: contract.NotNull, Columns: c, Where: "a = 1"}},
		{"dbt_expectations.expect_column_values_to_be_unique", "", contract.Check{Kind: contract.Unique, Columns: c}},
		{"dbt_expectations.expect_column_values_to_be_between", "min_value: 1, max_value: '2020-01-31'", ranged(contract.InRange, contract.Range{Min: 1, Max: "2020-01-31"})},
		{"dbt_expectations.expect_column_values_to_be_in_set", "value_set: [a]", contract.Check{Kind: contract.Accepted, Columns: c, Values: []any{"a"}}},
		{"dbt_expectations.expect_column_values_to_not_be_in_set", "value_set: [a]", contract.Check{Kind: contract.Rejected, Columns: c, Values: []any{"a"}}},
		{"dbt_expectations.expect_column_value_lengths_to_be_between", "min_value: 1, strictly: true", ranged(contract.Length, contract.Range{Above: 1})},
		{"dbt_expectations.expect_column_value_lengths_to_equal", "value: 5", ranged(contract.Length, contract.Range{Min: 5, Max: 5})},
		{"dbt_expectations.expect_column_values_to_match_regex", "regex: '^a'", contract.Check{Kind: contract.Pattern, Columns: c, Pattern: "^a"}},
		{"dbt_expectations.expect_column_mean_to_be_between", "max_value: 3", measured(contract.Mean, contract.Range{Max: 3})},
		{"dbt_expectations.expect_column_distinct_count_to_equal", "value: 3", measured(contract.Distinct, contract.Range{Min: 3, Max: 3})},
		{"dbt_expectations.expect_row_values_to_have_recent_data", "datepart: hours, interval: 3", contract.Check{Kind: contract.Fresh, Columns: c, MaxAge: 3 * time.Hour}},
	} {
		spellings := []string{row.args}
		if row.args != "" {
			spellings = append(spellings, "arguments: {"+row.args+"}")
		}
		for _, args := range spellings {
			p := schemaOf(t, row.name, args, true)
			require.Empty(t, p.NotUnderstood, row.name)
			require.Len(t, p.Contracts, 1, row.name)
			require.Equal(t, []contract.Check{row.want}, p.Contracts[0].Checks, row.name)
		}
	}
	for name, want := range map[string]contract.Check{
		"dbt_utils.unique_combination_of_columns|combination_of_columns: [a, '\"b c\"']": {Kind: contract.Unique, Columns: []string{"a", "b c"}},
		"dbt_expectations.expect_table_row_count_to_equal|value: 7":                      {Kind: contract.Rows, Range: &contract.Range{Min: 7, Max: 7}},
		"dbt_expectations.expect_compound_columns_to_be_unique|column_list: [a, b]":      {Kind: contract.Unique, Columns: []string{"a", "b"}},
		"dbt_expectations.expect_column_pair_values_A_to_be_greater_than_B|column_A: a, column_B: b, or_equal: true": {
			Kind: contract.Condition, SQL: `("a" >= "b") IS NOT FALSE`,
		},
	} {
		name, args, _ := strings.Cut(name, "|")
		p := schemaOf(t, name, args, false)
		require.Empty(t, p.NotUnderstood, name)
		require.Equal(t, []contract.Check{want}, p.Contracts[0].Checks, name)
	}
	p := schemaOf(t, "dbt_expectations.expect_column_values_to_be_of_type", "column_type: integer", true)
	require.Equal(t, []contract.Column{{Name: "c", Type: "integer"}}, p.Contracts[0].Columns)
}

// TestGenericTestsNotUnderstood: what is not understood to the last word becomes no check, and is named.
func TestGenericTestsNotUnderstood(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"unique_enough|":                                                                      "the test unique_enough is not known",
		"not_null|strictness: 5":                                                              "arguments strictness",
		"accepted_values|values: [a], quote: maybe":                                           "argument quote is no boolean",
		"accepted_values|values: [now()], quote: false":                                       "SQL expressions",
		"accepted_values|values: []":                                                          "argument values is no list",
		"relationships|to: ref('nowhere'), field: id":                                         `"ref('nowhere')", is not one known table`,
		"not_null|where: \"{{ var('x') }}\"":                                                  "still to render",
		"not_null|config: {severity: fatal}":                                                  `its severity is "fatal"`,
		"not_null|config: {fail_calc: sum(n)}":                                                "its fail_calc is sum(n)",
		"not_null|config: {colour: red}":                                                      "its config colour is not known",
		"not_null|error_if: '< 3'":                                                            "neither != 0",
		"dbt_utils.accepted_range|inclusive: true":                                            "neither min_value nor max_value is there",
		"dbt_utils.at_least_one|group_by_columns: [a]":                                        "arguments group_by_columns",
		"dbt_utils.recency|datepart: fortnight, interval: 1":                                  "no period that is understood",
		"dbt_utils.recency|datepart: year, interval: 40000":                                   "no period that is understood",
		"dbt_expectations.expect_column_values_to_match_regex|regex: '(?i)a'":                 "databases read differently",
		"dbt_expectations.expect_column_median_to_be_between|min_value: 1":                    "is not known",
		"dbt_utils.expression_is_true|expression: 'a) or (b'":                                 "closes a bracket",
		"dbt_utils.expression_is_true|expression: '> 0', row_condition: a, where: 'b) or (c'": "closes a bracket",
	} {
		name, args, _ := strings.Cut(entry, "|")
		p := schemaOf(t, name, args, true)
		require.Empty(t, p.Contracts, entry)
		require.Len(t, p.NotUnderstood, 1, entry)
		require.Contains(t, p.NotUnderstood[0], "s.yml: m.c: "+name, entry)
		require.Contains(t, p.NotUnderstood[0], want, entry)
	}
	require.Empty(t, schemaOf(t, "not_null", "enabled: false", true).NotUnderstood)
	require.Empty(t, schemaOf(t, "not_null", "config: {enabled: false}", true).Contracts)
}
