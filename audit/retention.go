package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"
)

// Retention says how long records are kept. Only whole sealed segments are deleted, oldest first; the chain stays verifiable, because the
// checkpoint of the last deleted segment stays, and because a record of the log says what was deleted before it is.
type Retention struct {
	// Age is how long a record is kept: a segment is deleted when its newest record is older, so older ones wait for up to SegmentAge.
	// 2555 days, seven years, are 2555*24*time.Hour. Zero: for ever.
	Age time.Duration
	// Bytes is what the segments may take together, with their Parquet files; the oldest go first. The segment being written counts and is
	// never deleted. Zero: whatever it takes. Whoever can make many records can so have old ones deleted: take it for a guard of the disk
	// beside an Age that is far from reaching it.
	Bytes int64
	// Before is the first record that is kept whatever Age and Bytes say, with all that follow: what is copied elsewhere must not be deleted
	// before it is there. Zero: there is none.
	Before uint64
}

func (r *Retention) check() error {
	switch {
	case r.Age < 0 || r.Bytes < 0:
		return fmt.Errorf("age %v and bytes %d cannot be negative; write 0 for no limit", r.Age, r.Bytes)
	case r.Age == 0 && r.Bytes == 0:
		return errors.New("neither Age nor Bytes is set: set one, or leave the retention nil to keep everything")
	}
	return nil
}

// Deletion is what retention deletes, or would.
type Deletion struct {
	Segments    []Segment `json:"-"`            // oldest first
	FirstSeq    uint64    `json:"first_seq"`    // the first record deleted; 0 for none
	LastSeq     uint64    `json:"last_seq"`     // the last of them
	Bytes       int64     `json:"bytes"`        // freed
	Held        []Hold    `json:"-"`            // legal holds without which more would be deleted
	LastSegment int       `json:"last_segment"` // 0 for none
}

// deleted is what the record of a deletion says.
type deleted = Deletion

// Plan says what [Log.Prune] would delete from the log directory fsys at a time: the dry run. It changes nothing.
func (r Retention) Plan(fsys fs.FS, now time.Time) (Deletion, error) {
	return r.plan(fsys, now, -1, func(Segment) error { return nil })
}

// plan is Plan with the size of the segment being written, if that is known better than by its file (-1: it is not), and with a check of the
// checkpoints that it goes by. What counts as size nobody can blow up beside the log: whoever may write into the directory must not make the log
// delete its records.
func (r Retention) plan(fsys fs.FS, now time.Time, active int64, check func(Segment) error) (Deletion, error) {
	if err := r.check(); err != nil {
		return Deletion{}, fmt.Errorf("audit: retention: %w", err)
	}
	all, err := Segments(fsys)
	if err != nil {
		return Deletion{}, err
	}
	holds, err := Holds(fsys)
	if err != nil {
		return Deletion{}, err
	}
	all = slices.DeleteFunc(all, func(s Segment) bool { return s.Pruned })
	sizes := make([]int64, len(all))
	total := int64(0)
	for i, s := range all {
		switch c := s.Checkpoint; {
		case c != nil:
			if err := check(s); err != nil {
				return Deletion{}, fmt.Errorf("audit: retention: %s: %w; verify the log", checkpointName(s.Number), err)
			}
			sizes[i] = c.Size
		case active >= 0 && i == len(all)-1:
			sizes[i] = active
		default:
			sizes[i] = s.Size
		}
		if info, err := fs.Stat(fsys, parquetName(s.Number)); err == nil {
			sizes[i] += min(info.Size(), sizes[i]) // it is a fraction of it
		}
		total += sizes[i]
	}
	var d Deletion
	for i, s := range all {
		c := s.Checkpoint
		if c == nil || i == len(all)-1 {
			break // being written, or the last: what goes on from it needs it
		}
		old := r.Age > 0 && now.Sub(c.Sealed) > r.Age
		if !old && (r.Bytes == 0 || total <= r.Bytes) {
			break
		}
		if r.Before > 0 && c.Last >= r.Before {
			break
		}
		if d.Held = holding(holds, c.Begun, c.Sealed); len(d.Held) > 0 {
			break // oldest first: what a hold keeps, keeps what is newer
		}
		d.Segments = append(d.Segments, s)
		d.LastSegment = s.Number
		if c.Last >= c.First {
			if d.FirstSeq == 0 {
				d.FirstSeq = c.First
			}
			d.LastSeq = c.Last
		}
		d.Bytes += sizes[i]
		total -= sizes[i]
	}
	return d, nil
}

