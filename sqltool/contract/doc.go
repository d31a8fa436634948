// Package contract checks data before tools serve it: columns and their types, missing and repeated values, ranges, accepted values, references,
// freshness, row counts and SQL of one's own.
//
//	set, err := contract.Parse("contracts.yml", data) // or contract.Set{...}
//	guard, err := contract.NewGuard(db, set, contract.GuardOptions{
//		Options: contract.Options{Dialect: contract.DuckDB}, Audit: trail, Interval: 10 * time.Minute,
//	})
//	orders := mcpgov.Tool(guard.Tool(spec, "main.customer_360"), handler)
//	srv, err := mcpgov.New(mcpgov.Config{..., Interceptors: []mcpgov.Interceptor{guard.Interceptor()}}, orders)
//	if err := guard.Start(ctx); err != nil { // checks before anything is served, then on schedule
//		log.Fatal(err) // which checks of which contracts failed, and for how many rows
//	}
//	defer guard.Stop(ctx)
//	err = srv.Run(ctx, transport)
//
// # What a breach does
//
// Each contract, or the set, names it. [Refuse], which is what the zero value means: a guard does not start, and calls of tools that read the
// table end as [Broken] until a later check passes. [Degrade]: they are served, their provenance says what is wrong, and so does
// [Guard.Health]. [Warn]: the log of operators says so. Every breach and every recovery is an event in the audit log; a recovery that
// cannot be recorded is none yet. What was not checked, could not be checked, or was not checked for three intervals is broken.
//
// [Guard.Start], [Guard.Stop] and [Guard.Health] have the form of hooks for a server's start, stop and health. Whoever would rather start and
// refuse calls until the data is mended calls [Guard.Check] once and lets [Guard.Run] go on in a goroutine. Free SQL and other handlers that learn
// from their arguments what they read ask [Guard.Admit].
//
// # How it is checked
//
// One scan of each table answers all checks that count rows; references, combinations of columns and SQL have a query of their own. Each query runs in
// a transaction that only reads, with a time limit of its own and one for the whole set. Names are quoted, values bound. Conditions and
// queries in a contract are the developer's own SQL: they are trusted with what they read. Reports hold names and counts; of rows they
// show, where it is asked for, the columns a contract names as its key.
package contract
