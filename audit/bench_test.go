package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// typical is a record of about 600 bytes, without seq, prev and hash.
func typical() audit.Record {
	return audit.Record{
		Kind: audit.KindOutcome, CallID: "01J9ZQ4T8C3M5N7P9R", Time: time.Date(2026, 3, 4, 5, 6, 7, 89_012_000, time.UTC),
		Server: audit.Server{Name: "crm", Version: "1.0.0", Policy: "ab12cd34", Environment: "prod"},
		User:   audit.User{ID: "u-1001", Role: "analyst", Provider: "oidc"}, Agent: audit.Agent{ID: "client-9", Kind: "oauth_client"},
		Client: audit.Client{Name: "inspector", Version: "2.1", Transport: "http", Protocol: "2026-07-28"},
		Target: audit.Target{Kind: "tool", Name: "get_customer", ReadOnly: true}, Arguments: json.RawMessage(`{"customer_id":"cust_42","with_orders":true}`),
		ArgumentsDigest: "5d41402abc4b2a76b9719d911017c592", Decision: "allow", Rule: "own-record", Outcome: "ok",
		Duration: 1234 * time.Microsecond, Rows: 1, Bytes: 512, Masked: []string{"email", "credit_score"},
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	r := typical()
	dst := make([]byte, 0, 2048)
	dst, err := r.AppendJSON(dst)
	require.NoError(b, err)
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = r.AppendJSON(dst[:0])
	}
}

func TestAppendJSONDoesNotAllocate(t *testing.T) {
	r := typical()
	dst := make([]byte, 0, 2048)
	require.Zero(t, testing.AllocsPerRun(100, func() { dst, _ = r.AppendJSON(dst[:0]) }))
}

func BenchmarkParseRecord(b *testing.B) {
	r := typical()
	line, err := r.AppendJSON(nil)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = audit.ParseRecord(line)
	}
}

// BenchmarkLog measures wall time per record; "busy" callers compute for about 50 µs between records, as calls do.
func BenchmarkLog(b *testing.B) {
	for _, mode := range []struct {
		name string
		opts audit.Options
	}{
		{"each", audit.Options{Sync: audit.SyncEach}},
		{"group", audit.Options{}},
		{"group-nolinger", audit.Options{Linger: -1}},
		{"async", audit.Options{Sync: audit.AsyncUnsafe}},
	} {
		for _, callers := range []int{1, 8, 64} {
			for _, work := range []int{0, 50} {
				name := fmt.Sprintf("%s/%d", mode.name, callers)
				if work > 0 {
					name += "-busy"
				}
				b.Run(name, func(b *testing.B) { benchLog(b, &mode.opts, callers, work) })
			}
		}
	}
}

func benchLog(b *testing.B, opts *audit.Options, callers, work int) {
	b.Helper()
	log := openLog(b, b.TempDir(), opts)
	r := typical()
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := log.Append(context.Background(), r); err != nil {
					b.Error(err)
				}
				compute(work)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	require.NoError(b, log.Close())
}

var computed atomic.Int64

// compute keeps a core busy for about that many microseconds.
func compute(micros int) {
	var n int64
	for i := range int64(micros) * 2000 {
		n += i ^ n
	}
	computed.Add(n)
}

func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()
	log := openLog(b, dir, &audit.Options{Sync: audit.AsyncUnsafe})
	const n = 50_000
	for range n {
		require.NoError(b, log.Append(context.Background(), typical()))
	}
	require.NoError(b, log.Close())
	info, err := os.Stat(filepath.Join(dir, segment))
	require.NoError(b, err)
	b.SetBytes(info.Size())
	for b.Loop() {
		if _, err := audit.Verify(os.DirFS(dir), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "records/s")
}