// parquetName names the form of a segment that package auditdb makes for queries.
func parquetName(n int) string { return fileName(n, ".parquet") }

// Prune deletes what r no longer keeps, and returns it. A record in the log says so first, and is durable before anything is deleted. After
// an error some of it may be left; the next Prune goes on.
func (l *Log) Prune(ctx context.Context, r Retention) (Deletion, error) {
	if l.queue == nil {
		return Deletion{}, errors.New("audit: a zero Log has nothing to delete; use Open")
	}
	l.pruning.Lock()
	defer l.pruning.Unlock()
	d, err := r.plan(l.volume.files(), time.Now(), l.writer.size(), l.ours)
	if err != nil || len(d.Segments) == 0 {
		return d, err
	}
	arguments, err := json.Marshal(d)
	if err != nil {
		return d, fmt.Errorf("audit: retention: %w", err)
	}
	event := Record{
		Kind: KindEvent, Time: time.Now(), Target: Target{Kind: targetLog, Name: retentionEvent}, Arguments: arguments, Outcome: "ok",
		Note: fmt.Sprintf("retention deletes segments up to %d, records %d to %d", d.LastSegment, d.FirstSeq, d.LastSeq),
	}
	if err := l.append(ctx, &event); err != nil {
		return Deletion{}, fmt.Errorf("audit: retention: nothing was deleted, it could not be recorded: %w", err)
	}
	if l.opts.Sync == AsyncUnsafe { // the record is only queued
		if err := l.Seal(ctx); err != nil {
			return Deletion{}, fmt.Errorf("audit: retention: nothing was deleted, it could not be recorded: %w", err)
		}
	}
	return d, l.remove(&d)
}

// ours says what is wrong with the checkpoint of a segment: by one that says another time or size, whoever lacks the key could make the log call a
// deletion its own.
func (l *Log) ours(s Segment) error {
	switch c := s.Checkpoint; {
	case c.Segment != s.Number:
		return errors.New(notThisOne(c))
	default:
		return errors.Join(c.checkMAC(l.opts.Key), c.checkSignature(""))
	}
}

// remove deletes what the log has said it deletes: oldest first, and the checkpoint before a segment only after it, so that wherever this ends,
// what is left is a log.
func (l *Log) remove(d *Deletion) error {
	before, err := readDirectory(l.volume.files())
	if err != nil {
		return err
	}
	for _, s := range d.Segments {
		holds, err := Holds(l.volume.files())
		if err == nil && len(holding(holds, s.Checkpoint.Begun, s.Checkpoint.Sealed)) > 0 {
			err = errors.New("a hold was placed on it meanwhile")
		}
		if err != nil {
			return fmt.Errorf("audit: retention: segment %d was not deleted: %w", s.Number, err)
		}
		if err := errors.Join(l.volume.remove(parquetName(s.Number)), l.volume.remove(s.Name)); err != nil {
			return fmt.Errorf("audit: retention: delete segment %d: %w", s.Number, err)
		}
	}
	if err := l.volume.sync(); err != nil { // a crash must not bring segments back without their checkpoints
		return fmt.Errorf("audit: retention: %w", err)
	}
	for _, n := range before.checkpoints {
		if n < d.LastSegment {
			if err := l.volume.remove(checkpointName(n)); err != nil {
				return fmt.Errorf("audit: retention: delete checkpoint %d: %w", n, err)
			}
		}
	}
	return l.volume.sync()
}

// sealed hears of every checkpoint the writer makes.
func (l *Log) sealed(c Checkpoint) {
	l.courier.take(c)
	l.prune()
}

// prune keeps the retention the log was opened with, on a goroutine of its own: the writer must not wait for it, and it writes itself. Its own
// record may seal a segment: what is sealed while it works waits for the next, or it would never end.
func (l *Log) prune() {
	if l.opts.Retention == nil || !l.keeper.TryLock() {
		return
	}
	l.keeping.Go(func() {
		defer l.keeper.Unlock()
		if l.open.Err() != nil {
			return
		}
		d, err := l.Prune(l.open, *l.opts.Retention)
		switch {
		case err != nil:
			l.opts.Logger.Error("audit retention failed, it is tried again when the next segment is sealed", slog.Any("error", err))
		case len(d.Segments) > 0:
			l.opts.Logger.Info("audit retention", slog.Int("segments", len(d.Segments)), slog.Uint64("last_seq", d.LastSeq))
		}
	})
}
