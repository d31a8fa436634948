package check

import (
	"slices"
	"strings"
)

// baseTable judges a table by name, and gives what stands in its place: itself with its full name, or a subquery.
func (c *checker) baseTable(o object, ctes *scope) object {
	what := "a table"
	if says(o["at_clause"]) {
		c.refuse(CodeSyntax, "AT is not supported here", "read the table as it is now")
	}
	c.members(o, what, "type", "alias", "sample", "schema_name", "table_name", "column_name_alias", "catalog_name", "at_clause")
	columns := c.names(o["column_name_alias"], what)
	catalog, schema, table := c.name(o["catalog_name"], what), c.name(o["schema_name"], what), c.name(o["table_name"], what)
	if c.refusal != nil {
		return o
	}
	if catalog == "" && schema == "" {
		if cte := ctes.find(fold(table)); cte != nil {
			c.weigh(cte.weight)
			if c.word(o["alias"], what) == "" {
				o["alias"] = table
			}
			for _, name := range append(columns, c.word(o["alias"], what)) {
				c.named(name, c.sizes[fold(table)])
			}
			o["table_name"] = cte.unique
			return o
		}
		if schema = c.schema; schema == "" {
			c.refuse(CodeSchema, "the table "+quoted(table)+" is named without its schema, and no WITH before it has that name", c.advice(table))
			return o
		}
		o["schema_name"] = schema
	}
	if catalog != "" && fold(catalog) != fold(c.rules.Catalog) || !c.readable(schema, table) {
		c.refuse(CodeTable, "the table "+quoted(schema+"."+table)+" is not one that can be read here", c.advice(""))
		return o
	}
	name := ruleName(schema + "." + table)
	c.tables[name] = true
	if c.rules.Catalog != "" {
		o["catalog_name"] = c.rules.Catalog
	}
	return c.rewrite(o, name)
}

// readable reports whether the rules let a table be read.
func (c *checker) readable(schema, table string) bool {
	schema, table = fold(schema), fold(table)
	switch {
	case !c.schemas[schema]:
		return false
	case schema == "main" && c.rules.Catalog == "":
		return false // without its catalog, main is also where the engine keeps tables about itself
	case c.allowed != nil:
		return c.allowed[schema+"."+table]
	}
	return !maybeFile(table)
}

// maybeFile reports whether the engine could take a table of that name for a file: for a table that does not exist it looks for a file named
// catalog.schema.table, so that analytics."/../../etc/x.csv" leads anywhere.
func maybeFile(table string) bool {
	if strings.ContainsAny(table, `/\*?[`) {
		return true
	}
	for ending := range strings.SplitSeq("csv tsv txt json jsonl ndjson geojson parquet db duckdb ddb gz zst xlsx shp arrow avro", " ") {
		if table == ending || strings.HasSuffix(table, "."+ending) {
			return true
		}
	}
	return false
}

// advice says how to name a table. It holds schemas that may be read and what the statement itself holds, never the name of a table.
func (c *checker) advice(table string) string {
	if len(c.schemas) == 0 {
		return "no table can be read here"
	}
	var schemas []string
	seen := map[string]bool{}
	for _, s := range c.rules.Schemas {
		if c.schemas[fold(s)] && !seen[fold(s)] {
			seen[fold(s)] = true
			schemas = append(schemas, s)
		}
	}
	slices.Sort(schemas)
	list := strings.Join(schemas, ", ")
	if table == "" {
		return "schemas that can be read: " + list
	}
	example := quoted(table)
	if plain := example[1 : len(example)-1]; plain == table && plainName(plain) {
		example = plain
	}
	if len(schemas) > 1 {
		return "write schema." + example + "; schemas that can be read: " + list
	}
	return "write " + schemas[0] + "." + example + "; schemas that can be read: " + list
}

func plainName(s string) bool {
	for _, ch := range fold(s) {
		if (ch < 'a' || ch > 'z') && (ch < '0' || ch > '9') && ch != '_' {
			return false
		}
	}
	return s != ""
}
