// Package report turns an audit log and the live rules of a server into a report on what they show about the controls of a standard.
//
//	dir := os.DirFS("/var/lib/crm/audit")
//	summary, err := audit.Verify(dir, &audit.VerifyOptions{Key: key})
//	segments, segmentsErr := audit.Segments(dir)
//	...
//	contract, contractErr := report.ContractOf(srv.Manifest(), rules) // or their JSON, where the server is not at hand
//	...
//	r, err := report.Make(ctx, audit.Records(dir), &report.Options{
//		Profile: report.HIPAA, Since: quarter, Until: next,
//		Chain: &report.Chain{Summary: summary, Err: err, Keyed: true}, // and what else Verify was given
//		Segments: segments, Contract: contract,
//		Retention: report.Retention{KeptDays: 2200},
//	})
//	if r != nil {
//		err = errors.Join(err, r.WriteMarkdown(file)) // or json.NewEncoder(file).Encode(r)
//	}
//
// # What a report says, and what it does not
//
// Every statement is a number that was counted from records, from checkpoints or from the contract, and each number comes with the way to
// find what it counts. A control has one of four statuses: met (the facts show what it asks of a log and of rules, and nothing against it),
// not_met (a fact speaks against it), attention (a person has to look, or what would show it was not given), and not_covered (neither a log
// nor rules can show it; facts may still raise it to attention). What only a person can add stands beside each. A report is no legal
// judgement, and no certificate.
//
// A record holds what its server wrote. What a caller states as his purpose is his word, and classes of data are as good as the labels on the
// fields. A log of an older server may not say which classes were shown; the contract tells, and the report then asks for attention.
//
// # What is read
//
// Calls are outcome records of tools, resources and prompts. An intent without an outcome, and an outcome "unknown" that is no refusal, is a
// call of which nobody knows how it ended. Of events, the report knows those of a target of kind "server" called "policy" (rules that came
// into force or were refused), "start" and "stop", the recovery of a torn log, and records that were perhaps lost; others are listed as they
// are. A call under a revision that no event brought into force, the first of its server excepted, is pointed out.
//
// # Bounds
//
// Records are read once. Tables hold Options.Limit rows (10,000), lists within a row 20 texts, a text 512 bytes; what finds no room is
// counted and the report says so; only calls under way are kept without a limit. No key of a table is free text of a caller, so that nobody can fill a table to hide what he does next.
//
// # Hostile texts
//
// Everything in a log may have been chosen by an attacker. In Markdown a text from outside stands in a code span, with line ends, pipes,
// backticks, control and invisible characters written as \u escapes: it cannot make a row, a heading, a link or HTML.
//
// The package imports the standard library and package audit only.
package report
