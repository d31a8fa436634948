// Package sdk is the root of mcpgov, a library for governed MCP servers in Go; it holds documentation only. Import the packages below it.
//
//	mcpgov     the governed server: tools as typed structs, the path of a call, transports
//	policy     rules in CEL, type-checked against each tool when the server starts
//	audit      records, sinks, and a hash-chained log that anybody with the key can verify
//	sqltool    SQL statements, and free SQL, as governed tools; PostgreSQL, DuckDB, data contracts, kept results
//	mcptest    the harness for go test: real clients, real protocol messages, a recording sink
//
// A program declares tools as Go functions over structs and hands them to a server together with a policy, an audit sink and a way to tell
// who is calling. Every call is then identified, judged, recorded, bounded in time and masked, in an order that is not the program's to get
// wrong, and there is no way to register a tool that skips a step.
//
// Start with the documentation of package [github.com/mcpgov/go-sdk/mcpgov], which begins with a whole program. examples/quickstart is a
// server to copy: go run ./examples/quickstart shows three users, one policy and one log.
package sdk
