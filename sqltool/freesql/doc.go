// Package freesql serves free SQL as governed tools: a model writes a SELECT, and gets rows of what its caller may read.
//
//	db, err := duckdb.Open(ctx, duckdb.Options{Path: "warehouse.duckdb", Schemas: []string{"analytics", "reporting"}})
//	if err != nil { ... }
//	explorer, err := freesql.Open(ctx, freesql.Options{
//		System: "warehouse", Database: db,
//		AllowedSchemas: []string{"analytics", "reporting"}, MaxRows: 10_000, Timeout: 5 * time.Second,
//	})
//	if err != nil { ... }
//	srv, err := mcpgov.New(config, explorer.Features()...)
//
// The features are the tools query, list_tables and describe_table and the resources database://schema and database://schema/{table}.
// Like all features they are reached by nobody until a policy rule allows it, and every call is recorded.
//
// # What holds in both modes
//
// A statement is parsed by DuckDB to a tree, the tree is judged by allow-lists and rewritten, and what runs is what that tree stands for,
// on a database that was locked before (packages check and duckdb). So a statement reads the allowed tables, the caller's columns and rows
// of them, and nothing else: no file, network, setting, catalog or other schema; it changes nothing. Rows and bytes are capped, and truncated says
// exactly whether something is missing. Texts of errors are of a closed set ([Refused] and the codes beside it). The caller is answered
// within [Options].Timeout and 100 ms.
//
// # In the server's process, and in worker processes
//
// DuckDB can be interrupted between its steps, not within one call of a function, and counts only part of its memory. Without
// [Options].Worker a statement that slips through the checker's bounds on costs goes on after its caller was answered: it keeps its slot
// and its memory until it ends, and after a few of these the tools answer [Unavailable]. That is enough for statements by one's own
// staff and models they watch.
//
// With [Options].Worker statements are parsed, judged and run in processes of their own, each with one statement at a time. At the
// deadline the process is killed; one that takes more than [Worker].MemoryBytes dies; either is replaced while the others go on. This is the mode
// for statements by anybody. Its memory bound holds on Linux only: elsewhere nothing bounds the memory of one statement until its deadline.
//
// # The settings of other systems
//
// Those of the field's sql_tools map one to one:
//
//	mode: read_only          Mode: freesql.ReadOnly, which is also the zero value: there is no other
//	max_rows: 10000          MaxRows: 10_000
//	allowed_schemas: [a, b]  AllowedSchemas: []string{"a", "b"}
//	enabled: true            give Features to mcpgov.New
package freesql
