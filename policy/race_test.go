//go:build race

package policy_test

// raceEnabled: the race detector makes sync.Pool forget at random, so allocations cannot be counted.
const raceEnabled = true
