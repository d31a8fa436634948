package freesql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// inventory is what the database held at some moment: what is told of its tables, and what the checker has to know.
type inventory struct {
	at      time.Time
	tables  []table               // of the allowed schemas, sorted by schema and name
	byName  map[string]*table     // by schema.table in lower case
	views   map[string]check.View // by schema.view in lower case
	defined map[string]bool       // functions and macros the database defines itself
}

// inventoryAge is how old an inventory of a database that can change may be. A view is run as the inventory has it, so a statement always
// does what was checked; it may only be that of some seconds ago.
const inventoryAge = 5 * time.Second

// inventory returns what the database holds.
func (e *engine) inventory(ctx context.Context) (*inventory, error) {
	e.reading.Lock() // whoever comes meanwhile waits for what this one reads
	defer e.reading.Unlock()
	if e.latest != nil && (e.fixed || time.Since(e.latest.at) < inventoryAge) {
		return e.latest, nil
	}
	i := &inventory{at: time.Now(), byName: map[string]*table{}, views: map[string]check.View{}, defined: map[string]bool{}}
	for _, load := range []func(context.Context, *inventory) error{e.loadTables, e.loadColumns, e.loadViews, e.loadFunctions} {
		if err := load(ctx, i); err != nil {
			return nil, fmt.Errorf("read the catalog: %w", err)
		}
	}
	e.latest = i
	return i, nil
}

// inSchemas is a condition and its argument: the schema is one of those allowed.
func (e *engine) inSchemas() string {
	quoted := make([]string, len(e.settings.Schemas))
	for i, schema := range e.settings.Schemas {
		quoted[i] = "'" + strings.ReplaceAll(strings.ToLower(schema), "'", "''") + "'"
	}
	return "database_name = current_database() AND lower(schema_name) IN (" + strings.Join(quoted, ", ") + ")"
}

func (e *engine) loadTables(ctx context.Context, i *inventory) error {
	err := e.each(ctx, `SELECT schema_name, table_name, 'table', coalesce(comment, ''), estimated_size::BIGINT FROM duckdb_tables() WHERE `+e.inSchemas()+`
		UNION ALL SELECT schema_name, view_name, 'view', coalesce(comment, ''), -1 FROM duckdb_views() WHERE NOT internal AND `+e.inSchemas()+`
		ORDER BY 1, 2`, func(rows *sql.Rows) error {
		var t table
		if err := rows.Scan(&t.Schema, &t.Name, &t.Kind, &t.Description, &t.Rows); err != nil {
			return err
		}
		i.tables = append(i.tables, t)
		return nil
	})
	for at := range i.tables {
		i.byName[strings.ToLower(i.tables[at].full())] = &i.tables[at]
	}
	return err
}

func (e *engine) loadColumns(ctx context.Context, i *inventory) error {
	return e.each(ctx, `SELECT schema_name, table_name, column_name, data_type, is_nullable, coalesce(comment, '') FROM duckdb_columns() WHERE `+
		e.inSchemas()+` ORDER BY schema_name, table_name, column_index`, func(rows *sql.Rows) error {
		var schema, name string
		var c tableColumn
		if err := rows.Scan(&schema, &name, &c.Name, &c.Type, &c.Nullable, &c.Description); err != nil {
			return err
		}
		if t := i.byName[strings.ToLower(schema+"."+name)]; t != nil {
			t.Columns = append(t.Columns, c)
		}
		return nil
	})
}

func (e *engine) loadViews(ctx context.Context, i *inventory) error {
	statements := map[string]string{}
	schemas := map[string]string{}
	err := e.each(ctx, `SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal AND `+e.inSchemas(), func(rows *sql.Rows) error {
		var schema, name, text string
		if err := rows.Scan(&schema, &name, &text); err != nil {
			return err
		}
		full := strings.ToLower(schema + "." + name)
		statements[full], schemas[full] = text, schema
		return nil
	})
	if err != nil {
		return err
	}
	for full, text := range statements {
		view := check.View{Schema: schemas[full]} // without a tree the checker refuses it
		if body, columns, err := check.ViewQuery(text); err == nil {
			tree, err := e.serialize(ctx, body)
			if err != nil {
				return fmt.Errorf("view %s: %w", full, err)
			}
			view.Tree, view.Columns = tree, columns
		}
		i.views[full] = view
	}
	return nil
}

func (e *engine) loadFunctions(ctx context.Context, i *inventory) error {
	return e.each(ctx, `SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE NOT internal`, func(rows *sql.Rows) error {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		i.defined[name] = true
		return nil
	})
}

// each runs a statement of this package and reads its rows.
func (e *engine) each(ctx context.Context, statement string, row func(*sql.Rows) error) (err error) {
	rows, err := e.data.SQL().QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
