package dbt

import (
	"strings"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// column is a column as both forms write it.
type column struct {
	Name        string       `json:"name"`
	Description string       `json:"description"`
	DataType    string       `json:"data_type"`
	Constraints []constraint `json:"constraints"`
}

// constraint is one of an enforced contract.
type constraint struct {
	Type       string   `json:"type"       yaml:"type"`
	Columns    []string `json:"columns"    yaml:"columns"`
	Expression string   `json:"expression" yaml:"expression"`
	To         string   `json:"to"         yaml:"to"`
	ToColumns  []string `json:"to_columns" yaml:"to_columns"`
	Name       string   `json:"name"       yaml:"name"`
}

// enforce turns a contract that dbt enforces into columns and checks.
func (p *Project) enforce(t *table, columns []column, model []constraint) {
	t.contract.Closed = len(columns) > 0
	for _, c := range columns {
		own := contract.Column{Name: c.Name, Type: c.DataType, Description: c.Description}
		for _, k := range c.Constraints {
			switch strings.ToLower(k.Type) {
			case "not_null":
				own.NotNull = true
			case "unique":
				own.Unique = true
			case "primary_key":
				own.NotNull, own.Unique = true, true
			default:
				k.Columns = []string{c.Name}
				p.constrain(t, k)
			}
		}
		t.contract.Columns = append(t.contract.Columns, own)
	}
	for _, k := range model {
		p.constrain(t, k)
	}
}

// constrain turns a constraint of a model, or one that says more than a word, into checks.
func (p *Project) constrain(t *table, k constraint) {
	where := t.file + ": " + t.name + ": constraint " + k.Type
	var checks []contract.Check
	switch strings.ToLower(k.Type) {
	case "not_null":
		checks = []contract.Check{{Kind: contract.NotNull, Columns: k.Columns}}
	case "unique":
		checks = []contract.Check{{Kind: contract.Unique, Columns: k.Columns}}
	case "primary_key":
		checks = []contract.Check{{Kind: contract.NotNull, Columns: k.Columns}, {Kind: contract.Unique, Columns: k.Columns}}
	case "check":
		checks = []contract.Check{{Kind: contract.Condition, SQL: "(\n" + k.Expression + "\n) IS NOT FALSE"}}
		if k.Expression == "" || templated(k.Expression) {
			p.report(where, "its expression is missing, or a template that dbt has still to render")
			return
		}
		if err := whole(k.Expression); err != nil {
			p.report(where, "its expression: %v", err)
			return
		}
	case "foreign_key":
		parent := p.find(k.To)
		if parent == nil || parent.ephemeral {
			p.report(where, "what it leads to is not one known table: write to: and to_columns:")
			return
		}
		at := parent.contract
		checks = []contract.Check{{Kind: contract.References, Columns: k.Columns, References: &contract.Reference{
			Database: at.Database, Schema: at.Schema, Table: at.Table, Columns: k.ToColumns,
		}}}
	default:
		p.report(where, "it is not known")
		return
	}
	for i := range checks {
		if checks[i].Name = k.Name; len(checks) > 1 {
			checks[i].Name = ""
		}
		if err := valid(checks[i]); err != nil {
			p.report(where, "%v", err)
			return
		}
	}
	t.constraints = append(t.constraints, checks...)
}
