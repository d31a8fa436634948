package policy_test

import (
	"fmt"
	"os"
	"testing"
)

// TestBenchDecision holds a decision of three conditions to its goals and prints them as make bench does.
func TestBenchDecision(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	r := testing.Benchmark(BenchmarkDecision)
	for _, line := range []struct {
		name, metric string
		goal         float64
	}{
		{"a decision of 3 conditions, against a map", "ratio", 0.5},
		{"a decision of 3 conditions, allocations", "allocs/decision", 4},
	} {
		value, verdict := r.Extra[line.metric], "ok"
		if value > line.goal || value == 0 {
			verdict = "MISS"
			t.Errorf("%s: %.2f, the goal is %.2f", line.name, value, line.goal)
		}
		fmt.Printf("%-44s value %.2f  goal <=%.2f  %-4s  ours %.0f ns, on a map %.0f ns\n",
			line.name, value, line.goal, verdict, r.Extra["ns/decision"], r.Extra["ns/map"])
	}
}
