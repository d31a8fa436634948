package dbt

import (
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// check turns a test into a check; ok is false where the test is not known. What its arguments say otherwise is a fault of the test.
func (p *Project) check(t *test) (c contract.Check, ok bool) {
	switch t.pack {
	case "", "dbt":
		c, ok = p.core(t)
	case "dbt_utils":
		c, ok = p.utils(t)
	case "dbt_expectations":
		c, ok = p.expectation(t)
	}
	if !ok {
		return c, false
	}
	t.configure(&c)
	if left := t.left(); left != "" {
		t.wrong("arguments %s", left)
	}
	c.Name = t.title
	return c, true
}

// core are the tests that come with dbt.
func (p *Project) core(t *test) (contract.Check, bool) {
	switch t.name {
	case "not_null":
		return contract.Check{Kind: contract.NotNull, Columns: t.at()}, true
	case "unique":
		return contract.Check{Kind: contract.Unique, Columns: t.at()}, true
	case "accepted_values":
		return contract.Check{Kind: contract.Accepted, Columns: t.at(), Values: t.values("values", "quote")}, true
	case "relationships":
		return contract.Check{Kind: contract.References, Columns: t.at(), References: p.reference(t)}, true
	}
	return contract.Check{}, false
}

// reference is the column a relationship leads to.
func (p *Project) reference(t *test) *contract.Reference {
	to := t.arg("to")
	field := t.text("field")
	call, _ := to.(string)
	parent := p.find(call)
	switch {
	case parent == nil:
		t.wrong("what it leads to, %q, is not one known table", call)
		return &contract.Reference{}
	case parent.ephemeral:
		t.wrong("what it leads to, %s, is no table", parent.name)
	case field == "":
		t.wrong("argument field is missing")
	}
	at := parent.contract
	return &contract.Reference{Database: at.Database, Schema: at.Schema, Table: at.Table, Columns: []string{unquoted(field)}}
}

// values reads a list of values. dbt writes them in quotes unless told otherwise; they then are SQL, of which constants are understood.
func (t *test) values(name, quote string) []any {
	values := t.list(name)
	quotes := t.flag(quote, true)
	for _, v := range values {
		if text, ok := v.(string); ok && !quotes && !constant.MatchString(text) {
			t.wrong("argument %s holds SQL expressions", name)
		}
		if v == nil {
			t.wrong("argument %s holds null", name)
		}
	}
	return values
}

// utils are the tests of the package dbt_utils that look at one table.
func (p *Project) utils(t *test) (contract.Check, bool) {
	switch t.name {
	case "unique_combination_of_columns":
		t.flag("quote_columns", false)
		return contract.Check{Kind: contract.Unique, Columns: t.names("combination_of_columns")}, true
	case "expression_is_true":
		return t.expression(), true
	case "not_empty_string":
		column := sqltext.Identifier(t.at()[0])
		if t.flag("trim_whitespace", true) {
			column = "trim(" + column + ")"
		}
		return contract.Check{Kind: contract.Condition, SQL: "(" + column + " = '') IS NOT TRUE"}, true
	case "accepted_range":
		return contract.Check{Kind: contract.InRange, Columns: t.at(), Range: t.bounds("min_value", "max_value", !t.flag("inclusive", true))}, true
	case "positive_values": // no test of the package, but of its users
		return contract.Check{Kind: contract.InRange, Columns: t.at(), Range: &contract.Range{Min: 0}}, true
	case "not_null_proportion":
		return contract.Check{Kind: contract.Measure, Measure: contract.Filled, Columns: t.at(), Range: t.bounds("at_least", "at_most", false)}, true
	case "at_least_one":
		return contract.Check{Kind: contract.Measure, Measure: contract.Distinct, Columns: t.at(), Range: &contract.Range{Min: 1}}, true
	case "not_constant":
		return contract.Check{Kind: contract.Measure, Measure: contract.Distinct, Columns: t.at(), Range: &contract.Range{Min: 2}}, true
	case "not_accepted_values":
		return contract.Check{Kind: contract.Rejected, Columns: t.at(), Values: t.values("values", "quote")}, true
	case "relationships_where":
		c := contract.Check{Kind: contract.References, Columns: t.at(), References: p.reference(t), Where: plainTrue(t.text("from_condition"))}
		c.References.Where = plainTrue(t.text("to_condition"))
		return c, true
	case "recency":
		return t.recency("field"), true
	}
	return contract.Check{}, false
}

// plainTrue drops the conditions that say nothing.
func plainTrue(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1=1", "1 = 1", "true":
		return ""
	}
	return text
}

// expression is a condition on a row; dbt lets NULL pass. Below a column the expression goes on behind the column's name.
func (t *test) expression() contract.Check {
	expression := t.text("expression")
	if expression == "" {
		t.wrong("argument expression is missing")
	}
	column := t.text("column_name")
	if column == "" {
		column = t.column
	}
	if column != "" {
		expression = sqltext.Identifier(unquoted(column)) + " " + expression
	}
	if err := whole(expression); err != nil {
		t.wrong("argument expression: %w", err)
	}
	where := t.text("row_condition")
	if where == "" {
		where = plainTrue(t.text("condition"))
	}
	return contract.Check{Kind: contract.Condition, SQL: "(\n" + expression + "\n) IS NOT FALSE", Where: where}
}

// recency is the age of the newest time in a field.
func (t *test) recency(field string) contract.Check {
	c := contract.Check{Kind: contract.Fresh}
	name := t.text(field)
	if name == "" {
		name = t.column
	}
	if name == "" {
		t.wrong("argument %s is missing", field)
	}
	timed(&c, unquoted(name))
	t.flag("ignore_time_component", false)
	c.MaxAge = t.age(t.text("datepart"), t.text("interval"))
	return c
}

// age is a number of periods.
func (t *test) age(period, count string) time.Duration {
	d, err := duration(period, count)
	if err != nil {
		t.wrong("its age: %w", err)
	}
	return d
}
