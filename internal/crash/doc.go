// Package crash kills a governed server, again and again, and holds its log to what really happened.
//
//	make crash
//
// A child process serves 64 callers. Its tool that writes does so in a ledger the parent keeps, and the parent notes, on disk, what was
// executed there and what was answered to its callers. Then it kills the child, at a random moment, and starts it again on the same log. In the
// end every answered call must have its outcome in the log, every executed write its intent, and every intent an end. The package holds tests
// only; the long form runs when MCPGOV_CRASH is set to the number of kills.
package crash
