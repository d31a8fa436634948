package forward

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

const (
	// pruneEvery is how long what may be deleted stays at most while nothing is shipped.
	pruneEvery = time.Hour
	// pruneBytes must be shipped from one deletion to the next within that time: the log records each deletion, and that record is shipped
	// and deleted itself, so that with tiny segments one deletion would always be followed by another.
	pruneBytes = 16 << 10
)

// prune deletes segments that the collector has, once in a while. The shipper only.
func (b *buffer) prune() {
	if since := time.Since(b.prunedAt); since < pruneEvery && (b.sent < pruneBytes || b.place().Segment == b.pruned) {
		return
	}
	err := b.pruneNow()
	b.pruned, b.prunedAt, b.sent = b.place().Segment, time.Now(), 0
	if err != nil && b.closing.Err() == nil {
		b.opts.Logger.Warn("shipped audit records cannot be deleted from the buffer, it is tried again", slog.String("dir", b.opts.Buffer), slog.Any("error", err))
	}
}

// pruneNow deletes what was shipped and is older than the retention wants, if there is one. What was not shipped is kept whatever it says.
func (b *buffer) pruneNow() error {
	all, err := audit.Segments(os.DirFS(b.opts.Buffer))
	if err != nil {
		return err
	}
	at, first := ahead(b.place(), all)
	if at != b.place() {
		if err := b.move(at); err != nil {
			return err
		}
	}
	if first == 0 {
		return nil
	}
	keep := audit.Retention{Bytes: 1} // nothing
	if b.keep != nil {
		keep = *b.keep
	}
	// Not only what was shipped is kept, but the segment that is being shipped: its rest would not be found without its beginning.
	keep.Before = first
	_, err = b.log.Prune(b.closing, keep)
	return err
}

// ahead moves a place to the beginning of the next segment as long as its own is sealed and was shipped to its end. It also returns the number
// of the first record of that segment, or 0 if no segment stands before it.
func ahead(at progress, all []audit.Segment) (_ progress, first uint64) {
	for i, s := range all {
		if c := s.Checkpoint; c == nil || i == len(all)-1 {
			break
		} else if s.Number < at.Segment {
			first = c.Last + 1
		} else if c.Last <= at.Seq {
			at.Segment, at.Offset, first = all[i+1].Number, 0, c.Last+1
		} else {
			break
		}
	}
	return at, first
}

// move notes durably, and then for everybody, how far the log was shipped.
func (b *buffer) move(at progress) error {
	if err := at.write(b.opts.Buffer); err != nil {
		return fmt.Errorf("note what was forwarded: %w", err)
	}
	b.extent.move(at)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shipped = at
	close(b.advanced)
	b.advanced = make(chan struct{})
	return nil
}
