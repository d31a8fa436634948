package freesql

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// rewrites are how the caller's restrictions change what a statement reads. A restriction that does not fit the database is an error: a
// slip in its name must not leave a table unrestricted.
func (e *engine) rewrites(ctx context.Context, known *inventory, rights Rights) (map[string]check.TableView, error) {
	if len(rights.Restrict) == 0 {
		return nil, nil
	}
	all := map[string]check.TableView{}
	for name, r := range rights.Restrict {
		t := known.byName[strings.ToLower(name)]
		if t == nil {
			return nil, fmt.Errorf("the rights restrict %q, and there is no such table in the allowed schemas", name)
		}
		shown, err := e.shown(ctx, t, r)
		if err != nil {
			return nil, fmt.Errorf("the restriction of %s: %w", name, err)
		}
		all[strings.ToLower(name)] = shown
	}
	return all, nil
}

// shown is what a restriction leaves of a table.
func (e *engine) shown(ctx context.Context, t *table, r Restriction) (check.TableView, error) {
	var view check.TableView
	for _, name := range slices.Concat(r.Hidden, slices.Collect(maps.Keys(r.Masks))) {
		if !slices.ContainsFunc(t.Columns, func(c tableColumn) bool { return strings.EqualFold(c.Name, name) }) {
			return view, fmt.Errorf("there is no column %q", name)
		}
	}
	if len(r.Hidden)+len(r.Masks) > 0 {
		view.Columns = []check.Column{} // even if none is left
		for _, c := range t.Columns {
			if containsFold(r.Hidden, c.Name) {
				continue
			}
			column := check.Column{Name: c.Name}
			if mask, ok := r.mask(c.Name); ok {
				var err error
				if column.Mask, err = e.mask(ctx, c.Name, mask); err != nil {
					return view, fmt.Errorf("the mask of %s: %w", c.Name, err)
				}
			}
			view.Columns = append(view.Columns, column)
		}
	} else if r.Filter != "" {
		for _, c := range t.Columns {
			view.Columns = append(view.Columns, check.Column{Name: c.Name})
		}
	}
	if r.Filter == "" {
		return view, nil
	}
	condition, err := e.expression(ctx, r.Filter)
	if err == nil {
		view.Filter, err = check.Bind(condition, r.Values.plain())
	}
	if err != nil {
		return view, fmt.Errorf("the filter: %w", err)
	}
	return view, nil
}

func (e *engine) mask(ctx context.Context, column, mask string) (json.RawMessage, error) {
	if strings.EqualFold(strings.TrimSpace(mask), "null") {
		return check.MaskNull(column), nil // of the column's type
	}
	return e.expression(ctx, mask)
}

// expression is the tree of a trusted expression. Few of them are used again and again.
func (e *engine) expression(ctx context.Context, text string) (json.RawMessage, error) {
	const most = 1000
	e.mu.Lock()
	known, ok := e.expressions[text]
	e.mu.Unlock()
	if ok {
		return known, nil
	}
	tree, err := e.serialize(ctx, "SELECT ("+text+"\n)") // the line ends a comment that the expression may end with
	if err != nil {
		return nil, err
	}
	made, err := check.Expression(tree)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.expressions) >= most {
		clear(e.expressions)
	}
	e.expressions[text] = made
	return made, nil
}

// mask is the mask of a column, however its name is written.
func (r Restriction) mask(column string) (mask string, ok bool) {
	for name, mask := range r.Masks {
		if strings.EqualFold(name, column) {
			return mask, true
		}
	}
	return "", false
}
