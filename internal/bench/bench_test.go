//go:build unix

package bench_test

import (
	"testing"

	"github.com/mcpgov/go-sdk/audit"
)

// TestBenchCalls holds governed calls to their goals against the SDK's typed tools.
func TestBenchCalls(t *testing.T) {
	wanted(t)
	ungoverned := raw()
	quick := governed(t, audit.AsyncUnsafe)
	for _, c := range []comparison{
		{
			name: "small call, in memory", n: 600, callers: 1, wallGoal: 0.95, cpuGoal: 0.95,
			raw: inMemory(t, connectRaw(ungoverned), "one"), governed: inMemory(t, quick.Connect, "one"),
		},
		{
			name: "small call, stateless HTTP", n: 600, callers: 1, wallGoal: 0.95, cpuGoal: 0.95,
			raw: overHTTP(t, rawHandler(ungoverned), "one"), governed: overHTTP(t, governedHandler(t, quick), "one"),
		},
		{
			name: "50 rows, in memory", n: 200, callers: 1, wallGoal: 0.60, cpuGoal: 0.60,
			raw: inMemory(t, connectRaw(ungoverned), "fifty"), governed: inMemory(t, quick.Connect, "fifty"),
		},
		{
			name: "50 rows, stateless HTTP", n: 200, callers: 1, wallGoal: 0.60, cpuGoal: 0.60,
			raw: overHTTP(t, rawHandler(ungoverned), "fifty"), governed: overHTTP(t, governedHandler(t, quick), "fifty"),
		},
	} {
		c.run(t)
	}
}

// TestBenchDurable holds 64 callers on a log that is synced before each answer to 90 % of the raw throughput.
func TestBenchDurable(t *testing.T) {
	wanted(t)
	ungoverned := raw()
	durable := governed(t, audit.SyncGroup)
	comparison{
		name: "64 callers, fsynced log, HTTP", n: 64 * 40, callers: 64, wallGoal: 1 / 0.90,
		raw: overHTTP(t, rawHandler(ungoverned), "one"), governed: overHTTP(t, governedHandler(t, durable), "one"),
	}.run(t)
	// Without a goal: one in-memory connection has one reader, and while the log syncs, its thread holds one of two
	// processors until the scheduler notices.
	comparison{
		name: "64 callers, fsynced log, in memory", n: 64 * 40, callers: 64,
		raw: inMemory(t, connectRaw(ungoverned), "one"), governed: inMemory(t, durable.Connect, "one"),
	}.run(t)
}
