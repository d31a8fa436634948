package mcptest_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcptest"
)

// ledger is a sink in memory that keeps every promise, unless it is told to break one.
type ledger struct {
	fault ledgerFault
	disk  *ledgerDisk

	mu     sync.Mutex
	held   []string // lines of a faulty sink
	closed bool
}

// ledgerDisk outlives the sink.
type ledgerDisk struct {
	mu      sync.Mutex
	lines   []string
	stalled chan struct{} // closed when it goes on; nil: it works
}

// ledgerFault is what is wrong with a ledger. Each function may be nil.
type ledgerFault struct {
	before   func(l *ledger, ctx context.Context, r audit.Record) (done bool, err error) // instead of the rest of Append, if done
	line     func(r audit.Record, line string) []string                                  // what is written instead of the line
	patient  bool                                                                        // ignores ctx
	closeErr func(l *ledger) error
	reopen   func(d *ledgerDisk)
}

func (l *ledger) Append(ctx context.Context, r audit.Record) error {
	if l.fault.before != nil {
		if done, err := l.fault.before(l, ctx, r); done {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errors.New("closed")
	}
	line, err := r.AppendJSON(nil)
	if err != nil {
		return err
	}
	lines := []string{string(line)}
	if l.fault.line != nil {
		lines = l.fault.line(r, lines[0])
	}
	if l.fault.patient {
		ctx = context.WithoutCancel(ctx)
	}
	return l.disk.write(ctx, lines...)
}

func (l *ledger) Close() error {
	if l.fault.closeErr != nil {
		return l.fault.closeErr(l)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return nil
}

func (d *ledgerDisk) write(ctx context.Context, lines ...string) error {
	d.mu.Lock()
	stalled := d.stalled
	d.mu.Unlock()
	if stalled != nil {
		select {
		case <-stalled:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, lines...)
	return nil
}

// stall makes writes wait.
func (d *ledgerDisk) stall() (release func()) {
	goOn := make(chan struct{})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stalled = goOn
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.stalled = nil
		close(goOn)
	}
}

func (d *ledgerDisk) records() iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		d.mu.Lock()
		lines := slices.Clone(d.lines)
		d.mu.Unlock()
		for _, line := range lines {
			r, err := audit.ParseRecord([]byte(line))
			if !yield(r, err) {
				return
			}
		}
	}
}

func (f ledgerFault) open() mcptest.SinkTest {
	disk := &ledgerDisk{}
	return mcptest.SinkTest{
		Sink: &ledger{fault: f, disk: disk}, Read: disk.records, Stall: disk.stall, Patience: 2 * time.Second,
		Reopen: func() (audit.Sink, error) {
			if f.reopen != nil {
				f.reopen(disk)
			}
			return &ledger{fault: f, disk: disk}, nil
		},
	}
}

// late writes the record before r, and keeps r.
func (l *ledger) late(r audit.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	line, err := r.AppendJSON(nil)
	if err != nil {
		return err
	}
	err = l.disk.write(context.Background(), l.held...)
	l.held = []string{string(line)}
	return err
}

// tenth counts records, and reports every 10th.
func (l *ledger) tenth() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, "")
	return len(l.held)%10 == 0
}

// hoarder is a sink that keeps records as they were given to it.
type hoarder struct {
	mu   sync.Mutex
	kept []audit.Record
}

func (h *hoarder) Append(_ context.Context, r audit.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = append(h.kept, r)
	return nil
}

func (h *hoarder) open() mcptest.SinkTest {
	return mcptest.SinkTest{Sink: h, Read: func() iter.Seq2[audit.Record, error] { return listed(h.kept) }}
}
