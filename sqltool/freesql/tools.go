package freesql

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// Statement is what the tool query takes.
type Statement struct {
	SQL string `json:"sql" jsonschema:"minLength=1,maxLength=16384,description=One SELECT in DuckDB's dialect; tables are named schema.table,example=SELECT count(*) AS orders FROM sales.orders"`
}

// Result is what the tool query gives.
type Result struct {
	Columns   []Column        `json:"columns" jsonschema:"description=The columns of each row\\, in order"`
	Rows      json.RawMessage `json:"rows" jsonschema:"description=A list of rows\\, each the list of its values"`
	RowCount  int             `json:"row_count" jsonschema:"description=How many rows are here"`
	Truncated bool            `json:"truncated" jsonschema:"description=There are more rows: ask for less\\, or for aggregates"`
}

func (x *Explorer) queryTool() mcpgov.Feature {
	spec := x.spec(x.opts.Query, "Query the database", fmt.Sprintf(
		"Runs one read-only SQL SELECT in DuckDB's dialect and returns at most %d rows. Tables are named schema.table, of the schemas %s; "+
			"%s and %s show them. There is nothing to list or describe tables with in SQL, and no way to change data, settings or files.",
		x.opts.MaxRows, strings.Join(x.opts.AllowedSchemas, ", "), x.opts.ListTables.Name, x.opts.DescribeTable.Name))
	spec.Errors = errorSpecs(true)
	if x.opts.Guard != nil {
		spec.Errors = append(spec.Errors, contract.Error())
	}
	return mcpgov.Tool(spec, func(ctx context.Context, in Statement) (Result, error) {
		r, err := x.ask(ctx, in.SQL)
		return Result{Columns: r.Columns, Rows: r.Rows, RowCount: r.RowCount, Truncated: r.Truncated}, err
	})
}

// TableList is what the tool list_tables gives.
type TableList struct {
	Tables []TableEntry `json:"tables" jsonschema:"description=The tables you may read"`
}

// TableEntry is one table of a [TableList].
type TableEntry struct {
	Name        string `json:"name" jsonschema:"description=schema.table\\, as SQL names it"`
	Kind        string `json:"kind" jsonschema:"enum=table,enum=view"`
	Description string `json:"description,omitempty"`
	Rows        *int64 `json:"estimated_rows,omitempty" jsonschema:"description=About how many rows there are\\, if that is known"`
}

func (x *Explorer) listTool() mcpgov.Feature {
	spec := x.spec(x.opts.ListTables, "List tables", "Lists the tables and views that "+x.opts.Query.Name+" may read for you.")
	spec.Errors = errorSpecs(false)
	return mcpgov.Tool(spec, func(ctx context.Context, _ struct{}) (TableList, error) { return x.list(ctx) })
}

func (x *Explorer) list(ctx context.Context) (TableList, error) {
	tables, err := x.tables(ctx)
	list := TableList{Tables: []TableEntry{}}
	for _, t := range tables {
		list.Tables = append(list.Tables, TableEntry{Name: t.full(), Kind: t.Kind, Description: t.Description, Rows: t.rows()})
	}
	return list, err
}

// TableName is what the tool describe_table takes.
type TableName struct {
	Table string `json:"table" jsonschema:"minLength=1,maxLength=512,description=schema.table,example=sales.orders"`
}

// Table is what the tool describe_table gives.
type Table struct {
	Name        string        `json:"name" jsonschema:"description=schema.table\\, as SQL names it"`
	Kind        string        `json:"kind" jsonschema:"enum=table,enum=view"`
	Description string        `json:"description,omitempty"`
	Rows        *int64        `json:"estimated_rows,omitempty" jsonschema:"description=About how many rows there are\\, if that is known"`
	Columns     []TableColumn `json:"columns"`
}

// TableColumn is one column of a [Table].
type TableColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type" jsonschema:"description=In DuckDB's words"`
	Nullable    bool   `json:"nullable"`
	Masked      bool   `json:"masked,omitempty" jsonschema:"description=You see something else in its place"`
	Description string `json:"description,omitempty"`
}

func (x *Explorer) describeTool() mcpgov.Feature {
	spec := x.spec(x.opts.DescribeTable, "Describe a table", "Tells the columns of a table or view that "+x.opts.ListTables.Name+" lists, with their types and meaning.")
	spec.Errors = errorSpecs(false)
	return mcpgov.Tool(spec, func(ctx context.Context, in TableName) (Table, error) { return x.describe(ctx, in.Table) })
}

func (x *Explorer) describe(ctx context.Context, name string) (Table, error) {
	tables, err := x.tables(ctx)
	if err != nil {
		return Table{}, err
	}
	for _, t := range tables {
		if !strings.EqualFold(t.full(), name) {
			continue
		}
		described := Table{Name: t.full(), Kind: t.Kind, Description: t.Description, Rows: t.rows(), Columns: []TableColumn{}}
		for _, c := range t.Columns {
			described.Columns = append(described.Columns, TableColumn(c))
		}
		return described, nil
	}
	return Table{}, notFound(x.opts.ListTables.Name).err()
}

// tables are those the caller may read, with the descriptions that the options add.
func (x *Explorer) tables(ctx context.Context) ([]table, error) {
	r, err := x.ask(ctx, "")
	for i := range r.Tables {
		t := &r.Tables[i]
		own, _ := x.opts.Descriptions.Find(t.Schema, t.Name)
		t.Description = cmp.Or(own.Text, t.Description)
		for j := range t.Columns {
			c := &t.Columns[j]
			c.Description = cmp.Or(own.Column(c.Name), c.Description)
		}
	}
	return r.Tables, err
}

func (t table) rows() *int64 {
	if t.Rows < 0 {
		return nil
	}
	return &t.Rows
}

// spec is the spec of a tool, with the words that the options give it.
func (x *Explorer) spec(own mcpgov.ToolSpec, title, description string) mcpgov.ToolSpec {
	return mcpgov.ToolSpec{
		Name: own.Name, Title: cmp.Or(own.Title, title), Description: cmp.Or(own.Description, description), ReadOnly: true, Idempotent: true,
		Tags: own.Tags, Policy: own.Policy, Aliases: own.Aliases, AuditLevel: own.AuditLevel, Purpose: own.Purpose, Untrusted: own.Untrusted,
		Timeout: x.opts.Timeout,
	}
}
