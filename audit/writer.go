package audit

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// retryPause is how long mode AsyncUnsafe waits before it tries again to write what it took, and how long a writer that could not seal a
// segment in time waits before it tries again.
const retryPause = 200 * time.Millisecond

// writer is the one goroutine that seals drafts into lines and writes them. All fields but the head belong to it.
type writer struct {
	opts      *Options
	volume    volume
	chain     *chain
	active    active
	end       link     // the last record written
	out       []byte   // lines of the batch being written
	events    []Record // of the log itself; they go before the next batch
	overtaken bool     // another writer has been at work
	unsealed  bool     // a segment whose time is up could not be sealed, and the logger knows
	tell      func(Checkpoint)
	lock      *directoryLock

	pace pace
	held []*batch // AsyncUnsafe: taken from callers, not yet written

	stopped chan struct{}
	result  error // of the end; may be read after stopped is closed

	mu      sync.Mutex
	visible link  // copy of end for others
	opened  int   // copy of the size of the ids of unfinished calls
	written int64 // copy of the size of the segment
}

// show tells others how far the log is.
func (w *writer) show() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.visible, w.opened, w.written = w.end, w.active.openSize, w.active.size
}

// size is that of the segment being written.
func (w *writer) size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written
}

// head returns the last record written; anybody may ask.
func (w *writer) head() link {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.visible
}

// crowded reports whether so many calls have begun and not ended that no more can be kept account of.
func (w *writer) crowded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.opened > maxUnfinished
}

// wait returns when the writer has ended.
func (w *writer) wait() error {
	<-w.stopped
	return w.result
}

// run serves the queue until it is closed and empty.
func (w *writer) run(q *queue) {
	defer close(w.stopped)
	timer := time.NewTimer(time.Hour) // one for retry, linger and the end of the segment's time, which never wait at the same time
	timer.Stop()
	for {
		if pause := w.pause(); pause > 0 {
			timer.Reset(pause)
		}
		select {
		case <-q.wake:
		case <-timer.C:
			w.sealInTime()
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

// pause is how long to wait for records before there is something else to do; 0: for ever.
func (w *writer) pause() time.Duration {
	switch {
	case len(w.held) > 0:
		return retryPause
	case w.opts.SegmentAge <= 0:
		return 0
	default:
		return max(time.Until(w.active.begun.Add(w.opts.SegmentAge)), retryPause)
	}
}

// sealInTime seals a segment whose time is up, records or not.
func (w *writer) sealInTime() {
	if len(w.held) > 0 || !w.due() {
		return
	}
	if err := w.rotate(); err != nil && !w.unsealed { // once: it is tried again several times a second
		w.unsealed = true
		w.opts.Logger.Error("audit segment could not be sealed; it is tried again until it can, and no record is taken before", slog.Any("error", err))
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
		b.err = w.serve(b)
		records := len(b.drafts.ends)
		if b.err == nil {
			w.pace.observe(time.Since(start), records, records+q.waiting())
		}
		q.recycle(b.drafts)
		b.drafts = drafts{}
		close(b.done)
	}
}

// serve does what a batch is for.
func (w *writer) serve(b *batch) error {
	if b.seal {
		return w.rotate()
	}
	return w.commit(&b.drafts)
}

// commitHeld writes batches whose callers were told that their records were taken. What cannot be written is held, in order, and callers are
// refused meanwhile: so memory is bounded.
func (w *writer) commitHeld(q *queue, batches []*batch) {
	w.held = append(w.held, batches...)
	for len(w.held) > 0 {
		b := w.held[0]
		b.err = w.serve(b)
		if b.seal {
			close(b.done) // somebody waits for it
		} else if b.err != nil {
			if q.fail(b.err) == nil {
				w.opts.Logger.Error("audit log cannot be written, records are refused until it can", slog.Any("error", b.err))
			}
			return
		}
		q.recycle(b.drafts)
		w.held = w.held[1:]
	}
	if q.fail(nil) != nil {
		w.opts.Logger.Info("audit log is written again")
	}
}

// commit writes and syncs a batch, into the next segment if this one is due. After an error nothing of it is in the file, or the file is
// dirty and will be seen to before anything is written again; the chain has not moved.
func (w *writer) commit(d *drafts) error {
	if w.due() {
		if err := w.rotate(); err != nil {
			return err
		}
	}
	if err := w.add(d); err != nil {
		return fmt.Errorf("audit: write %d records: %w", len(d.ends), err)
	}
	return nil
}

// add writes the log's own events, then a batch, behind the last record.
func (w *writer) add(d *drafts) error {
	if err := w.mend(); err != nil {
		return err
	}
	end := w.end // moves on only if all of the batch is on disk: a half batch would leave a hole in the numbers
	w.out = w.out[:0]
	for i := range w.events {
		var own draft
		if err := own.encode(&w.events[i]); err != nil {
			return err
		}
		w.out = w.chain.seal(w.out, own, &end)
	}
	start := 0
	for i, gaps := range d.gaps {
		w.out = w.chain.seal(w.out, draft{line: d.lines[start:d.ends[i]], gaps: gaps}, &end)
		start = d.ends[i]
	}
	if err := w.active.write(w.out, w.opts.Sync != AsyncUnsafe); err != nil {
		return err
	}
	// After the sync: what was written into a file that somebody has deleted is in no log.
	if err := w.inPlace(); err != nil {
		return err
	}
	w.active.size += int64(len(w.out))
	w.active.follow(w.events, d.marks)
	w.events = nil
	w.end = end
	w.show()
	if cap(w.out) > 2*maxQueued {
		w.out = nil
	}
	return nil
}

// finish closes the file. Batches still held could not be written even now.
func (w *writer) finish() error {
	var errs []error
	if lost := len(w.held); lost > 0 {
		records := 0
		for _, b := range w.held {
			records += len(b.drafts.ends)
			if b.seal { // somebody waits for it
				b.err = errClosed
				close(b.done)
			}
		}
		errs = append(errs, fmt.Errorf("audit: close: %d records that were taken could not be written and are lost", records))
	}
	if err := w.active.file.Sync(); err != nil {
		errs = append(errs, fmt.Errorf("audit: close: %w", err))
	}
	if err := w.active.file.Close(); err != nil {
		errs = append(errs, fmt.Errorf("audit: close: %w", err))
	}
	return errors.Join(errs...)
}
