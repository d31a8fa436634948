package freesql

import (
	"context"
	"strings"

	"github.com/mcpgov/go-sdk/mcpgov"
)

func (x *Explorer) listResource() mcpgov.Feature {
	return mcpgov.Resource(x.resource("database://schema", "tables", "Tables", "The tables and views that you may read, as "+x.opts.ListTables.Name+" lists them."), x.list)
}

// tableVariables are the variables of the template.
type tableVariables struct {
	Table string `json:"table" jsonschema:"minLength=1,maxLength=512,description=schema.table"`
}

func (x *Explorer) tableResource() mcpgov.Feature {
	spec := x.resource("database://schema/{table}", "table", "One table", "The columns of a table or view, as "+x.opts.DescribeTable.Name+" tells them.")
	spec.Complete = map[string]mcpgov.Completer{"table": x.complete}
	return mcpgov.Template(spec, func(ctx context.Context, v tableVariables) (Table, error) { return x.describe(ctx, v.Table) })
}

// complete suggests the tables that the caller may read.
func (x *Explorer) complete(ctx context.Context, typed string, _ map[string]string) ([]string, error) {
	tables, err := x.tables(ctx)
	var names []string
	for _, t := range tables {
		if name := t.full(); len(name) >= len(typed) && strings.EqualFold(name[:len(typed)], typed) {
			names = append(names, name)
		}
	}
	return names, err
}

func (x *Explorer) resource(uri, name, title, description string) mcpgov.ResourceSpec {
	own := x.opts.Resources
	return mcpgov.ResourceSpec{
		URI: uri, Name: name, Title: title, Description: description, Tags: own.Tags, Policy: own.Policy, AuditLevel: own.AuditLevel,
		Untrusted: own.Untrusted, Timeout: x.opts.Timeout, Errors: errorSpecs(false),
	}
}
