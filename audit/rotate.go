package audit

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// due reports whether the segment has reached its size or its time.
func (w *writer) due() bool {
	if w.active.sealing || w.active.seal != nil {
		return true
	}
	if w.opts.SegmentBytes > 0 && w.active.size >= w.opts.SegmentBytes {
		return true
	}
	return w.opts.SegmentAge > 0 && time.Since(w.active.begun) >= w.opts.SegmentAge
}

// rotate seals the segment and begins the next. After an error the next try goes on where this one ended, and no record is written before it
// succeeds.
func (w *writer) rotate() error {
	a := &w.active
	if err := w.keepLock(); err != nil {
		return err
	}
	if a.seal == nil {
		if err := w.seal(); err != nil {
			return fmt.Errorf("audit: seal segment %d: %w", a.number, err)
		}
	}
	name := segmentName(a.number + 1)
	next, err := w.volume.open(name) // an earlier try may have left it, empty
	if err == nil {
		var something [1]byte
		if n, _ := next.ReadAt(something[:], 0); n > 0 {
			err = fmt.Errorf("%s stands there already and is not empty: move it away", name)
		} else {
			err = errors.Join(next.Sync(), w.volume.sync())
		}
	}
	if err != nil {
		if next != nil {
			err = errors.Join(err, next.Close())
		}
		return fmt.Errorf("audit: begin segment %d: %w", a.number+1, err)
	}
	if err := a.file.Close(); err != nil { // synced before
		w.opts.Logger.Warn("audit segment closed with an error", slog.Int("segment", a.number), slog.Any("error", err))
	}
	sealed := a.seal
	w.active = active{
		number: a.number + 1, file: next, first: w.end.seq + 1, prev: w.end, begun: sealed.Sealed, open: a.open, openSize: a.openSize,
		previous: sealed.digest, log: a.log,
	}
	if w.unsealed {
		w.unsealed = false
		w.opts.Logger.Info("audit segment sealed after all", slog.Int("segment", sealed.Segment))
	}
	w.show()
	w.tell(sealed.Checkpoint)
	return nil
}

// sealed is a checkpoint that is on disk.
type sealed struct {
	Checkpoint
	digest string
}

// seal writes the checkpoint of the segment.
func (w *writer) seal() error {
	a := &w.active
	err := w.mend()
	if err == nil && len(w.events) > 0 && !a.sealing {
		err = w.add(&drafts{})
	}
	if err == nil {
		err = errors.Join(a.file.Sync(), w.inPlace())
	}
	if err != nil {
		return err
	}
	c := Checkpoint{
		Log: a.log, Segment: a.number, First: a.first, Last: w.end.seq, Prev: string(a.prev.hash[:]), Hash: string(w.end.hash[:]),
		Size: a.size, Begun: a.begun.UTC(), Sealed: time.Now().UTC(), Unfinished: a.unfinished(), Previous: a.previous,
	}
	line, err := c.seal(w.opts.Key, w.opts.Signer)
	if err != nil {
		return err
	}
	a.sealing = true // from here on the checkpoint may be there, whatever is answered
	if err := w.volume.put(checkpointName(a.number), append(line, '\n')); err != nil {
		return err
	}
	a.seal = &sealed{c, digest(line)}
	return nil
}
