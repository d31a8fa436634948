// Package auditdb answers questions about audit logs: which calls, by whom, how slow, how often refused, what is unusual.
//
//	db, err := auditdb.Open(ctx, "/var/lib/crm/audit", nil)
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	since, err := auditdb.ParseSince("24h", time.Local, time.Now())
//	filter, err := auditdb.NewFilter("user.role == 'analyst' && duration_ms > 200 && 'email' in masked")
//	q := auditdb.Query{Since: since, Location: time.Local, Filter: filter}
//	for record, err := range db.Records(ctx, q) { ... }                  // the records themselves
//	stats, err := db.Stats(ctx, q, auditdb.ByTool, auditdb.ByHour)       // calls, errors, denials, p50, p95, p99
//	unusual, err := db.Anomalies(ctx, auditdb.Query{Since: since})       // what a person should look at
//	err = db.Export(ctx, q, auditdb.DuckDB, "analytics.db", nil)         // or Parquet, CSV, JSONL
//
// It reads the log directories of package audit through DuckDB, which links cgo; programs that only write or verify logs do not import it.
// Nothing in a log directory is ever changed by asking. A log may be written, and retention may delete its oldest segments, while it is read:
// a DB sees what was there at [Open] or at its last [DB.Refresh], and what is deleted since is missing from answers like what was deleted before.
//
// Memory is bounded by [Options].MemoryMiB, however long the log: records are read, and exported, one segment after the other.
//
// # Compaction
//
// [Compact], or [CompactEvery] beside a server, gives each sealed segment a Parquet form that is read instead of its lines: a seventh of the
// size or less, and an order of magnitude faster. The lines stay, because they are what the chain of hashes proves.
//
// # What it promises, and what it does not
//
// What is read through Parquet is exactly what the lines hold. A filter means the same whether SQL decides it or CEL; values in it are bound,
// never written into SQL. DuckDB runs confined: it reaches the log directory and a private temporary one, nothing else, loads no extension,
// and its settings are locked.
//
// It does not verify logs: a record that was forged is found by [github.com/mcpgov/go-sdk/audit.Verify], not here. And it shows
// everything that was recorded to whoever may read the directory.
package auditdb
