// Package duckdb opens DuckDB so that it can be trusted with other people's SQL.
//
//	db, err := duckdb.Open(ctx, duckdb.Options{Path: "warehouse.duckdb", Schemas: []string{"analytics"}})
//	if err != nil { ... }
//	defer db.Close()
//	tools, err := sqltool.New("warehouse", db.SQL(), sqltool.Options{Engine: duckdb.Engine()})
//
// It links DuckDB through cgo; nothing else in package sqltool does.
//
// # What is promised
//
// DuckDB has no rights of its own: a statement can read files, the network and the database's own file, change settings, and load code. [Open] takes
// limits, folders, sources and functions in, then takes the world away in the one order that works, locks the configuration, and tries to
// break out before it returns. Whether a statement may read this table or that is not decided here; see sqltool/freesql.
//
//	                                       file, read-only   in memory   file, Writable
//	other files, network, extensions       closed            closed      closed
//	the database's own file and log        closed            -           OPEN to SQL that names them
//	settings                               locked            locked      locked
//	tables of the database                 read-only         writable    writable
//
// So serve free SQL from the first two ([Database.Sealed]) and keep Writable for statements that a developer wrote.
//
// Every statement on [Database.SQL] is one statement (several in one text are refused, and none of them is run), and returns within 50 ms
// of the end of its context, or of [Options.StatementTimeout], whatever the engine does: see [Database.Do]. In this process nothing bounds the memory or the time that one call of
// a scalar function takes, such as repeat or levenshtein: it is answered on time and goes on. A process of its own, which can be killed and whose memory is limited,
// bounds that too: the worker of sqltool/freesql.
//
// DuckDB's own extensions for PostgreSQL, SQLite, HTTP and object stores are not loaded, and cannot be: use [Source] and [Folder].
//
// # How values are written
//
// [Database.AppendJSON] writes every type so that no reader of JSON loses anything:
//
//	BOOLEAN                        true
//	integers, HUGEINT, BIGNUM      number; text beyond 2^53-1, where many readers round
//	FLOAT, DOUBLE                  the shortest number that reads back; "NaN", "Infinity", "-Infinity"
//	DECIMAL                        text with all digits: "1234.50"
//	VARCHAR, ENUM, UUID, BIT       text
//	BLOB, GEOMETRY                 base64 (of the WKB)
//	DATE, TIME, TIMESTAMP          ISO 8601 with as many digits as there are: "2024-01-02T03:04:05.006"; the year before 1 is 0000,
//	                               others than four digits have a sign; "infinity", "-infinity"
//	TIMESTAMPTZ                    in UTC, with a Z
//	TIMETZ                         with its offset
//	INTERVAL                       ISO 8601: "P1Y2M3DT-4.5S"
//	JSON                           itself; a text where readers differ: a member twice, 1e999, more than 50 levels
//	LIST, ARRAY                    array
//	STRUCT                         object; without names, array
//	MAP                            object if keys are texts, else array of pairs
//	UNION                          object with the one member
//
// What makes results slow are values of type any, one allocation each: 10,000 rows of 10 columns take 460,000 of them through maps and
// encoding/json, and about 120 here, in 0.06 of the time; half of what is left is the engine's. DuckDB's Arrow interface, which needs a build tag, was measured at 0.08 and 750 before
// this was written, and is not used.
package duckdb
