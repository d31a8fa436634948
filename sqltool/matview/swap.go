package matview

import (
	"context"
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// swap puts the staged version where readers look, and its state beside it, in one transaction: a reader sees the old version or the new
// one, and so does whoever opens the file after a crash. Indexes are built in it as well, so that a version that breaks a unique one never
// is seen. If nothing changed, only the state is written.
func (r *refresh) swap(ctx context.Context, changed bool) error {
	s, v := r.view.store, r.view
	s.swapping.Lock()
	defer s.swapping.Unlock()
	if err := ctx.Err(); err != nil {
		return plain("swap", err)
	}
	kind, err := s.kindOf(ctx, r.conn, v.name)
	if err != nil {
		return plain("look for the old version", err)
	}
	tx, err := r.conn.BeginTx(ctx, nil)
	if err != nil {
		return plain("begin the swap", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	r.next.tried = s.opts.Now()
	if changed {
		r.next.built = r.next.tried
		for _, statement := range r.statements(kind) {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return plain("swap the new version in", err)
			}
		}
	} else {
		r.next.built, r.next.version, r.next.rows = r.old.built, r.old.version, r.old.rows
	}
	if err := writeState(ctx, tx, v.name, &r.next); err != nil {
		return plain("keep the state", err)
	}
	if err := tx.Commit(); err != nil {
		return plain("commit the swap", err)
	}
	v.mu.Lock()
	v.state = r.next
	v.mu.Unlock()
	return nil
}

// statements make the version visible, where something of kind stood before. The rows are copied: DuckDB cannot move a table to another
// schema, and rows that were not checked must not stand in the one that readers know.
func (r *refresh) statements(kind string) []string {
	d, s := r.view.definition, r.view.store
	public := sqltext.Identifier(s.opts.Schema) + "." + sqltext.Identifier(d.Name)
	if d.Kind == Virtual {
		var list []string
		if kind == "TABLE" {
			list = append(list, "DROP TABLE "+public)
		}
		return append(list, "CREATE OR REPLACE VIEW "+public+" AS "+d.SQL)
	}
	var list []string
	if kind == "VIEW" {
		list = append(list, "DROP VIEW "+public)
	}
	list = append(list, "CREATE OR REPLACE TABLE "+public+" AS FROM "+private+"."+sqltext.Identifier(r.staged))
	for i, index := range d.Indexes {
		unique := ""
		if index.Unique {
			unique = "UNIQUE "
		}
		list = append(list, fmt.Sprintf("CREATE %sINDEX %s ON %s (%s)", unique, sqltext.Identifier(strings.Join([]string{d.Name, "index", fmt.Sprint(i + 1)}, "_")), public, names(index.Columns)))
	}
	return list
}
