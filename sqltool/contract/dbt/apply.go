package dbt

import (
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// apply puts a test into the contracts of the tables it is about, or reports it.
func (p *Project) apply(t *test, tables ...*table) {
	if t.conf.Enabled != nil && !*t.conf.Enabled {
		return // switched off in the project
	}
	var there []*table
	for _, one := range tables {
		if one != nil && !one.ephemeral {
			there = append(there, one)
		}
	}
	if len(there) == 0 {
		p.report(t.where, "it is about no table that is known and there")
		return
	}
	if len(there) == 1 && (t.column != "" || t.args["column_name"] != nil) {
		if done := t.columnTest(there[0]); done {
			return
		}
	}
	var c contract.Check
	ok := false
	if len(there) == 1 {
		c, ok = p.check(t)
	}
	if ok && t.fault == nil {
		t.fault = valid(c)
	}
	if !ok || t.fault != nil {
		c, ok = t.compiled()
		if ok {
			t.fault = valid(c)
		}
	}
	switch {
	case t.fault != nil:
		p.report(t.where, "%v", t.fault)
	case !ok:
		p.report(t.where, "the test %s is not known, and the manifest does not hold its SQL: run dbt compile", t.kind())
	default:
		for _, one := range there {
			one.contract.Checks = append(one.contract.Checks, c)
		}
	}
}

// kind is what the project calls the test.
func (t *test) kind() string {
	if t.pack == "" {
		return t.name
	}
	return t.pack + "." + t.name
}

// valid asks whether a check has faults of its own, such as a pattern that databases read differently.
func valid(c contract.Check) error {
	err := contract.Validate(contract.Set{Contracts: []contract.Contract{{Table: "t", Checks: []contract.Check{c}}}})
	if err != nil {
		return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), "data contracts: contract 1 (t): ", "")) //nolint:err113 // the place is told by the caller
	}
	return nil
}

// whole refuses SQL that would reach beyond the brackets it is put in.
func whole(text string) error {
	return valid(contract.Check{Name: "it", Kind: contract.Condition, SQL: text})
}

// columnTest handles the tests that say that a column is there; done is false for all others.
func (t *test) columnTest(one *table) (done bool) {
	if t.pack != "dbt_expectations" || t.conf.Where != "" {
		return false
	}
	column := contract.Column{Name: t.at()[0]}
	switch t.name {
	case "expect_column_to_exist":
	case "expect_column_values_to_be_of_type":
		column.Type = t.text("column_type")
	default:
		return false
	}
	if t.left() != "" || t.fault != nil {
		return false
	}
	for i := range one.contract.Columns {
		if had := &one.contract.Columns[i]; had.Name == column.Name {
			if had.Type == "" {
				had.Type = column.Type
			}
			return had.Type == column.Type || column.Type == ""
		}
	}
	one.contract.Columns = append(one.contract.Columns, column)
	return true
}

// compiled is the test as the SQL that dbt made of it. It says all but the thresholds.
func (t *test) compiled() (contract.Check, bool) {
	if strings.TrimSpace(t.sql) == "" || templated(t.sql) {
		return contract.Check{}, false
	}
	t.fault = nil
	c := contract.Check{Name: t.title, Kind: contract.SQL, SQL: t.sql}
	where := t.conf.Where
	t.conf.Where = "" // stands in the SQL already
	t.configure(&c)
	t.conf.Where = where
	return c, t.fault == nil
}
