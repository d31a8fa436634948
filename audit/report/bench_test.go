package report_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
)

// TestBenchMake measures how fast records are counted, and what memory a report keeps of them.
func TestBenchMake(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	kept := map[int]int{}
	for _, n := range []int{100_000, 1_000_000} {
		users := make([]audit.Record, 200)
		for i := range users {
			users[i] = seen("c", fmt.Sprint("user", i))
			users[i].Subjects = []string{fmt.Sprint("subject", i%50)}
		}
		all := func(yield func(audit.Record, error) bool) {
			for i := range n {
				r := users[i%len(users)]
				r.Seq, r.Time, r.Server.Name, r.Server.Policy = uint64(i+1), noon.Add(time.Duration(i)*time.Second), "clinic", "rev1"
				if !yield(r, nil) {
					return
				}
			}
		}
		before := heap()
		begin := time.Now()
		r, err := report.Make(t.Context(), all, &report.Options{Profile: report.HIPAA})
		took := time.Since(begin)
		require.NoError(t, err)
		kept[n] = heap() - before
		t.Logf("%d records: %.2f µs each, %d KiB kept, %d rows", n, float64(took.Microseconds())/float64(n), kept[n]>>10, len(r.Access.Rows)+len(r.Subjects.Rows))
		runtime.KeepAlive(r)
	}
	require.Less(t, kept[1_000_000], kept[100_000]*3/2+1<<20, "memory must not grow with the log")
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
