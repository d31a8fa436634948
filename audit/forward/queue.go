package forward

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"
)

var errClosed = fmt.Errorf("forward: the sink is closed: %w", fs.ErrClosed)

// batch is the records of one request, and of the callers that wait for it.
type batch struct {
	items [][]byte
	bytes int
	since time.Time
	errs  []error       // one for each item; may be read after done is closed
	done  chan struct{} // closed when the fate of all is known

	waiting int // callers; guarded by the queue's lock
	ctx     context.Context
	cancel  context.CancelCauseFunc // called when the last caller is gone
}

// queue gathers records while a request is under way; the next request takes all that came meanwhile, up to a size.
type queue struct {
	courier *courier
	opts    *HTTPOptions
	wake    chan struct{}
	ended   chan struct{} // closed when the sender has ended
	closing context.Context
	close   context.CancelFunc // refuses what comes later, and ends the pauses between attempts

	mu      sync.Mutex
	batches []*batch // the first may be under way
	sending bool     // it is
	bytes   int      // in batches
	records int      // in batches
	room    chan struct{}
	closed  bool
}

func newQueue(c *courier, opts *HTTPOptions) *queue {
	q := &queue{courier: c, opts: opts, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	q.closing, q.close = context.WithCancel(context.Background())
	go q.run()
	return q
}

// errLeft ends a request whose callers have all gone.
var errLeft = errors.New("every caller gave up")

// append queues item and waits for its fate.
func (q *queue) append(ctx context.Context, item []byte) error {
	for {
		b, place, room, err := q.add(item)
		if err != nil {
			return err
		}
		if room == nil {
			return q.await(ctx, b, place)
		}
		select {
		case <-room:
		case <-ctx.Done():
			return fmt.Errorf("forward: record not taken, the queue is full: %w", context.Cause(ctx))
		}
	}
}

// await waits until b was sent.
func (q *queue) await(ctx context.Context, b *batch, place int) error {
	select {
	case <-b.done:
		return b.errs[place]
	case <-ctx.Done():
	}
	select {
	case <-b.done: // both at once: the record's fate is the better answer
		return b.errs[place]
	default:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if b.waiting--; b.waiting == 0 {
		b.cancel(errLeft) // nobody is left to be told: do not keep those waiting who come after
	}
	return fmt.Errorf("forward: gave up waiting for the collector, the record may still arrive: %w", context.Cause(ctx))
}

// add puts item into a batch, or returns a channel that closes when there may be room.
func (q *queue) add(item []byte) (_ *batch, place int, room <-chan struct{}, _ error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return nil, 0, nil, errClosed
	case q.bytes > 0 && q.bytes+len(item) > q.opts.MaxQueue:
		if q.room == nil {
			q.room = make(chan struct{})
		}
		return nil, 0, q.room, nil
	}
	b := q.open(len(item))
	b.items = append(b.items, item)
	b.bytes += len(item)
	b.waiting++
	q.bytes += len(item)
	q.records++
	q.signal()
	return b, len(b.items) - 1, nil, nil
}

// open returns the batch for an item of that size: the last if it has room and has not begun, else a new one.
func (q *queue) open(size int) *batch {
	if n := len(q.batches); !q.courier.format.single && (n > 1 || n == 1 && !q.sending) {
		if last := q.batches[n-1]; last.bytes+size <= q.opts.MaxBatch && last.ctx.Err() == nil {
			return last
		}
	}
	b := &batch{since: time.Now(), done: make(chan struct{})}
	b.ctx, b.cancel = context.WithCancelCause(context.Background())
	q.batches = append(q.batches, b)
	return b
}

// signal makes the sender look at the queue.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default: // it has a token already
	}
}

// run sends batches, one at a time and in order, until the queue is closed and empty.
func (q *queue) run() {
	defer close(q.ended)
	for {
		b, closed := q.next()
		if b != nil {
			b.errs = q.courier.deliver(b.ctx, q.joined(b), b.items, q.opts.MaxElapsed, nil)
			b.cancel(nil)
			q.finish(b)
			continue
		}
		if closed {
			return
		}
		<-q.wake
	}
}

// joined is the context of the pauses between attempts for b: they end with its callers, and with the sink.
func (q *queue) joined(b *batch) context.Context {
	waits, cancel := context.WithCancelCause(b.ctx)
	stop := context.AfterFunc(q.closing, func() { cancel(errClosed) })
	context.AfterFunc(b.ctx, func() { stop() })
	return waits
}

// next returns the batch to send, if any.
func (q *queue) next() (_ *batch, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.batches) == 0 {
		return nil, q.closed
	}
	q.sending = true
	return q.batches[0], q.closed
}

// finish tells the callers of b and makes room.
func (q *queue) finish(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches = q.batches[1:]
	q.sending = false
	q.bytes -= b.bytes
	q.records -= len(b.items)
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
	close(b.done)
}

// lag says what waits.
func (q *queue) lag() Lag {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := Lag{Records: uint64(q.records), Bytes: int64(q.bytes)} //nolint:gosec // a count is not negative
	if len(q.batches) > 0 {
		l.Age = time.Since(q.batches[0].since)
	}
	return l
}

// stop refuses later records, sends what is queued, each batch with the attempt under way or one more, and ends the sender.
func (q *queue) stop() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.close()
	q.signal()
	<-q.ended
}
