// Package cli is the command mcpgov, and what other programs need to carry it under their own name.
//
//	func main() {
//		os.Exit(cli.Run(context.Background(), os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
//	}
//
// mcpgov audit works on the directory of an audit log ([github.com/mcpgov/go-sdk/audit.Open]), while a server writes it or afterwards:
//
//	mcpgov audit tail --dir crm-audit --follow
//	mcpgov audit query --since 24h --filter "outcome == 'denied' && user.role == 'analyst'"
//	mcpgov audit stats --since 7d --by tool,hour
//	mcpgov audit verify --key-file audit.key --public-key checkpoints.pub --witness /mnt/witness/checkpoints
//	mcpgov audit export --since 24h --format duckdb analytics.db
//	mcpgov audit report --profile hipaa --since 2026-01-01 > hipaa.md
//
// The other commands are anomalies (what is unusual), compact (Parquet forms, for fast questions), prune and hold (deletion by age or size, and
// what stops it), digest (to look for a value or a person that records hold as digests) and erase (to make a person unknown).
//
// Whatever is printed for people is cut to the width of their terminal, where the least important columns are left out if there is no room,
// and cannot change it: control characters of a record are shown, not obeyed. Colours are for terminals, and not with NO_COLOR. With --json every
// command prints JSON, one value a line where there are many; only a report is one value over many lines. Results go to standard output;
// faults, one line each, progress and remarks to standard error.
//
// Exit codes: 0 done; 1 it could not be done, or, without a word, nobody read on; 2 the command was not understood; 3 the log is not as it was
// written; 4 what --fail asked about was found; 130 it was interrupted (Ctrl-C), and left nothing half-done. An interrupt is how tail --follow
// is meant to end: 0. A log that a server is writing is verified again if it does not seem right, before it is said that it is not.
//
// The package links DuckDB, and so cgo.
package cli
