package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// active is the segment that is being written.
type active struct {
	number   int
	file     disk
	first    uint64 // number of its first record
	prev     link   // the record before it
	begun    time.Time
	size     int64               // offset after the last good record
	dirty    bool                // a write failed: something may stand behind size
	lost     bool                // its name is gone, or stands for another file
	sealing  bool                // its checkpoint may be on disk: no record goes into it any more
	seal     *sealed             // its checkpoint is on disk
	open     map[string]struct{} // calls whose intent is in the log, and no outcome yet
	openSize int                 // bytes of their ids
	previous string              // digest of the checkpoint before
	log      string              // id of the log
}

// mark is what a writer must know of a record besides its line.
type mark struct {
	kind   Kind
	callID string // as its line spells it
}

// maxCallID and maxUnfinished bound the ids of unfinished calls, in bytes, of one and of all together, so that a checkpoint that names them can be
// read again: escaped they are six times as long at most, and what a queue holds comes on top.
const (
	maxCallID     = 4 << 10 // of an intent
	maxUnfinished = maxCheckpoint / 16
)

func markOf(r *Record) (mark, error) {
	if r.Kind == KindIntent && len(r.CallID) > maxCallID {
		return mark{}, fmt.Errorf("audit: record not taken: CallID of an intent has %d bytes, the most is %d; give a shorter one", len(r.CallID), maxCallID)
	}
	m := mark{r.Kind, r.CallID}
	if !utf8.ValidString(m.callID) { // two ids may become one in their lines, and a reader knows the lines only
		m.callID = canon.Text(canon.AppendString(nil, m.callID))
	}
	return m, nil
}

// follow takes notice of the intents and outcomes that were written.
func (a *active) follow(events []Record, marks []mark) {
	for i := range events {
		a.note(mark{events[i].Kind, events[i].CallID})
	}
	for _, m := range marks {
		a.note(m)
	}
}

func (a *active) note(m mark) {
	switch {
	case m.kind == KindIntent:
		a.begin(m.callID)
	case m.kind == KindOutcome && len(a.open) > 0: // most outcomes have no intent: they only read
		if _, ok := a.open[m.callID]; ok {
			delete(a.open, m.callID)
			a.openSize -= len(m.callID)
		}
	}
}

// begin takes notice of a call that is under way.
func (a *active) begin(id string) {
	if _, ok := a.open[id]; !ok {
		a.open[id] = struct{}{}
		a.openSize += len(id)
	}
}

func (a *active) unfinished() []string { return slices.Sorted(maps.Keys(a.open)) }

// write writes behind the last good record. After an error the file is cut back to it, or dirty.
func (a *active) write(lines []byte, sync bool) error {
	// At an offset, not at the end: whatever a failed write left behind size is overwritten.
	_, err := a.file.WriteAt(lines, a.size)
	if err == nil && sync {
		err = a.file.Sync()
	}
	if err == nil {
		return nil
	}
	// After a failed sync the system may take the pages for clean: they must be cut off and written anew.
	a.dirty = true
	return errors.Join(err, a.repair())
}

// repair cuts the file back to its last good record. If even that fails, nothing is written before it succeeds: a whole record behind a torn
// one could never be told from a forged one.
func (a *active) repair() error {
	err := a.file.Truncate(a.size)
	a.dirty = err != nil
	return err
}

// inPlace says whether the segment still stands in its directory under its name.
func (w *writer) inPlace() error {
	err := w.volume.holds(segmentName(w.active.number), w.active.file)
	if err == nil {
		return nil
	}
	w.active.lost, w.active.dirty = true, true
	return fmt.Errorf("the segment being written was removed or replaced: %w", err)
}

// keepLock sees to it that nobody else can write: the lock file may have been deleted, or the directory replaced.
func (w *writer) keepLock() error {
	gap, err := w.lock.renew()
	if err != nil {
		return fmt.Errorf("audit: lock the directory again: %w", err)
	}
	var behind [1]byte
	if n, _ := w.active.file.ReadAt(behind[:], w.active.size); gap && n > 0 && !w.active.dirty {
		w.overtaken = true
	}
	if w.overtaken {
		return errors.New("audit: the lock file was removed, and another writer has been at work: open the log again")
	}
	return nil
}

// mend makes the segment fit to be written: in its place, and without the rest of a write that failed.
func (w *writer) mend() error {
	if w.active.lost || w.overtaken || !w.lock.firm() {
		if err := w.keepLock(); err != nil {
			if w.active.lost {
				err = fmt.Errorf("audit: the segment being written was removed or replaced: %w", err)
			}
			return err
		}
	}
	if w.active.lost {
		if err := w.restore(); err != nil {
			return fmt.Errorf("audit: the segment being written was removed or replaced, and cannot be put back: %w", err)
		}
	}
	if w.active.dirty {
		if err := w.active.repair(); err != nil {
			return fmt.Errorf("audit: cut back a failed write: %w", err)
		}
	}
	return nil
}

// restore puts the segment back into its place. The open file still holds every record, so nothing is lost as long as the process lives:
// they are copied into a new file of the old name. A file that somebody else has put there is left alone, unless it holds the same.
func (w *writer) restore() error {
	a, name := &w.active, segmentName(w.active.number)
	err := w.volume.holds(name, a.file)
	if err == nil { // somebody has put it back
		a.lost = false
		return nil
	}
	records := make([]byte, a.size)
	if _, err := a.file.ReadAt(records, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	how := "it was copied back from the open file"
	there, err := fs.ReadFile(w.volume.files(), name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		const copied = "restored.tmp"
		if err := w.volume.put(copied, records); err != nil {
			return err
		}
		err := w.volume.link(copied, name)
		if err = errors.Join(err, w.volume.remove(copied)); err != nil {
			return err
		}
	case err != nil:
		return err
	case len(there) < len(records) || string(there[:len(records)]) != string(records):
		return fmt.Errorf("%s holds something else: move it away", name)
	default:
		how = "a copy of it stands there now"
	}
	file, err := w.volume.open(name)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), w.volume.sync()); err != nil {
		return errors.Join(err, file.Close())
	}
	_ = a.file.Close() // nobody can reach what it holds any more
	a.file, a.lost, a.dirty = file, false, true
	note := fmt.Sprintf("segment %s was removed or replaced while it was being written; %s", name, how)
	w.opts.Logger.Error("audit segment restored", slog.String("note", note))
	w.events = append(w.events, Record{Kind: KindEvent, Time: time.Now(), Target: Target{Kind: targetLog, Name: recoveryEvent}, Note: note})
	return nil
}
