package auditpg

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// DDL returns the statements that make the table and its indexes, for migrations and for administrators: [Open] runs the same ones where the
// table is missing. They change nothing that is there, and grant nothing to anybody. An error says which name in opts cannot be used.
func DDL(opts *Options) (string, error) {
	settled, err := opts.settled()
	if err != nil {
		return "", err
	}
	statements := settled.statements()
	if settled.Schema != defaultSchema {
		statements = append([]string{settled.schemaStatement()}, statements...)
	}
	return strings.Join(statements, ";\n") + ";\n", nil
}

func (o *Options) schemaStatement() string { return "CREATE SCHEMA IF NOT EXISTS " + quoted(o.Schema) }

// statements make what is missing of the table, in a schema that is there.
func (o *Options) statements() []string {
	var table strings.Builder
	fmt.Fprintf(&table, "CREATE TABLE IF NOT EXISTS %s (\n\tid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", o.relation())
	for _, c := range columns() {
		rest := " NOT NULL"
		switch c.name {
		case "time":
			rest = "" // a record may have none
		case "record_id":
			rest += " CONSTRAINT " + quoted(o.Table+"_record_id_key") + " UNIQUE"
		}
		fmt.Fprintf(&table, ",\n\t%s %s%s", quoted(c.name), c.kind, rest)
	}
	table.WriteString("\n)")
	made := []string{table.String()}
	// The index over target and time serves queries for a target alone as well.
	for _, by := range [][]string{{"time"}, {"target", "time"}, {"user_id", "time"}, {"call_id"}} {
		var list []string
		for _, name := range by {
			list = append(list, quoted(name))
		}
		made = append(made, fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (%s)",
			quoted(o.Table+"_"+strings.Join(by, "_")+"_idx"), o.relation(), strings.Join(list, ", ")))
	}
	return made
}

// insert is the statement that writes any number of rows: one array per column. It names no conflict: see writer.
func (o *Options) insert() string {
	var names, arrays []string
	for i, c := range columns() {
		names = append(names, quoted(c.name))
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+1, c.kind))
	}
	list := strings.Join(names, ", ")
	// Ordered, so that ids come in the order in which callers handed over their records.
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM unnest(%s) WITH ORDINALITY AS rows_in (%s, position_in) ORDER BY position_in",
		o.relation(), list, list, strings.Join(arrays, ", "), list)
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
