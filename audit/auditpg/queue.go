package auditpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"
)

const (
	// maxQueued bounds the bytes that wait for the writer, and so the bytes of one batch; further callers wait in Append. One record may be
	// larger.
	maxQueued = 4 << 20
	// rowBytes is what a row takes beside its texts and its line, about.
	rowBytes = 512
	// graceAlone is how long a batch is still tried for when all its callers have gone: records of callers who were refused are worth
	// keeping, but must not keep those behind them waiting for a connection that is dead.
	graceAlone = 500 * time.Millisecond
)

var errClosed = fmt.Errorf("auditpg: the sink is closed: %w", fs.ErrClosed)

// errAlone is why a batch is given up whose callers have gone.
var errAlone = errors.New("all callers have gone")

// batch is the rows of one transaction. err may be read after done is closed.
type batch struct {
	rows []row
	ctx  context.Context // ends when nobody waits any more
	end  context.CancelCauseFunc
	done chan struct{}
	err  error

	// Guarded by the queue's lock, as are the rows and the context until the writer takes the batch.
	waiting int         // callers
	alone   *time.Timer // ends ctx, when all callers have gone
}

// queue takes rows from callers and gives batches to the writer.
type queue struct {
	wake chan struct{} // tells the writer to look; holds one token

	mu     sync.Mutex
	next   *batch // what waits; nil: nothing
	bytes  int    // in next
	room   chan struct{}
	closed bool
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// put queues r and returns the batch it is in. It waits while the queue is full.
func (q *queue) put(ctx context.Context, r *row) (*batch, error) {
	for {
		b, room, err := q.add(r)
		if room == nil {
			return b, err
		}
		select {
		case <-room:
		case <-ctx.Done():
			return nil, fmt.Errorf("auditpg: record not taken, the queue is full: %w", context.Cause(ctx))
		}
	}
}

// add puts r into the batch, or returns a channel that closes when there may be room.
func (q *queue) add(r *row) (_ *batch, room <-chan struct{}, _ error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := r.bytes()
	switch {
	case q.closed:
		return nil, nil, errClosed
	case q.bytes > 0 && q.bytes+size > maxQueued:
		if q.room == nil {
			q.room = make(chan struct{})
		}
		return nil, q.room, nil
	}
	if q.next == nil {
		q.next = &batch{done: make(chan struct{})}
	}
	b := q.next
	if b.waiting == 0 { // new, or alone until now
		if b.alone != nil {
			b.alone.Stop()
		}
		b.ctx, b.end = context.WithCancelCause(context.Background())
	}
	b.rows = append(b.rows, *r)
	b.waiting++
	q.bytes += size
	q.signal()
	return b, nil, nil
}

// wait returns how the batch ended, or that ctx did.
func (q *queue) wait(ctx context.Context, b *batch) error {
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
	}
	q.leave(b)
	select {
	case <-b.done: // both at once: the record's fate is the better answer
		return b.err
	default:
		return fmt.Errorf("auditpg: gave up waiting for the record to be committed, it may still be written: %w", context.Cause(ctx))
	}
}

// leave counts a caller out who will not wait for the end.
func (q *queue) leave(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	b.waiting--
	if b.waiting == 0 {
		end := b.end
		b.alone = time.AfterFunc(graceAlone, func() { end(errAlone) })
	}
}

// take gives the writer what waits, nil if nothing does, and whether the queue is closed.
func (q *queue) take() (b *batch, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	b, q.next, q.bytes = q.next, nil, 0
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
	return b, q.closed
}

// finish tells the callers of a batch how it ended.
func (q *queue) finish(b *batch, err error) {
	q.mu.Lock()
	if b.alone != nil {
		b.alone.Stop()
	}
	b.waiting = -1 // no timer for those who leave from here on
	q.mu.Unlock()
	b.end(nil)
	b.rows, b.err = nil, err
	close(b.done)
}

// signal makes the writer look at the queue, now or when it is done with what it does.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default: // the writer has a token already
	}
}

// close refuses what comes later; the writer then takes what is left and ends.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
}

// bytes is what a row takes in memory, about.
func (r *row) bytes() int {
	size := rowBytes + len(r.line)
	for _, text := range r.texts {
		size += len(text)
	}
	return size
}
