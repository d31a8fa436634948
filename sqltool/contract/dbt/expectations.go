package dbt

import (
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// expectation are the tests of the package dbt_expectations that look at one table, value by value or as a whole.
func (p *Project) expectation(t *test) (contract.Check, bool) {
	c := contract.Check{Where: t.text("row_condition")}
	switch t.name {
	case "expect_column_values_to_be_null":
		c.Kind, c.SQL = contract.Condition, sqltext.Identifier(t.at()[0])+" IS NULL"
	case "expect_column_values_to_not_be_null":
		c.Kind, c.Columns = contract.NotNull, t.at()
	case "expect_column_values_to_be_unique":
		c.Kind, c.Columns = contract.Unique, t.at()
	case "expect_compound_columns_to_be_unique":
		c.Kind, c.Columns = contract.Unique, t.names("column_list")
		t.flag("quote_columns", false)
		if ignore := t.text("ignore_row_if"); ignore != "" && ignore != "all_values_are_missing" {
			t.wrong("argument ignore_row_if is %q", ignore)
		}
	case "expect_column_values_to_be_between":
		c.Kind, c.Columns, c.Range = contract.InRange, t.at(), t.between()
	case "expect_column_values_to_be_in_set":
		c.Kind, c.Columns, c.Values = contract.Accepted, t.at(), t.values("value_set", "quote_values")
	case "expect_column_values_to_not_be_in_set":
		c.Kind, c.Columns, c.Values = contract.Rejected, t.at(), t.values("value_set", "quote_values")
	case "expect_column_value_lengths_to_be_between":
		c.Kind, c.Columns, c.Range = contract.Length, t.at(), t.between()
	case "expect_column_value_lengths_to_equal":
		c.Kind, c.Columns, c.Range = contract.Length, t.at(), t.equal()
	case "expect_column_values_to_match_regex":
		c.Kind, c.Columns, c.Pattern = contract.Pattern, t.at(), t.text("regex")
		t.flag("is_raw", false)
		if t.text("flags") != "" {
			t.wrong("argument flags")
		}
		if c.Pattern == "" {
			t.wrong("argument regex is missing")
		}
	case "expect_column_pair_values_A_to_be_greater_than_B":
		operator := " > "
		if t.flag("or_equal", false) {
			operator = " >= "
		}
		c.Kind, c.SQL = contract.Condition, "("+sqltext.Identifier(t.text("column_A"))+operator+sqltext.Identifier(t.text("column_B"))+") IS NOT FALSE"
	case "expression_is_true":
		return t.expression(), true
	case "expect_row_values_to_have_recent_data":
		where := c.Where
		c = t.recency("column_name")
		c.Where = where
	default:
		return t.overall(c)
	}
	return c, true
}

// overall are the expectations that measure a table or a column.
func (t *test) overall(c contract.Check) (contract.Check, bool) {
	measures := map[string]contract.Aggregate{
		"expect_column_min_to_be_between": contract.Least, "expect_column_max_to_be_between": contract.Greatest,
		"expect_column_mean_to_be_between": contract.Mean, "expect_column_sum_to_be_between": contract.Sum,
		"expect_column_unique_value_count_to_be_between": contract.Distinct, "expect_column_distinct_count_to_equal": contract.Distinct,
	}
	switch measure, ok := measures[t.name]; {
	case ok:
		c.Kind, c.Measure, c.Columns = contract.Measure, measure, t.at()
	case strings.HasPrefix(t.name, "expect_table_row_count_to_"):
		c.Kind = contract.Rows
	default:
		return c, false
	}
	if strings.HasSuffix(t.name, "_to_equal") {
		c.Range = t.equal()
	} else if strings.HasSuffix(t.name, "_to_be_between") {
		c.Range = t.between()
	} else {
		return c, false
	}
	return c, true
}

// between is a range as this package writes it.
func (t *test) between() *contract.Range {
	return t.bounds("min_value", "max_value", t.flag("strictly", false))
}

// equal is a range of one value.
func (t *test) equal() *contract.Range {
	v := t.arg("value")
	if err := bound(v); err != nil || v == nil {
		t.wrong("argument value is no number")
	}
	return &contract.Range{Min: v, Max: v}
}
