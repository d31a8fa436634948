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
// Whatever is printed for people is cut to the width of their terminal, and cannot change it: control characters of a record are shown, not
// obeyed. With --json every command prints JSON, one value a line where there are many.
//
// The package links DuckDB, and so cgo.
package cli
