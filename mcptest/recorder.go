package mcptest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/mcpgov/go-sdk/audit"
)

// Recorder is an audit sink that keeps its records where a test can look at them. It is a real sink: a record
// that could not be written to a log is refused here, too. The zero Recorder is empty and ready; all methods may
// be called from many goroutines.
type Recorder struct {
	mu      sync.Mutex
	records []audit.Record
	lines   []string
	fault   func(audit.Record) error
}

// Append keeps a record, after writing it out and reading it back as a log would.
func (r *Recorder) Append(ctx context.Context, record audit.Record) error {
	if err := ctx.Err(); err != nil {
		return err //nolint:wrapcheck // the caller's own
	}
	r.mu.Lock()
	fault := r.fault
	r.mu.Unlock()
	if fault != nil {
		if err := fault(record); err != nil { // without the lock: it may mend the recorder
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	record.Seq = uint64(len(r.records)) + 1
	line, err := record.AppendJSON(nil)
	if err != nil {
		return err //nolint:wrapcheck // names the fault
	}
	kept, err := audit.ParseRecord(line)
	if err != nil {
		return err //nolint:wrapcheck // names the fault
	}
	r.records = append(r.records, kept)
	r.lines = append(r.lines, string(line))
	return nil
}

// FailWhen makes the sink fail: fault is asked about each record, and an error of it is Append's. nil mends it.
func (r *Recorder) FailWhen(fault func(audit.Record) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = fault
}

// All returns every record in order. The slice is the caller's own.
func (r *Recorder) All() []audit.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.records)
}

// Requests returns the records of what clients sent, without the events of the server's own: that it started, that it has a new policy.
func (r *Recorder) Requests() []audit.Record {
	return slices.DeleteFunc(r.All(), func(rec audit.Record) bool { return rec.Kind == audit.KindEvent })
}

// Calls returns the records of calls of targets, and of subscriptions and completions, without those of lists and greetings.
func (r *Recorder) Calls() []audit.Record {
	return slices.DeleteFunc(r.All(), func(rec audit.Record) bool {
		return rec.Target.Kind == "list" || rec.Target.Kind == "server" || rec.Target.Kind == ""
	})
}

// Outcomes returns the outcome records of calls, in order.
func (r *Recorder) Outcomes() []audit.Record {
	return slices.DeleteFunc(r.Calls(), func(rec audit.Record) bool { return rec.Kind != audit.KindOutcome })
}

// Reset forgets every record.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records, r.lines = nil, nil
}

// NoLeak checks that none of the secrets stands in any record: raw, escaped, URL-encoded, hexadecimal or base64.
// A recorder without records fails, for nobody may have written to it. Call it in the test's own goroutine.
func (r *Recorder) NoLeak(tb testing.TB, secrets ...string) {
	tb.Helper()
	requireSecrets(tb, secrets)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.lines) == 0 {
		tb.Fatal("NoLeak: the recorder has no records: is it the server's Config.Audit?")
	}
	for _, line := range r.lines {
		if leaked := leaks(line, secrets); leaked != "" {
			tb.Fatalf("the secret %q stands in the log: %s", leaked, line)
		}
	}
}
