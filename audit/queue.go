package audit

import (
	"context"
	"fmt"
	"sync"
)

// maxQueued bounds the bytes that wait for the writer, and so the bytes of one write; further callers wait in Append. One record may be larger.
const maxQueued = 2 << 20

// chainBytes is what sealing adds to a draft, at most: seq, prev, hash, line end.
const chainBytes = 200

// asyncEarly is how many bytes end the gathering of mode AsyncUnsafe early.
const asyncEarly = 256 << 10

// batch is the records of one write and one sync. Its drafts belong to the queue, then to the writer; err may be read after done is closed.
type batch struct {
	drafts drafts
	seal   bool // it holds no records and asks for the end of the segment
	done   chan struct{}
	err    error
}

// drafts holds draft lines back to back.
type drafts struct {
	lines []byte
	gaps  []gaps // of each draft, from its own start
	ends  []int  // of each draft in lines
	marks []mark // of each draft
}

// add copies a draft.
func (d *drafts) add(one *draft, m mark) {
	d.marks = append(d.marks, m)
	d.lines = append(d.lines, one.line...)
	d.gaps = append(d.gaps, one.gaps)
	d.ends = append(d.ends, len(d.lines))
}

// queue takes drafts from callers and gives batches to the writer. Callers encode before they take the lock; under it a draft is only copied.
type queue struct {
	mode    SyncMode
	drafted sync.Pool     // of *draft
	wake    chan struct{} // tells the writer to look; holds one token

	mu      sync.Mutex
	batches []*batch // waiting; more than one only with SyncEach, and around wishes to end the segment
	records int      // in batches
	bytes   int      // in batches
	enough  int      // wake the writer when that many records wait; 0: it is not lingering
	room    chan struct{}
	closed  bool
	failure error    // AsyncUnsafe: why the writer cannot write
	spare   []drafts // emptied, for reuse
}

func newQueue(mode SyncMode) *queue {
	return &queue{mode: mode, wake: make(chan struct{}, 1), drafted: sync.Pool{New: func() any { return new(draft) }}}
}

// put queues r and returns the batch it is in. It waits while the queue is full.
func (q *queue) put(ctx context.Context, r *Record) (*batch, error) {
	d := q.drafted.Get().(*draft)
	defer q.giveBack(d)
	if err := d.encode(r); err != nil {
		return nil, err
	}
	if len(d.line) > maxLine-chainBytes {
		return nil, fmt.Errorf("audit: record of call %q: its line has %d bytes, the most is %d; shorten Arguments or Response", r.CallID, len(d.line), maxLine-chainBytes)
	}
	m, err := markOf(r)
	if err != nil {
		return nil, err
	}
	for {
		b, room, err := q.add(d, m)
		if room == nil {
			return b, err
		}
		select {
		case <-room:
		case <-ctx.Done():
			return nil, fmt.Errorf("audit: record not taken, the queue is full: %w", context.Cause(ctx))
		}
	}
}

// giveBack keeps a draft for reuse unless one large record made it large.
func (q *queue) giveBack(d *draft) {
	if cap(d.line) <= 64<<10 {
		q.drafted.Put(d)
	}
}

// add puts d into a batch, or returns a channel that closes when there may be room.
func (q *queue) add(d *draft, m mark) (_ *batch, room <-chan struct{}, _ error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := len(d.line) + chainBytes
	switch {
	case q.closed:
		return nil, nil, errClosed
	case q.failure != nil:
		return nil, nil, q.failure
	case q.bytes > 0 && q.bytes+size > maxQueued:
		if q.room == nil {
			q.room = make(chan struct{})
		}
		return nil, q.room, nil
	}
	if n := len(q.batches); n == 0 || q.mode == SyncEach || q.batches[n-1].seal {
		q.batches = append(q.batches, &batch{drafts: q.takeSpare(), done: make(chan struct{})})
	}
	b := q.batches[len(q.batches)-1]
	b.drafts.add(d, m)
	before := q.bytes
	q.records++
	q.bytes += size
	// The writer is woken by the first record of a batch and by the one that makes further waiting pointless, not by each: with many
	// callers waking costs more than writing.
	if q.records == 1 || q.records == q.enough || before < asyncEarly && q.bytes >= asyncEarly {
		q.signal()
	}
	return b, nil, nil
}

// sealing queues the wish to end the segment behind what waits already.
func (q *queue) sealing() (*batch, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, errClosed
	}
	b := &batch{seal: true, done: make(chan struct{})}
	q.batches = append(q.batches, b)
	q.signal()
	return b, nil
}

// takeSpare returns empty buffers, used ones if there are any.
func (q *queue) takeSpare() (d drafts) {
	if n := len(q.spare); n > 0 {
		d, q.spare = q.spare[n-1], q.spare[:n-1]
	}
	return d
}

// recycle takes back the buffers of a batch that is done; two are enough: one being filled, one being written.
func (q *queue) recycle(d drafts) {
	if cap(d.lines) > 2*maxQueued {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.spare) < 2 {
		q.spare = append(q.spare, drafts{lines: d.lines[:0], gaps: d.gaps[:0], ends: d.ends[:0], marks: d.marks[:0]})
	}
}

// signal makes the writer look at the queue, now or when it is done with what it does.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default: // the writer has a token already
	}
}

// take gives everything queued to the writer, and whether the queue is closed.
func (q *queue) take() (batches []*batch, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	batches, q.batches = q.batches, nil
	q.records, q.bytes, q.enough = 0, 0, 0
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
	return batches, q.closed
}

// expect asks for a wake-up when enough records wait; false if they do already, or if waiting makes no sense.
func (q *queue) expect(enough int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.records >= enough || q.bytes >= asyncEarly {
		return false
	}
	q.enough = enough
	return true
}

// waiting counts the records that wait for the writer.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.records
}

// fail makes callers see err until it is nil again, and returns what they saw before.
func (q *queue) fail(err error) (before error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	before, q.failure = q.failure, err
	return before
}

// close refuses what comes later; the writer then takes what is left and ends.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
}
