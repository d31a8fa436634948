package audit

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"
)

// targetLog is the kind of target of what the log says of itself, and these are the names.
const (
	targetLog      = "log"
	recoveryEvent  = "recovery"
	retentionEvent = "retention"
)

// openWriter finds the end of the log, sets aside what a crash has torn, and returns the writer that goes on from there, and the last
// checkpoint, if there is one.
func openWriter(opts *Options, v volume) (_ *writer, last *Checkpoint, err error) {
	at, err := resume(v.files(), opts.Key)
	if err != nil {
		return nil, nil, err
	}
	if at.log == "" {
		at.log = rand.Text()
	}
	if at.begun.IsZero() || at.begun.After(time.Now()) {
		at.begun = time.Now() // an empty segment, or records of another clock
	}
	name := segmentName(at.number)
	file, err := v.open(name)
	if err != nil {
		return nil, nil, err
	}
	w := &writer{
		opts: opts, volume: v, chain: newChain(opts.Key), end: at.last, stopped: make(chan struct{}),
		active: active{
			number: at.number, file: file, first: at.first, prev: at.prev, begun: at.begun, size: at.size, seal: at.seal,
			open: map[string]struct{}{}, previous: at.previous, log: at.log,
		},
	}
	for _, id := range at.open {
		w.active.begin(id)
	}
	w.show()
	if err = v.sync(); err == nil { // the file's name; without it the records are durable in a file that a crash can unname
		err = w.setAside(at.torn)
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	unknown, err := orphans(v.files(), at.open, time.Now())
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	w.events = append(w.events, unknown...)
	last, _, err = readCheckpoint(v.files(), at.number-1)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errors.Join(err, file.Close())
	}
	return w, last, nil
}

// setAside moves what a crash has left behind the last good record into a file of its own and cuts the segment.
func (w *writer) setAside(torn []byte) error {
	if len(torn) == 0 {
		return nil
	}
	a := &w.active
	name, err := w.freeName(a.size)
	if err == nil {
		err = w.volume.put(name, torn)
	}
	if err == nil {
		err = errors.Join(a.file.Truncate(a.size), a.file.Sync())
	}
	if err != nil {
		return fmt.Errorf("set aside a torn line of %d bytes: %w", len(torn), err)
	}
	note := fmt.Sprintf("log recovered: %d bytes of a torn last line set aside in %s", len(torn), name)
	w.opts.Logger.Warn("audit log recovered", slog.Int("set_aside", len(torn)), slog.String("note", note))
	w.events = append(w.events, Record{
		Kind: KindEvent, Time: time.Now(), Target: Target{Kind: targetLog, Name: recoveryEvent}, Bytes: len(torn), Note: note,
	})
	return nil
}

// freeName names a file for what was torn at an offset. Files of earlier recoveries are never overwritten: a later crash may tear the line at
// the same place again.
func (w *writer) freeName(offset int64) (string, error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s.%d-%d.torn", segmentName(w.active.number), offset, n)
		switch _, err := fs.Stat(w.volume.files(), name); {
		case errors.Is(err, fs.ErrNotExist):
			return name, nil
		case err != nil:
			return "", err
		}
	}
}

// recovered writes down what Open has found, before anybody else writes, and begins the next segment if the last is sealed or due.
func (w *writer) recovered() error {
	if len(w.events) == 0 && !w.due() {
		return nil
	}
	if err := w.commit(&drafts{}); err != nil {
		return err
	}
	if w.opts.Sync == AsyncUnsafe {
		return w.active.file.Sync()
	}
	return nil
}
