package contract

import (
	"fmt"
	"strings"
)

// title is what a contract is called.
func (c *Contract) title() string {
	if c.Name != "" {
		return c.Name
	}
	return dotted(c.Database, c.Schema, c.Table)
}

// dotted joins the parts of a name that are there.
func dotted(parts ...string) string {
	var there []string
	for _, part := range parts {
		if part != "" {
			there = append(there, part)
		}
	}
	return strings.Join(there, ".")
}

// table writes the name of the contract's table in SQL.
func (c *Contract) table() string { return qualified(c.Database, c.Schema, c.Table) }

// expand returns every check of a contract, those that stand in its columns first, each with a name of its own.
func (c *Contract) expand() []Check {
	var checks []Check
	for _, column := range c.Columns {
		checks = append(checks, column.expand()...)
	}
	if c.Closed {
		checks = append(checks, Check{Kind: kindClosed})
	}
	checks = append(checks, c.Checks...)
	taken := map[string]int{}
	for i := range checks {
		if checks[i].Name == "" {
			checks[i].Name = string(checks[i].Kind)
			if len(checks[i].Columns) > 0 {
				checks[i].Name += "(" + strings.Join(checks[i].Columns, ", ") + ")"
			}
			taken[checks[i].Name]++
			if n := taken[checks[i].Name]; n > 1 {
				checks[i].Name += fmt.Sprintf(" #%d", n)
			}
		}
	}
	return checks
}

// expand writes what a column is short for.
func (c *Column) expand() []Check {
	at := []string{c.Name}
	checks := []Check{{Kind: kindColumn, Columns: at, SQL: c.Type}}
	if c.NotNull {
		checks = append(checks, Check{Kind: NotNull, Columns: at})
	}
	if c.Unique {
		checks = append(checks, Check{Kind: Unique, Columns: at})
	}
	if c.Range != nil {
		checks = append(checks, Check{Kind: InRange, Columns: at, Range: c.Range})
	}
	if c.Length != nil {
		checks = append(checks, Check{Kind: Length, Columns: at, Range: c.Length})
	}
	if c.Accepted != nil {
		checks = append(checks, Check{Kind: Accepted, Columns: at, Values: c.Accepted})
	}
	if c.Pattern != "" {
		checks = append(checks, Check{Kind: Pattern, Columns: at, Pattern: c.Pattern})
	}
	if c.References != nil {
		checks = append(checks, Check{Kind: References, Columns: at, References: c.References})
	}
	return checks
}
