package freesql

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// catalogFor answers with the tables that a caller may read.
func (e *engine) catalogFor(ctx context.Context, known *inventory, rules check.Rules, rights Rights) reply {
	tables, err := e.readable(ctx, known, rules, rights)
	if err != nil {
		return reply{Refused: unavailable(), Detail: e.detail(err)}
	}
	return reply{Tables: tables}
}

// readable are the tables that a caller may read, as he sees them. Whether a view is one of them, the checker says, as it would of a
// statement that reads the view.
func (e *engine) readable(ctx context.Context, known *inventory, rules check.Rules, rights Rights) ([]table, error) {
	restricted := map[string]Restriction{}
	for name, r := range rights.Restrict {
		restricted[strings.ToLower(name)] = r
	}
	seen := []table{}
	for _, t := range known.tables {
		if !containsFold(rules.Schemas, t.Schema) || rules.Tables != nil && !containsFold(rules.Tables, t.full()) {
			continue
		}
		if r, ok := restricted[strings.ToLower(t.full())]; ok {
			t = t.under(r)
		}
		if t.Kind == "view" && !rules.Definer[strings.ToLower(t.full())] {
			columns, ok, err := e.viewColumns(ctx, t, rules)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			t.Columns = columns
		}
		seen = append(seen, t)
	}
	return seen, nil
}

// under is the table as a restriction leaves it.
func (t table) under(r Restriction) table {
	var columns []tableColumn
	for _, c := range t.Columns {
		if containsFold(r.Hidden, c.Name) {
			continue
		}
		_, c.Masked = r.mask(c.Name)
		columns = append(columns, c)
	}
	t.Columns = columns
	if r.Filter != "" {
		t.Rows = -1 // how many rows there are in all is not his to know
	}
	return t
}

// viewColumns are the columns of a view; false if the caller may not read it. If something beneath is restricted, which columns are left is
// found out by asking for no row of them.
func (e *engine) viewColumns(ctx context.Context, view table, rules check.Rules) (columns []tableColumn, readable bool, err error) {
	tree, err := e.serialize(ctx, "SELECT * FROM "+sqltext.Identifier(view.Schema)+"."+sqltext.Identifier(view.Name)+" LIMIT 0")
	if err != nil {
		return nil, false, err
	}
	checked, err := check.Tree(tree, rules)
	if err != nil {
		return nil, false, nil //nolint:nilerr // the answer is that he may not
	}
	if !slices.ContainsFunc(checked.Tables, func(name string) bool { _, ok := rules.Rewrites[name]; return ok }) {
		return view.Columns, true, nil
	}
	statement, err := e.write(ctx, checked)
	if err != nil {
		return nil, false, err
	}
	result, err := e.run(ctx, statement)
	if err != nil {
		return nil, false, nil //nolint:nilerr // it needs a column that is hidden from him
	}
	for _, c := range result.Columns {
		known := tableColumn{Name: c.Name, Type: c.Type, Nullable: true}
		for _, all := range view.Columns {
			if all.Name == c.Name {
				known = all
			}
		}
		columns = append(columns, known)
	}
	return columns, true, nil
}
