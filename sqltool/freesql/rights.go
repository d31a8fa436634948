package freesql

import (
	"context"
	"strings"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// Rights are what one caller may read. The zero value is all that the Options allow.
type Rights struct {
	// Schemas are those the caller may read, of Options.AllowedSchemas. Nil: all of them; empty: none.
	Schemas []string `json:"schemas"`
	// Tables are those the caller may read, as schema.table. Nil: all; empty: none.
	Tables []string `json:"tables"`
	// Restrict says what the caller sees of a table, by schema.table. A table that is not here is seen whole.
	Restrict map[string]Restriction `json:"restrict,omitempty"`
}

// Restriction is what a caller sees of one table. It holds for aliases, joins, aggregates, expressions and views over the table: the
// statement reads a table that has no other columns and no other rows.
type Restriction struct {
	// Hidden are columns that do not exist for the caller.
	Hidden []string `json:"hidden,omitempty"`
	// Masks are SQL expressions over the table's columns that are seen in place of a column, such as "NULL" or "left(phone, 3)".
	Masks map[string]string `json:"masks,omitempty"`
	// Filter is the SQL condition that visible rows meet, such as "region = $region". "": all rows.
	Filter string `json:"filter,omitempty"`
	// Values are what Filter is told by $name. They become values of the statement, never text of it. A name without a value refuses.
	Values Values `json:"values,omitempty"`
}

// rules are what the checker goes by for a caller.
func (e *engine) rules(ctx context.Context, known *inventory, rights Rights) (check.Rules, error) {
	rules := check.Rules{
		Catalog: e.catalog, Schemas: within(rights.Schemas, e.settings.Schemas), Tables: within(rights.Tables, e.settings.Tables),
		Functions: e.settings.Functions, Defined: known.defined, MaxRows: e.settings.MaxRows,
		Views:   func(name string) (check.View, bool) { v, ok := known.views[name]; return v, ok },
		Definer: map[string]bool{},
	}
	for _, view := range e.settings.Definers {
		rules.Definer[strings.ToLower(view)] = true
	}
	var err error
	rules.Rewrites, err = e.rewrites(ctx, known, rights)
	return rules, err
}

// within is what stands in both lists, as the allowed one writes it, where nil is everything.
func within(asked, allowed []string) []string {
	switch {
	case asked == nil:
		return allowed
	case allowed == nil:
		return asked
	}
	both := []string{}
	for _, name := range allowed {
		if containsFold(asked, name) {
			both = append(both, name)
		}
	}
	return both
}
