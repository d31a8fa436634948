//go:build unix

package bench_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// sample is the cost of one call.
type sample struct {
	wall, cpu time.Duration
	allocs    float64
}

// measure makes n calls by as many callers and returns the cost of one.
func measure(tb testing.TB, c call, n, callers int) sample {
	tb.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, begin := cpuTime(), time.Now()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range n / callers {
				c(tb)
			}
		})
	}
	wg.Wait()
	wall := time.Since(begin)
	used := cpuTime() - cpu
	runtime.ReadMemStats(&after)
	calls := n / callers * callers
	return sample{wall / time.Duration(calls), used / time.Duration(calls), float64(after.Mallocs-before.Mallocs) / float64(calls)}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// comparison is one line of the report: two sides measured in turns.
type comparison struct {
	name              string
	raw, governed     call
	n, callers        int
	wallGoal, cpuGoal float64 // 0: printed without a goal
}

const benchRounds = 11

// run measures both sides in turns and prints the medians. Which side goes first changes each round.
func (c comparison) run(t *testing.T) {
	t.Helper()
	measure(t, c.raw, c.n/4+c.callers, c.callers) // warm both sides up
	measure(t, c.governed, c.n/4+c.callers, c.callers)
	var walls, cpus []float64
	var raws, governeds []sample
	for round := range benchRounds {
		var r, g sample
		if round%2 == 0 {
			r = measure(t, c.raw, c.n, c.callers)
			g = measure(t, c.governed, c.n, c.callers)
		} else {
			g = measure(t, c.governed, c.n, c.callers)
			r = measure(t, c.raw, c.n, c.callers)
		}
		raws, governeds = append(raws, r), append(governeds, g)
		walls = append(walls, float64(g.wall)/float64(r.wall))
		cpus = append(cpus, float64(g.cpu)/float64(r.cpu))
	}
	r, g := raws[benchRounds/2], governeds[benchRounds/2]
	c.line(t, "wall", median(walls), c.wallGoal, fmt.Sprintf("raw %v, governed %v, spread %.2f-%.2f, allocations raw %.0f, governed %.0f",
		r.wall.Round(time.Microsecond), g.wall.Round(time.Microsecond), slices.Min(walls), slices.Max(walls), r.allocs, g.allocs))
	c.line(t, "cpu", median(cpus), c.cpuGoal, fmt.Sprintf("raw %v, governed %v, allocations raw %.0f, governed %.0f", r.cpu.Round(time.Microsecond), g.cpu.Round(time.Microsecond), r.allocs, g.allocs))
}

func (c comparison) line(t *testing.T, what string, ratio, goal float64, detail string) {
	t.Helper()
	report(t, c.name+", "+what, ratio, goal, detail)
}

// report prints a line and fails the run if the goal is missed.
func report(t *testing.T, name string, value, goal float64, detail string) {
	t.Helper()
	verdict := "ok"
	switch {
	case goal == 0:
		verdict = "--"
	case value > goal:
		verdict = "MISS"
		defer t.Errorf("%s: %.2f is over the goal %.2f", name, value, goal)
	}
	goalText := "    -"
	if goal > 0 {
		goalText = fmt.Sprintf("<=%.2f", goal)
	}
	fmt.Printf("%-44s ratio %.2f  goal %s  %-4s  %s\n", name, value, goalText, verdict, detail)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func wanted(t *testing.T) {
	t.Helper()
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
}
