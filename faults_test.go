package sdk_test

import (
	"strings"
	"testing"
)

// noFaults fails the test with one line for each fault. Every rule of the house is a function that returns its faults, so that the same
// function can be shown to catch what it is for.
func noFaults(t *testing.T, faults []string) {
	t.Helper()
	if len(faults) > 0 {
		t.Errorf("%d faults:\n%s", len(faults), strings.Join(faults, "\n"))
	}
}
