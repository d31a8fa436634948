// Package duckdb opens DuckDB so that it can be trusted with other people's SQL.
//
//	db, err := duckdb.Open(ctx, duckdb.Options{Path: "warehouse.duckdb", Schemas: []string{"analytics"}})
//	if err != nil { ... }
//	defer db.Close()
//	tools, err := sqltool.New("warehouse", db.SQL(), sqltool.Options{Engine: duckdb.Engine()})
//
// DuckDB has no rights of its own: a statement can read files, the network and the database's own file, change settings, and load code.
// [Open] takes all of that away in the one order that works, and then tries to break out before it returns. See [Options.Writable] for the one mode in
// which that cannot be had whole.
package duckdb
