package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
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
	opts   Options
	queue  *queue // between callers and writer
	writer *writer
	lock   io.Closer

	closing sync.Once
	closed  error
}

var (
	errLocked = errors.New("another writer has this log open; close it first, or give each its own directory")
	errClosed = fmt.Errorf("audit: the log is closed: %w", fs.ErrClosed)
)

// Open opens the log in dir for appending, and creates both if they are not there. Nil options mean a plain chain and group commit.
//
// An existing chain is continued: the last 8 MiB of the last segment are checked, the whole with [Verify]. A last line without an end, left
// by a crash, is moved into a *.torn file, and the log gets a record of kind event that says so, with the moved bytes in Bytes. A complete
// line that is not the record it should be, or a key other than the log's, is a [*VerifyError] and the log is not opened: look at it, and
// start a new directory if writing must go on. A second Open of dir by any process is refused until the first log is closed.
//
// Open starts one goroutine; Close ends it.
func Open(dir string, opts *Options) (*Log, error) {
	return open(dir, opts, openSegment)
}

// open is Open with the disk to write to, so that tests can put faults there.
func open(dir string, opts *Options, openDisk func(path string) (disk, error)) (_ *Log, err error) {
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
	w, torn, err := openWriter(dir, &settled, openDisk)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	l := &Log{opts: settled, queue: newQueue(settled.Sync), writer: w, lock: lock}
	go w.run(l.queue)
	// The first record after a crash says what the crash cost. It goes through the queue like any other, and Open returns when it is
	// as durable as the mode promises, so that whoever reads the log learns of the torn line even if nobody looks for *.torn files.
	if torn != nil {
		settled.Logger.Warn("audit log recovered", slog.String("dir", dir), slog.Int("set_aside", torn.Bytes), slog.String("note", torn.Note))
		if err := l.Append(context.Background(), *torn); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return l, nil
}

// openWriter finds the end of the log, sets a torn line aside and returns the writer that goes on from there, and the record of what was torn.
func openWriter(dir string, opts *Options, openDisk func(string) (disk, error)) (_ *writer, torn *Record, err error) {
	names, err := segments(os.DirFS(dir))
	if err != nil {
		return nil, nil, err
	}
	if len(names) > 1 {
		return nil, nil, fmt.Errorf("it has %d segments, this version writes one; use the version that wrote them", len(names))
	}
	name := segmentName(1)
	path := filepath.Join(dir, name)
	end := tail{last: firstLink()}
	if len(names) == 1 {
		if end, err = readTail(path, newChain(opts.Key)); err != nil {
			return nil, nil, err
		}
	}
	file, err := openDisk(path)
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		err = syncDirectory(dir) // the new file's name; without it the records are durable in a file that a crash can unname
	}
	if len(end.torn) > 0 {
		torn, err = recoverTorn(dir, name, file, end)
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return newWriter(opts, file, end), torn, nil
}

// Append writes r as the next record and returns nil once it is as durable as the log's [SyncMode] promises. Seq, Prev and Hash of r are
// ignored; the log assigns them.
//
// The end of ctx bounds how long Append waits: it then returns an error, and the record may still be written. Other errors: what AppendJSON
// refuses; a record beyond 64 MiB; a write or sync that failed; a closed log (errors.Is fs.ErrClosed).
func (l *Log) Append(ctx context.Context, r Record) error {
	if l.queue == nil {
		return errors.New("audit: a zero Log refuses every record; use Open")
	}
	if ctx.Err() != nil {
		return fmt.Errorf("audit: record not taken: %w", context.Cause(ctx))
	}
	// In mode AsyncUnsafe the promise is kept once the record is in the queue.
	b, err := l.queue.put(ctx, &r)
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
		l.queue.close()
		l.closed = errors.Join(l.writer.wait(), l.lock.Close())
	})
	return l.closed
}
