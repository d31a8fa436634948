// Package check decides whether a statement that somebody else wrote may be run, and rewrites it so that it sees only what it may.
//
// It never looks at SQL text: DuckDB parses the statement to a tree (json_serialize_sql, which neither binds nor runs anything), [Tree]
// judges that tree and gives a new one, and what json_deserialize_sql makes of the new one is what runs. So what runs is what was checked:
//
//	if err := check.Text(query); err != nil {
//		return err
//	}
//	var tree []byte // SELECT json_serialize_sql(?::VARCHAR)::VARCHAR, on a connection that holds no data
//	...
//	checked, err := check.Tree(tree, check.Rules{Catalog: "warehouse", Schemas: []string{"analytics"}, MaxRows: 10_000})
//	if err != nil {
//		return err // a *Refusal: safe to show
//	}
//	// SELECT json_deserialize_sql(?::JSON) of checked.Tree is the statement to run, if checked.Same says so of its own tree.
//
// Everything is an allow-list: a kind of node, a member of a node, a function or a type that the package does not know is refused, so a
// newer engine can only refuse more.
//
// # What holds by construction
//
//   - A table is read with its full name (catalog, schema, table), whatever else is attached or on the search path.
//   - The name of a common table expression is replaced by one that no table has: where this package and the engine should ever disagree
//     about its scope, the statement fails instead of reading a table.
//   - A table with a [TableView] is replaced by a subquery that gives only the visible columns, masked, of the rows that its filter lets
//     through. No alias, expression, join or aggregate of the statement can reach behind it.
//   - A view is replaced by its own checked statement, so it is judged by the tables beneath it; [Rules.Definer] names the exceptions.
//
// # What a statement may hold
//
// One SELECT, in any form: FROM first, VALUES, TABLE, set operations, WITH and WITH RECURSIVE, joins of every kind, LATERAL, windows, QUALIFY,
// GROUP BY ALL, GROUPING SETS, samples, PIVOT and UNPIVOT in FROM with their values written out, stars with EXCLUDE, REPLACE, RENAME and
// COLUMNS, lists, structs, maps, JSON and up to two lambdas within one another, values within values to about nine levels; and about 540 functions of DuckDB 1.5.
//
// Refused are parameters, tables without a schema, SHOW, DESCRIBE and SUMMARIZE, the PIVOT statement, AT, USING KEY, types and macros that
// the database defines, x.f() for f(x), functions that tell of the engine or keep state, and calls whose result can be very much longer
// than what they are given. Names that begin with _mcpgov are reserved.
//
// Names that the engine makes up for columns without an alias can differ in their quotes from those it would make up without the check.
//
// # What this package does not do
//
// It cannot bound what a statement costs: a few functions that turn little text into much work are refused or need constant arguments, but
// a determined caller can still write an expensive query. Time, memory and rows are bounded by whoever runs it. And it does not see the
// engine's error texts, which can quote values: they must not be shown.
package check
