// Package interop drives a governed server with the clients people use: two generations of the TypeScript SDK and the Inspector, over
// standard input and output and over HTTP, in both protocol eras.
//
//	make interop
//
// The server offers every kind of field, and a person for every mask. A plan says what each person gets from each tool, worked out by a
// reading of the masks that shares no code with them. Go clients walk the plan in every run of go test; the others need packages
// from npm, which are installed in a folder outside the tree, and are driven only where MCPGOV_INTEROP names that folder (1: a
// temporary one). The package holds tests only.
package interop
