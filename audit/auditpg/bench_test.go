package auditpg_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditpg"
)

// measuring skips the test unless measurements are asked for.
func measuring(t *testing.T) {
	t.Helper()
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
}

// typical is a record of about 600 bytes.
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

// throughput runs callers for some seconds and returns records per second, and what one record took: in the middle, and the slowest of a
// hundred.
func throughput(t *testing.T, callers int, appendAs func(caller int) error) (rate float64, median, slow time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	took := make([][]time.Duration, callers)
	errs := make([]error, callers)
	begin := time.Now()
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for ctx.Err() == nil && errs[caller] == nil {
				at := time.Now()
				errs[caller] = appendAs(caller)
				took[caller] = append(took[caller], time.Since(at))
			}
		})
	}
	all.Wait()
	passed := time.Since(begin)
	for _, err := range errs {
		require.NoError(t, err)
	}
	each := slices.Concat(took...)
	slices.Sort(each)
	return float64(len(each)) / passed.Seconds(), each[len(each)/2], each[len(each)*99/100]
}

// TestBenchThroughput compares the sink with what one would write without it: one INSERT per record, on a connection per caller, on a few
// connections, and on one.
func TestBenchThroughput(t *testing.T) {
	measuring(t)
	dsn := database(t)
	opts := &auditpg.Options{Schema: ownSchema(t)}
	sink := opened(t, dsn, opts)
	rates := map[string]float64{}
	report := func(name string, callers int, appendAs func(caller int) error) {
		rate, median, slow := throughput(t, callers, appendAs)
		rates[name] = rate
		t.Logf("%-34s %8.0f records/s   median %v   99 %% within %v", name, rate, median.Round(10*time.Microsecond), slow.Round(10*time.Microsecond))
	}
	write := func(int) error { return sink.Append(context.Background(), typical()) }
	report("sink, 64 callers", 64, write)
	report("sink, 8 callers", 8, write)
	report("sink, 1 caller", 1, write)

	insert := "INSERT INTO " + opts.Schema + `.mcpgov_audit (record_id, "time", kind, call_id, server, target_kind, target, user_id, tenant, role, agent,
		decision, rule, outcome, category, level, trace_id, duration_us, rows, record)
		VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	for name, connections := range map[string]int{
		"INSERT each, 64 on 64 connections": 64, "INSERT each, 64 on 8 connections": 8, "INSERT each, 64 on 1 connection": 1,
	} {
		pool := make(chan *pgx.Conn, connections)
		for range connections {
			pool <- connected(t, dsn)
		}
		report(name, 64, func(int) error {
			conn := <-pool
			defer func() { pool <- conn }()
			r := typical()
			line, err := r.AppendJSON(nil)
			if err == nil {
				_, err = conn.Exec(context.Background(), insert, r.Time, string(r.Kind), r.CallID, r.Server.Name, r.Target.Kind, r.Target.Name, r.User.ID,
					r.User.Tenant, r.User.Role, r.Agent.ID, r.Decision, r.Rule, r.Outcome, r.Category, string(r.Level), r.TraceID,
					r.Duration.Microseconds(), r.Rows, string(line))
			}
			return err //nolint:wrapcheck // a benchmark's
		})
		for range connections {
			require.NoError(t, (<-pool).Close(context.Background()))
		}
	}
	require.Greater(t, rates["sink, 64 callers"], rates["INSERT each, 64 on 64 connections"], "committing together must be worth it")
}

// TestBenchStalled: when nothing comes back from the server, callers are told at the end of their context, not later.
func TestBenchStalled(t *testing.T) {
	measuring(t)
	p := newProxy(t, database(t))
	sink := opened(t, p.dsn, &auditpg.Options{Schema: ownSchema(t)})
	for name, breakIt := range map[string]func(){"stalled": func() { p.stall() }, "dead": p.die} {
		require.NoError(t, sink.Append(t.Context(), typical()))
		breakIt()
		var mu sync.Mutex
		var latest time.Duration
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
				defer cancel()
				deadline, _ := ctx.Deadline()
				_ = sink.Append(ctx, typical()) // refused
				mu.Lock()
				defer mu.Unlock()
				latest = max(latest, time.Since(deadline))
			})
		}
		all.Wait()
		begin := time.Now()
		p.set(func() { p.stalled = false })
		require.NoError(t, sink.Append(t.Context(), typical()))
		t.Logf("%s: 64 callers returned at most %v after their deadline; in service again %v later", name, latest, time.Since(begin))
		require.Less(t, latest, 100*time.Millisecond)
		require.Less(t, time.Since(begin), time.Second)
	}
}
