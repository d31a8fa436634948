// Package matview keeps results of SQL in a DuckDB beside the server, refreshes them on a schedule, and lets each call of a tool say whether
// what is kept is young enough to answer from. A program, without its imports and its errors:
//
//	type spentIn struct {
//		Customer string `json:"customer_id"`
//		matview.Freshness // the caller may add max_age_seconds
//	}
//
//	type spentRow struct {
//		Total sqltool.Decimal `json:"total" gov:"unit=EUR"`
//	}
//
//	func main() {
//		erp, _ := sql.Open("pgx", os.Getenv("ERP_DSN"))
//		db, _ := duckdb.Open(ctx, duckdb.Options{Path: "kept.duckdb", Writable: true, StatementTimeout: 5 * time.Minute})
//		store, _ := matview.Open(ctx, db, matview.Options{Definitions: []matview.Definition{{
//			Name:        "orders",
//			SQL:         "SELECT id, customer_id, total::numeric(18,2) AS total, updated_at FROM orders",
//			Source:      &matview.Source{System: "erp", DB: erp},
//			Incremental: &matview.Incremental{Column: "updated_at", Key: []string{"id"}, Overlap: time.Minute, FullEvery: 24 * time.Hour},
//			Every:       time.Minute,
//		}, {
//			Name:    "spent", // reads orders, so it is refreshed after it
//			SQL:     "SELECT customer_id, CAST(sum(total) AS DECIMAL(18,2)) AS total FROM orders GROUP BY customer_id",
//			Indexes: []matview.Index{{Columns: []string{"customer_id"}, Unique: true}},
//			Check:   notEmpty,
//		}}})
//		go store.Run(ctx)
//
//		live, _ := sqltool.New("erp", erp, sqltool.Options{Engine: postgres.Engine(), Timeout: 2 * time.Second})
//		srv, _ := mcpgov.New(config, matview.Query[spentIn, spentRow](store.View("spent"),
//			mcpgov.ToolSpec{Name: "customer_spent", Description: "What a customer has spent so far."},
//			matview.Reading{
//				Cached: sqltool.Statement{SQL: "SELECT total FROM spent WHERE customer_id = $customer_id"},
//				Live: &matview.Live{DB: live, Statement: sqltool.Statement{
//					SQL: "SELECT sum(total)::numeric(18,2) AS total FROM orders WHERE customer_id = $customer_id"}},
//				MaxAge: 10 * time.Minute,
//			}))
//		...
//	}
//
// # Refreshing
//
//	ask the source, or this database ─► new version, out of sight ─► Check ─► swap, with state and indexes, in one transaction
//
// A reader sees the version before or the version after, whole, at every moment: during the swap, in a transaction that began before it, with
// a statement that it prepared before it, and after a crash at any point, whose leftovers the next [Open] drops. A refresh that fails changes
// nothing; why it failed stands in [Status], in the log and beside the data, and the old version serves on, ever older.
//
// There is one refresh of a materialisation at a time, and who wants one meanwhile shares it. It ends when nobody waits for it any more.
// Definitions that read each other are refreshed in order; what SQL reads is found in its text, once parsed by DuckDB. [Store.Run] is the
// schedule. The ages survive a restart; a version that was made by another definition does not, nor does what was made of it.
//
// Swapping in copies the rows once more than reading them takes, and an incremental refresh copies all that is kept, inside DuckDB; between
// versions the database holds up to three of them. That is the price of checking rows where no reader can see them.
//
// # Values
//
// From another database, values are copied one by one and exactly, or not at all: numbers to the last digit, times to the microsecond, NULL,
// NaN. A column whose type says too little is refused with what to write, such as numeric without a precision, enumerations and lists; cast
// it in the SQL or name DuckDB's type in [Definition].Columns. Errors name rows, columns and types, and never hold a value.
//
// # Late rows
//
// A watermark is a promise of the source, that rows only ever come above it. Where that does not hold (transactions that commit later than they
// take their time, clocks of several machines), rows are missed. [Incremental] says which, and what Overlap, Key and FullEvery do about it.
//
// # Ages
//
// The age of a materialisation is counted from when its source was asked, or from the oldest of what it was made of. It stands in every answer
// (as_of, answered_from) and in its provenance. A tool's [Reading].MaxAge is its promise: a caller may ask for younger data, never for older.
// If the clock was set back, nothing is young.
//
// # What it does not do
//
//   - It does not keep a statement from writing: DuckDB knows no rights. Statement tools of sqltool refuse to write, and free SQL has a checker.
//     A database in a file must be writable here, so it is not sealed (duckdb.Database.Sealed): serve free SQL from one in memory.
//   - It does not notice what was deleted at the source but by a full refresh.
//   - It does not share a refresh between processes: one process has the file.
package matview
