package contract

import (
	"slices"
	"strings"
)

// Description is what is known of a table for those who read it: people, and models that write SQL.
type Description struct {
	Database  string            // the catalog; "" is the connection's own
	Schema    string            // the schema; "" is the connection's own
	Table     string            // its name
	Text      string            // what it holds; "" is not known
	Columns   map[string]string // what its columns hold, by name; those nobody described are not there
	Model     string            // what makes it, such as a dbt model; "" is not known
	Revision  string            // the version of what makes it; "" is not known
	DependsOn []string          // what it is made of
}

// Column returns what a column holds; letters' case does not count. "" is not known.
func (d Description) Column(name string) string {
	if text, ok := d.Columns[name]; ok {
		return text
	}
	for column, text := range d.Columns {
		if strings.EqualFold(column, name) {
			return text
		}
	}
	return ""
}

// Descriptions are the descriptions of tables. The nil Descriptions know none.
type Descriptions []Description

// Find returns the description of a table by its schema and name; letters' case does not count. A description without a schema fits every
// schema, one that has it goes first. An empty schema finds the only table of that name.
func (d Descriptions) Find(schema, table string) (Description, bool) {
	var found []Description
	for _, one := range d {
		if strings.EqualFold(one.Table, table) && (schema == "" || one.Schema == "" || strings.EqualFold(one.Schema, schema)) {
			found = append(found, one)
		}
	}
	if exact := slices.IndexFunc(found, func(one Description) bool { return strings.EqualFold(one.Schema, schema) }); exact >= 0 {
		return found[exact], true
	}
	if len(found) != 1 {
		return Description{}, false
	}
	return found[0], true
}

// Descriptions returns what the contracts of a set say of their tables and columns.
func (s Set) Descriptions() Descriptions {
	var all Descriptions
	for _, c := range s.Contracts {
		d := Description{
			Database: c.Database, Schema: c.Schema, Table: c.Table, Text: c.Description, Columns: map[string]string{},
			Model: c.Model, Revision: c.Revision, DependsOn: slices.Clone(c.DependsOn),
		}
		for _, column := range c.Columns {
			if column.Description != "" {
				d.Columns[column.Name] = column.Description
			}
		}
		all = append(all, d)
	}
	return all
}
