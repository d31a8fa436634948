package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
)

// Log is a durable, hash-chained log in a directory, opened with [Open]. It is a [Sink]. Safe for concurrent use; a zero Log refuses every
// record.
//
// If a record cannot be written or synced, Append returns the error to everyone whose record was in that write, and the file is cut back to
// its last good record, so a torn line is never followed by another. Every later Append tries again: the log is back in service with the
// first that succeeds, without being reopened. What was refused is not written later, with one exception: after a crash between a failed
// write and the cut, refused records may stand in the log.
type Log struct {
	opts    Options
	queue   *queue // between callers and writer
	writer  *writer
	volume  volume
	lock    *directoryLock
	courier *courier
	open    context.Context // ends when the log is closed
	shut    context.CancelFunc
	pruning sync.Mutex     // one deletion at a time
	keeper  sync.Mutex     // one of them by the log itself
	keeping sync.WaitGroup // which Close waits for

	closing sync.Once
	closed  error
}

var (
	errLocked   = errors.New("another writer has this log open; close it first, or give each its own directory")
	errReserved = errors.New(`audit: record not taken: Target.Kind "log" is kept for the log's own events; give another`)
	errCrowded  = errors.New("audit: record not taken: too many calls have an intent and no outcome; write the outcomes, or open the log again")
	errClosed   = fmt.Errorf("audit: the log is closed: %w", fs.ErrClosed)
)

// Open opens the log in dir for appending, and creates both if they are not there. Nil options mean a plain chain and group commit.
//
// An existing chain is continued. Its last segment is verified from the checkpoint before it on, the whole with [Verify]. What a crash has
// left is put in order, and the log gets a record of kind event or outcome for each thing done: a last line without an end, and whatever
// stands from pages that were never written on, is moved into a *.torn file; a call whose intent has no outcome gets the outcome
// [OutcomeUnknown]. A complete line that is not the record it should be, or a key other than the log's, is a [*VerifyError] and the log is
// not opened: look at it, and start a new directory if writing must go on. A second Open of dir by any process is refused until the first
// log is closed.
//
// Open starts one goroutine, and one more if checkpoints are sent somewhere; Close ends them.
func Open(dir string, opts *Options) (*Log, error) {
	return open(dir, opts, osVolume{dir})
}

// open is Open with the directory to write to, so that tests can put faults there.
func open(dir string, opts *Options, v volume) (_ *Log, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("audit: open log %s: %w", dir, err)
		}
	}()
	settled, err := opts.settled()
	if err != nil {
		return nil, err
	}
	if err := makeDirectory(dir); err != nil {
		return nil, err
	}
	lock, err := lockDirectory(dir)
	if err != nil {
		return nil, err
	}
	w, last, err := openWriter(&settled, v)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	l := &Log{opts: settled, queue: newQueue(settled.Sync), writer: w, volume: v, lock: lock, courier: newCourier(&settled, last)}
	l.open, l.shut = context.WithCancel(context.Background())
	w.tell, w.lock = l.sealed, lock
	// What was recovered is on disk before the log is: whoever reads it learns of a crash before anything else.
	if err := w.recovered(); err != nil {
		l.shut()
		l.keeping.Wait() // a segment may have been sealed
		return nil, errors.Join(err, w.active.file.Close(), lock.Close())
	}
	go w.run(l.queue)
	if settled.Checkpoints != nil {
		go l.courier.run()
	}
	l.prune()
	return l, nil
}

// Append writes r as the next record and returns nil once it is as durable as the log's [SyncMode] promises. Seq, Prev and Hash of r are
// ignored; the log assigns them.
//
// The end of ctx bounds how long Append waits: it then returns an error, and the record may still be written. Other errors: what AppendJSON
// refuses; a record beyond 64 MiB, an intent with a CallID beyond 4 KiB, any intent while more than 1 MiB of ids of unfinished calls are
// kept; a write or sync that failed; a closed log (errors.Is fs.ErrClosed).
func (l *Log) Append(ctx context.Context, r Record) error {
	if l.queue == nil {
		return errors.New("audit: a zero Log refuses every record; use Open")
	}
	if ctx.Err() != nil {
		return fmt.Errorf("audit: record not taken: %w", context.Cause(ctx))
	}
	if r.Target.Kind == targetLog {
		return errReserved
	}
	return l.append(ctx, &r)
}

func (l *Log) append(ctx context.Context, r *Record) error {
	if r.Kind == KindIntent && l.writer.crowded() {
		return errCrowded
	}
	// In mode AsyncUnsafe the promise is kept once the record is in the queue.
	b, err := l.queue.put(ctx, r)
	if err != nil || l.opts.Sync == AsyncUnsafe {
		return err
	}
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
	}
	select {
	case <-b.done: // both at once: the record's fate is the better answer
		return b.err
	default:
		return fmt.Errorf("audit: gave up waiting for the record to be durable, it may still be written: %w", context.Cause(ctx))
	}
}

// Seal ends the segment being written, also if it holds no record, and begins the next: everything appended before is then under a
// checkpoint. The end of ctx bounds how long it waits.
func (l *Log) Seal(ctx context.Context) error {
	if l.queue == nil {
		return errors.New("audit: a zero Log has nothing to seal; use Open")
	}
	b, err := l.queue.sealing()
	if err != nil {
		return err
	}
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return fmt.Errorf("audit: gave up waiting for the segment to be sealed: %w", context.Cause(ctx))
	}
}

// Head returns sequence number and hash (hex) of the last record the log has written: durable, except in mode AsyncUnsafe. In an empty log
// they are 0 and 64 zeros. Keep them where the log's keeper cannot change them, as an expectation for [Verify].
func (l *Log) Head() (seq uint64, hash string) {
	if l.queue == nil {
		return 0, genesis
	}
	last := l.writer.head()
	return last.seq, string(last.hash[:])
}

// Close writes what is queued, syncs, closes the files and frees the directory for another Open. Appends that come later are refused. Its
// error is that of the sync or close, or says how many records of mode AsyncUnsafe are lost; calling it again returns the same. It waits for the
// disk, however long that takes.
func (l *Log) Close() error {
	if l.queue == nil {
		return nil
	}
	l.closing.Do(func() {
		l.shut()
		l.queue.close()
		l.closed = l.writer.wait()
		l.keeping.Wait()
		l.pruning.Lock() // what is being deleted is deleted under our lock
		defer l.pruning.Unlock()
		if l.opts.Checkpoints != nil {
			l.courier.stop()
		}
		l.closed = errors.Join(l.closed, l.lock.Close())
	})
	return l.closed
}
