package forward

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// buffer keeps records on disk until the collector has them: a log, and a note of how far it has been shipped.
type buffer struct {
	courier *courier
	opts    *HTTPOptions
	log     *audit.Log
	extent  *extent
	keep    *audit.Retention // of what was shipped; nil: nothing

	wake    chan struct{}
	closing context.Context
	close   context.CancelFunc
	ended   chan struct{}
	closed  sync.Once
	err     error // of closing the log

	mu       sync.Mutex
	shipped  progress
	advanced chan struct{} // closed and replaced when shipped moves on
	oldest   time.Time     // of the record that is being sent; zero if none is
	failing  error
	told     time.Time // when the logger last heard of failing

	// The shipper only.
	healthy  bool      // the collector took the last record that was not set aside
	pruned   int       // the segment that was being shipped when shipped ones were deleted
	prunedAt time.Time // when that was
	sent     int       // bytes since then
}

// openBuffer opens the log in the directory and goes on where shipping ended.
func openBuffer(c *courier, opts *HTTPOptions) (_ *buffer, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("forward: open buffer %s: %w", opts.Buffer, err)
		}
	}()
	var logOpts audit.Options
	if opts.BufferLog != nil {
		logOpts = *opts.BufferLog
	}
	keep := logOpts.Retention
	logOpts.Retention = nil // the log does not know what was shipped
	log, err := audit.Open(opts.Buffer, &logOpts)
	if err != nil {
		return nil, err
	}
	shipped, err := readProgress(opts.Buffer, log)
	if err != nil {
		_ = log.Close() // nothing was written
		return nil, err
	}
	b := &buffer{
		courier: c, opts: opts, log: log, keep: keep, extent: newExtent(opts.Buffer, shipped), shipped: shipped,
		wake: make(chan struct{}, 1), ended: make(chan struct{}), advanced: make(chan struct{}),
	}
	b.closing, b.close = context.WithCancel(context.Background())
	go b.run()
	return b, nil
}

// append makes r durable in the buffer.
func (b *buffer) append(ctx context.Context, r audit.Record) error {
	if b.closing.Err() != nil {
		return errClosed
	}
	unsent, err := b.extent.unsent()
	if err != nil {
		return fmt.Errorf("forward: measure the buffer: %w", err)
	}
	if unsent >= b.opts.MaxBuffer {
		return fmt.Errorf("forward: the buffer is full: the collector lacks %d bytes, MaxBuffer is %d; see to the collector", unsent, b.opts.MaxBuffer)
	}
	err = b.log.Append(ctx, r)
	b.signal() // even after an error: the record may be written
	return err
}

// signal makes the shipper look at the log.
func (b *buffer) signal() {
	select {
	case b.wake <- struct{}{}:
	default: // it has a token already
	}
}

// flush waits until everything of this moment is shipped.
func (b *buffer) flush(ctx context.Context) error {
	head, _ := b.log.Head()
	for {
		b.mu.Lock()
		seq, advanced, failing := b.shipped.Seq, b.advanced, b.failing
		b.mu.Unlock()
		if seq >= head {
			return nil
		}
		select {
		case <-advanced:
		case <-b.ended:
			return errClosed
		case <-ctx.Done():
			err := fmt.Errorf("forward: the collector lacks %d records: %w", head-seq, context.Cause(ctx))
			if failing != nil {
				err = fmt.Errorf("%w; the last attempt: %w", err, failing)
			}
			return err
		}
	}
}

// lag says what is not shipped.
func (b *buffer) lag() Lag {
	head, _ := b.log.Head()
	bytes, err := b.extent.unsent()
	b.mu.Lock()
	defer b.mu.Unlock()
	l := Lag{Bytes: bytes, Refused: b.shipped.Refused, Err: b.failing}
	if l.Err == nil {
		l.Err = err
	}
	if head > b.shipped.Seq {
		l.Records = head - b.shipped.Seq
		if !b.oldest.IsZero() {
			l.Age = max(0, time.Since(b.oldest))
		}
	}
	return l
}

// stop ends the shipper and closes the log.
func (b *buffer) stop() error {
	b.closed.Do(func() {
		b.close()
		b.signal()
		<-b.ended
		b.err = b.log.Close()
	})
	return b.err
}

// report tells the logger of a failure: the first, and then one a minute.
func (b *buffer) report(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.failing == nil || now.Sub(b.told) >= time.Minute {
		b.told = now
		head, _ := b.log.Head()
		b.opts.Logger.Warn("audit records cannot be forwarded, they wait in the buffer", slog.String("dir", b.opts.Buffer),
			slog.Uint64("records", head-b.shipped.Seq), slog.Any("error", err))
	}
	b.failing = err
}

// recovered forgets the failure.
func (b *buffer) recovered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failing != nil {
		b.failing = nil
		b.opts.Logger.Info("audit records are forwarded again", slog.String("dir", b.opts.Buffer))
	}
}
