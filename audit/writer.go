package audit

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// retryPause is how long mode AsyncUnsafe waits before it tries again to write what it took.
const retryPause = 200 * time.Millisecond

// writer is the one goroutine that seals drafts into lines and writes them. All fields but the head belong to it.
type writer struct {
	opts  *Options
	file  disk
	chain *chain
	out   []byte // lines of the batch being written

	end   link  // the last record written
	size  int64 // file offset after it
	dirty bool  // a write failed: something may stand behind size

	pace pace
	held []*batch // AsyncUnsafe: taken from callers, not yet written

	stopped chan struct{}
	result  error // of the end; may be read after stopped is closed

	mu      sync.Mutex
	visible link // copy of end for others
}

func newWriter(opts *Options, file disk, end tail) *writer {
	return &writer{
		opts: opts, file: file, chain: newChain(opts.Key), end: end.last, visible: end.last, size: end.size, stopped: make(chan struct{}),
	}
}

// head returns the last record written; anybody may ask.
func (w *writer) head() link {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.visible
}

// wait returns when the writer has ended.
func (w *writer) wait() error {
	<-w.stopped
	return w.result
}

// run serves the queue until it is closed and empty.
func (w *writer) run(q *queue) {
	defer close(w.stopped)
	timer := time.NewTimer(time.Hour) // one for retry and linger, which never wait at the same time
	timer.Stop()
	for {
		if len(w.held) > 0 {
			timer.Reset(retryPause)
		}
		select {
		case <-q.wake:
		case <-timer.C:
		}
		timer.Stop()
		w.linger(q, timer)
		batches, closed := q.take()
		if w.opts.Sync == AsyncUnsafe {
			w.commitHeld(q, batches)
		} else {
			w.commitAll(q, batches)
		}
		if closed { // nothing can have been queued after it
			w.result = w.finish()
			return
		}
	}
}

// linger gives callers time to join the batch.
func (w *writer) linger(q *queue, timer *time.Timer) {
	pause, enough := w.pace.linger(w.opts)
	if pause <= 0 || !q.expect(enough) {
		return
	}
	timer.Reset(pause)
	select {
	case <-q.wake:
	case <-timer.C:
	}
	timer.Stop()
}

// commitAll writes each batch and tells its callers.
func (w *writer) commitAll(q *queue, batches []*batch) {
	// After a batch failed the next is tried all the same: it may be the first that finds the disk well again.
	for _, b := range batches {
		start := time.Now()
		b.err = w.commit(&b.drafts)
		records := len(b.drafts.ends)
		if b.err == nil {
			w.pace.observe(time.Since(start), records, records+q.waiting())
		}
		q.recycle(b.drafts)
		b.drafts = drafts{}
		close(b.done)
	}
}

// commitHeld writes batches whose callers were told that their records were taken. What cannot be written is held, in order, and callers are
// refused meanwhile: so memory is bounded.
func (w *writer) commitHeld(q *queue, batches []*batch) {
	w.held = append(w.held, batches...)
	for len(w.held) > 0 {
		if err := w.commit(&w.held[0].drafts); err != nil {
			if q.fail(err) == nil {
				w.opts.Logger.Error("audit log cannot be written, records are refused until it can", slog.Any("error", err))
			}
			return
		}
		q.recycle(w.held[0].drafts)
		w.held = w.held[1:]
	}
	if q.fail(nil) != nil {
		w.opts.Logger.Info("audit log is written again")
	}
}

// commit writes and syncs a batch. After an error nothing of it is in the file, or the writer is dirty and will see to it before it writes
// again; the chain has not moved.
func (w *writer) commit(d *drafts) error {
	if w.dirty {
		if err := w.repair(); err != nil {
			return fmt.Errorf("audit: cut back a failed write: %w", err)
		}
	}
	end := w.end // moves on only if all of the batch is on disk: a half batch would leave a hole in the numbers
	w.out = w.out[:0]
	start := 0
	for i, gaps := range d.gaps {
		w.out = w.chain.seal(w.out, draft{line: d.lines[start:d.ends[i]], gaps: gaps}, &end)
		start = d.ends[i]
	}
	// At an offset, not at the end: whatever a failed write left behind size is overwritten.
	_, err := w.file.WriteAt(w.out, w.size)
	if err == nil && w.opts.Sync != AsyncUnsafe {
		err = w.file.Sync()
	}
	if err != nil {
		// After a failed sync the system may take the pages for clean: they must be cut off and written anew.
		w.dirty = true
		return fmt.Errorf("audit: write %d records: %w", len(d.ends), errors.Join(err, w.repair()))
	}
	w.size += int64(len(w.out))
	w.end = end
	w.mu.Lock()
	w.visible = end
	w.mu.Unlock()
	if cap(w.out) > 2*maxQueued {
		w.out = nil
	}
	return nil
}

// repair cuts the file back to its last good record. If even that fails, nothing is written before it succeeds: a whole record behind a torn
// one could never be told from a forged one.
func (w *writer) repair() error {
	err := w.file.Truncate(w.size)
	w.dirty = err != nil
	return err
}

// finish closes the file. Batches still held could not be written even now.
func (w *writer) finish() error {
	var errs []error
	if lost := len(w.held); lost > 0 {
		records := 0
		for _, b := range w.held {
			records += len(b.drafts.ends)
		}
		errs = append(errs, fmt.Errorf("audit: close: %d records that were taken could not be written and are lost", records))
	}
	if err := w.file.Sync(); err != nil {
		errs = append(errs, fmt.Errorf("audit: close: %w", err))
	}
	if err := w.file.Close(); err != nil {
		errs = append(errs, fmt.Errorf("audit: close: %w", err))
	}
	return errors.Join(errs...)
}
