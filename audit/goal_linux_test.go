package audit_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

const goalRounds = 9

// TestBenchAudit measures what the log promises to cost and prints it beside the goals: medians over rounds, everything once in each round, in
// processor time where the machine may be shared.
func TestBenchAudit(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	short := typical() // a line of 600 bytes, with its chain
	short.Arguments, short.ArgumentsDigest, short.Client, short.Masked = nil, "", audit.Client{}, nil
	plain, keyed, long := verifying(t, short, nil, 600), verifying(t, short, testKey("k"), 600), verifying(t, typical(), nil, 840)
	figures := map[string][]float64{}
	note := func(name string, value float64) { figures[name] = append(figures[name], value) }
	for range goalRounds {
		note("plain", plain())
		note("keyed", keyed())
		note("long", long())
		cpu, wall, allocs := appending(t)
		note("append", cpu)
		note("append, wall", wall)
		note("append, allocations", allocs)
		each := throughput(t, audit.SyncEach, 500)
		group := throughput(t, audit.SyncGroup, 10_000)
		note("each", each)
		note("group", group)
		note("ratio", group/each)
	}
	middle := func(name string) float64 {
		values := slices.Sorted(slices.Values(figures[name]))
		return values[len(values)/2]
	}
	atLeast := func(name string, value, goal float64, detail string) {
		goalLine(t, name, value, fmt.Sprintf(">=%.2f", goal), value >= goal, detail)
	}
	atMost := func(name string, value, goal float64, detail string) {
		goalLine(t, name, value, fmt.Sprintf("<=%.2f", goal), value <= goal, detail)
	}
	atLeast("verify, M records per CPU second", middle("plain"), 1, fmt.Sprintf("lines of 600 bytes; keyed %.2f; plain lines of 840 bytes %.2f", middle("keyed"), middle("long")))
	atMost("append AsyncUnsafe, µs of the caller", middle("append"), 1, fmt.Sprintf("CPU of its thread, in bursts that fit the queue; wall %.2f", middle("append, wall")))
	atMost("append AsyncUnsafe, allocations", middle("append, allocations"), 0.05, "those of the writer for its batches included")
	atLeast("group commit over SyncEach, 64 callers", middle("ratio"), 15, fmt.Sprintf("records/s: group %.0f, each %.0f", middle("group"), middle("each")))
}

func goalLine(t *testing.T, name string, value float64, goal string, ok bool, detail string) {
	t.Helper()
	verdict := "ok"
	if !ok {
		verdict = "MISS"
		t.Errorf("%s: %.2f misses the goal %s", name, value, goal)
	}
	fmt.Printf("%-44s value %.2f  goal %s  %-4s  %s\n", name, value, goal, verdict, detail)
}

// The clocks of the processor time of the process, and of the thread; see clock_gettime(2). getrusage(2) counts the thread's by ticks.
const (
	clockProcess = 2
	clockThread  = 3
)

func used(t *testing.T, clock uintptr) time.Duration {
	t.Helper()
	var at syscall.Timespec
	_, _, err := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&at)), 0)
	require.Zero(t, err)
	return time.Duration(at.Nano())
}

// verifying writes a log and returns a function that verifies it and says how many million records that are in a second of processor time.
func verifying(t *testing.T, r audit.Record, key []byte, size int) func() float64 {
	t.Helper()
	const n = 100_000
	dir := t.TempDir()
	log := openLog(t, dir, &audit.Options{Sync: audit.AsyncUnsafe, Key: key})
	for i := range n {
		r.CallID = fmt.Sprintf("01J9ZQ4T8C%08d", i)
		require.NoError(t, log.Append(context.Background(), r))
	}
	require.NoError(t, log.Close())
	all, err := audit.Segments(os.DirFS(dir))
	require.NoError(t, err)
	bytes := int64(0)
	for _, s := range all {
		bytes += s.Size
	}
	require.InDelta(t, size, bytes/n, 20, "bytes of a line")
	return func() float64 {
		runtime.GC()
		before := used(t, clockProcess)
		_, err := audit.Verify(os.DirFS(dir), &audit.VerifyOptions{Key: key})
		require.NoError(t, err)
		return n / 1e6 / (used(t, clockProcess) - before).Seconds()
	}
}

// appending returns what a record costs who appends it: µs of processor time, µs of wall time, allocations. Bursts fit the queue.
func appending(t *testing.T) (cpu, wall, allocs float64) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const bursts, burst = 60, 1500
	log := openLog(t, t.TempDir(), &audit.Options{Sync: audit.AsyncUnsafe})
	r, ctx := typical(), context.Background()
	var spent, took time.Duration
	var mallocs uint64
	for range bursts {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		thread, begin := used(t, clockThread), time.Now()
		for range burst {
			if err := log.Append(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		took += time.Since(begin)
		spent += used(t, clockThread) - thread
		runtime.ReadMemStats(&after)
		mallocs += after.Mallocs - before.Mallocs
		require.NoError(t, log.Seal(ctx)) // all of it is written
	}
	require.NoError(t, log.Close())
	const n = bursts * burst
	return spent.Seconds() * 1e6 / n, took.Seconds() * 1e6 / n, float64(mallocs) / n
}

// throughput returns the records per second that 64 callers get written.
func throughput(t *testing.T, mode audit.SyncMode, n int) float64 {
	t.Helper()
	log := openLog(t, t.TempDir(), &audit.Options{Sync: mode})
	r := typical()
	var wg sync.WaitGroup
	begin := time.Now()
	const callers = 64
	for range callers {
		wg.Go(func() {
			for range n / callers {
				if err := log.Append(context.Background(), r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	require.NoError(t, log.Close())
	return float64(n/callers*callers) / took.Seconds()
}
