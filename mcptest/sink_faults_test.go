package mcptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcptest"
)

func TestSinkPassesLedger(t *testing.T) {
	t.Parallel()
	for _, rule := range mcptest.SinkRules() {
		require.Empty(t, mcptest.SinkVerdict(rule, ledgerFault{}.open), rule)
	}
}

// changed writes the record's line after a change.
func changed(change func(r *audit.Record)) func(audit.Record, string) []string {
	return func(r audit.Record, _ string) []string {
		change(&r)
		line, err := r.AppendJSON(nil)
		if err != nil {
			panic(err)
		}
		return []string{string(line)}
	}
}

// TestSinkCatches: each of these sinks breaks one promise, and the rule of that promise says so.
func TestSinkCatches(t *testing.T) {
	t.Parallel()
	never := make(chan struct{}) // the goroutines of sinks that hang end with the test
	t.Cleanup(func() { close(never) })
	for name, c := range map[string]struct {
		fault ledgerFault
		rule  string
		says  string
	}{
		"forgets a field": {
			ledgerFault{line: changed(func(r *audit.Record) { r.Steps = nil })},
			"fields", `Steps came back as "[]", not as "[{Kind:Record.Steps.0.Kind`,
		},
		"cuts texts at NUL": {
			ledgerFault{line: changed(func(r *audit.Record) { r.Note, _, _ = strings.Cut(r.Note, "\x00") })},
			"texts", `Note came back as "nul", not as "nul\x00nul\x00"`,
		},
		"refuses what is not UTF-8": {
			ledgerFault{before: func(_ *ledger, _ context.Context, r audit.Record) (bool, error) {
				return r.CallID == "\xff\xfe not UTF-8 \xc3", errors.New("invalid byte sequence")
			}},
			"texts", `was refused: invalid byte sequence`,
		},
		"reads numbers as floats": {
			ledgerFault{line: changed(func(r *audit.Record) {
				var value any
				if json.Unmarshal(r.Arguments, &value) == nil {
					r.Arguments, _ = json.Marshal(value)
				}
			})},
			"numbers", `Arguments came back as`,
		},
		"keeps whole seconds": {
			ledgerFault{line: changed(func(r *audit.Record) { r.Time = r.Time.Truncate(time.Second) })},
			"numbers", `Time came back as "2026-12-31 23:59:59 +0000 UTC", not as "2026-12-31 23:59:59.999999 +0000 UTC"`,
		},
		"has short lines": {
			ledgerFault{before: func(_ *ledger, _ context.Context, r audit.Record) (bool, error) {
				return len(r.Response) > 64<<10, errors.New("line too long")
			}},
			"extremes", `record "response" was refused: line too long`,
		},
		"drops what it has seen": {
			ledgerFault{before: func(l *ledger, _ context.Context, r audit.Record) (bool, error) {
				l.mu.Lock()
				defer l.mu.Unlock()
				line, _ := r.AppendJSON(nil)
				seen := slices.Contains(l.held, string(line))
				l.held = append(l.held, string(line))
				return seen, nil
			}},
			"repeats", `record 3 of 6: Kind came back as "", not as "outcome"`,
		},
		"takes Seq for its own": {
			ledgerFault{before: func(_ *ledger, _ context.Context, r audit.Record) (bool, error) {
				return r.Seq > 1, errors.New("a record is missing")
			}},
			"chain members", `record "first" was refused: a record is missing`,
		},
		"returns before it writes": {
			ledgerFault{before: func(l *ledger, _ context.Context, r audit.Record) (bool, error) {
				return true, l.late(r)
			}},
			"durable", `right after Append returned nil: the sink holds 0 records, not 1`,
		},
		"sorts the caller's lists": {
			ledgerFault{before: func(l *ledger, _ context.Context, r audit.Record) (bool, error) {
				l.mu.Lock() // so that the race detector lets the suite find it
				defer l.mu.Unlock()
				if len(r.Masked) > 0 && r.Masked[0] < r.Masked[1] {
					slices.Reverse(r.Masked)
				}
				return false, nil
			}},
			"memory", `the record was changed`,
		},
		"appends to the caller's JSON": {
			ledgerFault{before: func(l *ledger, _ context.Context, r audit.Record) (bool, error) {
				l.mu.Lock()
				defer l.mu.Unlock()
				_ = append(r.Arguments, '\n')
				return false, nil
			}},
			"memory", `written behind the end of the record's slices`,
		},
		"drops every 10th": {
			ledgerFault{before: func(l *ledger, _ context.Context, _ audit.Record) (bool, error) {
				return l.tenth(), nil
			}},
			"together", `records are out of order, or lost`,
		},
		"writes every 10th twice": {
			ledgerFault{before: func(l *ledger, ctx context.Context, r audit.Record) (bool, error) {
				if l.tenth() {
					line, _ := r.AppendJSON(nil)
					return false, l.disk.write(ctx, string(line))
				}
				return false, nil
			}},
			"together", `records are out of order, or there twice`,
		},
		"writes newest first": {
			ledgerFault{before: func(l *ledger, _ context.Context, r audit.Record) (bool, error) {
				l.disk.mu.Lock()
				defer l.disk.mu.Unlock()
				line, err := r.AppendJSON(nil)
				if err == nil {
					l.disk.lines = slices.Insert(l.disk.lines, 0, string(line))
				}
				return true, err
			}},
			"together", `records are out of order`,
		},
		"is silent about what it cannot write": {
			ledgerFault{before: func(_ *ledger, _ context.Context, r audit.Record) (bool, error) {
				_, err := r.AppendJSON(nil)
				return err != nil, nil
			}},
			"invalid", `nil was returned for a record that cannot be written: Arguments "{\"a\":"`,
		},
		"leaves half a line": {
			ledgerFault{before: func(l *ledger, ctx context.Context, r audit.Record) (bool, error) {
				_, err := r.AppendJSON(nil)
				if err != nil {
					return true, errors.Join(err, l.disk.write(ctx, `{"arguments":`))
				}
				return false, nil
			}},
			"invalid", `read after 0 records: audit: not a record`,
		},
		"is out of service after a fault": {
			ledgerFault{before: func(l *ledger, _ context.Context, r audit.Record) (bool, error) {
				l.mu.Lock()
				defer l.mu.Unlock()
				if _, err := r.AppendJSON(nil); err != nil {
					l.closed = true
				}
				return false, nil
			}},
			"invalid", `record "good" was refused: closed`,
		},
		"waits for an ended context": {
			ledgerFault{before: func(_ *ledger, ctx context.Context, _ audit.Record) (bool, error) {
				if ctx.Err() != nil {
					<-never
				}
				return false, nil
			}},
			"ended context", `Append hangs: it did not return within 2s`,
		},
		"acknowledges what it gave up": {
			ledgerFault{before: func(_ *ledger, ctx context.Context, _ audit.Record) (bool, error) {
				return ctx.Err() != nil, nil
			}},
			"ended context", `nil was returned for record "ended 0", but it is not there`,
		},
		"dies with a context": {
			ledgerFault{before: func(l *ledger, ctx context.Context, _ audit.Record) (bool, error) {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.closed = l.closed || ctx.Err() != nil
				return false, nil
			}},
			"deadlines", `was refused before its context ended: closed`,
		},
		"ignores the context": {ledgerFault{patient: true}, "stalled", `Append hangs: it did not return within 2s`},
		"acknowledges while it hangs": {
			ledgerFault{before: func(_ *ledger, _ context.Context, r audit.Record) (bool, error) {
				return strings.HasPrefix(r.CallID, "stalled"), nil
			}},
			"stalled", `nil was returned while what stands behind the sink hung`,
		},
		"takes records after Close": {
			ledgerFault{closeErr: func(*ledger) error { return nil }},
			"closed", `nil was returned after Close`,
		},
		"panics after Close": {
			ledgerFault{closeErr: func(l *ledger) error { l.disk = nil; return nil }},
			"closed", `Append panics: runtime error: invalid memory address`,
		},
		"cannot be closed twice": {
			ledgerFault{closeErr: func(l *ledger) error {
				l.mu.Lock()
				defer l.mu.Unlock()
				if l.closed {
					panic("close of closed channel")
				}
				l.closed = true
				return nil
			}},
			"closed", `a second Close panics: close of closed channel`,
		},
		"loses its buffer in Close": {
			ledgerFault{closeErr: func(l *ledger) error {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.closed = true
				l.disk.mu.Lock()
				defer l.disk.mu.Unlock()
				l.disk.lines = l.disk.lines[:len(l.disk.lines)-1]
				return nil
			}},
			"closing", `but it is not there`,
		},
		"begins anew when opened": {
			ledgerFault{reopen: func(d *ledgerDisk) { d.lines = nil }},
			"reopened", `the sink holds 0 records, not 3`,
		},
		"panics": {
			ledgerFault{before: func(*ledger, context.Context, audit.Record) (bool, error) { panic("nil map") }},
			"fields", `was refused: Append panics: nil map`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, mcptest.SinkVerdict(c.rule, c.fault.open), c.says)
		})
	}
	hoards := mcptest.SinkVerdict("memory", (&hoarder{}).open)
	require.Contains(t, hoards, `after the caller had reused the record's memory: record 1 of 9:`)
}
