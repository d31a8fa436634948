package duckdb

import (
	"log/slog"
	"time"
)

// Options say what a [Database] holds and what it may use. The zero value is an empty database in memory.
type Options struct {
	// Path is the DuckDB file to serve. Empty: a database in memory, filled from Folders.
	Path string

	// Writable opens the file for reading and writing, for statement tools with Writes. The file is created if it is missing. DuckDB then
	// needs its own files while it runs, so SQL can still read and overwrite the database's own file and log by their names
	// ([Database.Sealed] is false): never serve free SQL from a writable database. False: the file must exist and is opened read-only.
	Writable bool

	// Schemas are the schemas that callers will be allowed to read. DuckDB reads "x.orders" as the table of the catalog x too, so
	// Open refuses when a catalog bears one of these names. Nil: nothing is checked.
	Schemas []string

	// Folders are folders of Parquet, CSV and JSON files whose files become tables. They are for databases in memory.
	Folders []Folder

	// Sources are other databases whose tables become views. They are for databases in memory.
	Sources []Source

	// Functions are Go functions that SQL can call.
	Functions []Function

	// Threads is how many threads one query may use. Zero: one per processor, at most 4. One is best for many small queries.
	Threads int
	// MemoryBytes is how much memory DuckDB's buffers may take. Zero: 1 GiB. It does not bound results that are read whole nor what one
	// call of a scalar function takes; only a process of its own bounds these.
	MemoryBytes int64

	// Pool bounds the connections.
	Pool Pool

	// StatementTimeout ends statements whose context has no earlier deadline. Zero: 30 s. Negative: none.
	StatementTimeout time.Duration
	// SlowQuery is from which duration on a statement is logged, by its digest and never with its values. Zero: 1 s. Negative: never.
	SlowQuery time.Duration
	// Logger takes the slow queries. Nil: nothing is logged.
	Logger *slog.Logger
}

// Pool bounds the connections of a [Database].
type Pool struct {
	// Open is how many statements may run at once. Zero: four per processor.
	Open int
	// Idle is how many connections are kept when nobody needs them. Zero: as many as Open; negative: none.
	Idle int
	// Lifetime is after how long a connection is closed, with what it cached. Zero: never.
	Lifetime time.Duration
	// AcquireWait is how long a statement waits for a connection. Zero: 5 s. Negative: as long as its context allows.
	AcquireWait time.Duration
	// Stuck is how many connections may be held by queries that were given up but that the engine has not ended within a second, before
	// no new connection is opened ([ErrStuck]). Zero: 3, or Open if that is less.
	Stuck int
}
