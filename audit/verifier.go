package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// verifier reads one log from its first record on, or from a checkpoint.
type verifier struct {
	chain    *chain
	opts     *VerifyOptions
	witness  []expectation // what was seen outside, by number; those met are cut off
	last     link          // the last good record
	previous string        // digest of the last good checkpoint
	log      string        // the id it names
	seals    int           // the segment it seals
	start    link          // the last good record before the current segment
	open     map[string]struct{}
	count    uint64 // good records
	found    Summary
	pruned   deleted               // what retention says it deleted: segments 1 to its last
	first    [len(timeLayout)]byte // text of the first time; zero bytes if there is none
	latest   [len(timeLayout)]byte // text of the last time

	lenient bool   // a torn end is kept in torn instead of being a fault
	torn    []byte // what stands behind the last good record
	size    int64  // bytes of the good records of the current segment
	record  scanned
}

// expectation is one record that was seen outside.
type expectation struct {
	seq  uint64
	hash string
}

func newVerifier(opts *VerifyOptions) *verifier {
	v := &verifier{chain: newChain(opts.Key), opts: opts, last: firstLink(), previous: genesis, open: map[string]struct{}{}}
	if opts.HeadSeq > 0 {
		v.witness = append(v.witness, expectation{opts.HeadSeq, strings.ToLower(opts.HeadHash)})
	}
	for _, c := range opts.Witness {
		if c.Last > 0 {
			v.witness = append(v.witness, expectation{c.Last, c.Hash})
		}
	}
	slices.SortStableFunc(v.witness, func(a, b expectation) int { return int(min(max(int64(a.seq-b.seq), -1), 1)) }) //nolint:gosec // a difference that wraps is negative
	return v
}

// summary describes what was read so far.
func (v *verifier) summary() Summary {
	s := v.found
	s.Records, s.LastSeq, s.LastHash = v.count, v.last.seq, string(v.last.hash[:])
	if s.FirstSeq == 0 && v.count > 0 {
		s.FirstSeq = v.last.seq - v.count + 1
	}
	s.First, _ = time.Parse(timeLayout, string(v.first[:])) // no time: the zero time
	s.Last, _ = time.Parse(timeLayout, string(v.latest[:]))
	s.Unfinished = v.unfinished()
	return s
}

// unfinished lists the calls without an outcome so far, sorted.
func (v *verifier) unfinished() (ids []string) {
	for id := range v.open {
		ids = append(ids, canon.Text([]byte(`"`+id+`"`)))
	}
	slices.Sort(ids)
	return ids
}

// directory verifies all segments and checkpoints, and the expectations from outside.
func (v *verifier) directory(fsys fs.FS) error {
	d, err := readDirectory(fsys)
	if err != nil {
		return err
	}
	numbers := d.numbers()
	if len(d.segments) == 0 && len(numbers) == 0 {
		return fmt.Errorf("audit: no log here: the directory holds no file named like %s; give the directory that Open was given", segmentName(1))
	}
	last := numbers[len(numbers)-1]
	begin := last
	if len(d.segments) > 0 {
		begin = d.segments[0]
	}
	if err := v.begin(fsys, begin); err != nil {
		return err
	}
	place := VerifyError{}
	for n := begin; n <= last; n++ {
		place = VerifyError{File: segmentName(n), Line: 1, Seq: v.last.seq + 1}
		if !slices.Contains(d.segments, n) {
			place.Reason = fmt.Sprintf("segment %s is missing", place.File)
			return &place
		}
		if err := v.segment(fsys, &place); err != nil {
			return err
		}
		if err := v.sealed(fsys, n, n == last, place); err != nil {
			return err
		}
	}
	if gone := v.pruned.LastSegment; gone < begin-1 {
		return &VerifyError{
			File: segmentName(gone + 1), Line: 1, Seq: v.pruned.LastSeq + 1,
			Reason: fmt.Sprintf("segments %d to %d are missing, and no record says that retention deleted them", gone+1, begin-1),
		}
	}
	return v.outside(place)
}

// begin takes the place in the chain where segment n begins: the first, or behind a checkpoint.
func (v *verifier) begin(fsys fs.FS, n int) error {
	if n == 1 {
		return nil
	}
	c, line, err := readCheckpoint(fsys, n-1)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &VerifyError{File: checkpointName(n - 1), Line: 1, Reason: fmt.Sprintf("segment %s and its checkpoint are missing", segmentName(n-1))}
	case err != nil:
		return err
	}
	why := v.vouch(c)
	if why == "" && c.Segment != n-1 {
		why = notThisOne(c)
	}
	if why != "" {
		return &VerifyError{File: checkpointName(n - 1), Line: 1, Seq: c.First, Reason: why}
	}
	v.last = c.at()
	v.accept(c, line)
	for _, id := range c.Unfinished {
		v.open[string(inside(canon.AppendString(nil, id)))] = struct{}{}
	}
	for len(v.witness) > 0 && v.witness[0].seq < c.Last { // deleted: nobody can tell any more
		v.witness = v.witness[1:]
	}
	if why := v.met(c.Last, c.Hash); why != "" {
		return &VerifyError{File: checkpointName(n - 1), Line: 1, Seq: c.First, Reason: why}
	}
	return nil
}

// vouch says what is wrong with who made a checkpoint; empty if nothing.
func (v *verifier) vouch(c *Checkpoint) string {
	if err := c.checkMAC(v.opts.Key); err != nil {
		return "checkpoint: " + err.Error()
	}
	if err := c.checkSignature(base64Key(v.opts.PublicKey)); err != nil {
		return "checkpoint: " + err.Error()
	}
	for i := range v.opts.Witness {
		if w := &v.opts.Witness[i]; w.Segment == c.Segment && !sameCheckpoint(w, c) {
			return "checkpoint: another one was seen outside for this segment: the log was rewritten"
		}
	}
	if v.found.SignedBy != "" && v.found.SignedBy != c.PublicKey {
		v.found.SignedBy = "several"
	} else {
		v.found.SignedBy = c.PublicKey
	}
	return ""
}

func sameCheckpoint(a, b *Checkpoint) bool {
	x, errX := a.line()
	y, errY := b.line()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// accept goes on from a good checkpoint.
func (v *verifier) accept(c *Checkpoint, line []byte) {
	v.previous, v.log, v.seals, v.found.Sealed = digest(line), c.Log, c.Segment, c.Last
}

func notThisOne(c *Checkpoint) string {
	return fmt.Sprintf("this is the checkpoint of segment %d", c.Segment)
}

// sealed checks the checkpoint of segment n, which was just read up to place. The last may have none.
func (v *verifier) sealed(fsys fs.FS, n int, isLast bool, place VerifyError) error {
	c, line, err := readCheckpoint(fsys, n)
	bad := VerifyError{File: checkpointName(n), Line: 1, Seq: v.start.seq + 1}
	var unreadable *VerifyError
	switch {
	case errors.Is(err, fs.ErrNotExist) && isLast:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		bad.Reason = "the checkpoint is missing: a segment that is not the last has one"
		return &bad
	case errors.As(err, &unreadable):
		bad.Reason = unreadable.Reason
		return &bad
	case err != nil:
		return err
	}
	if bad.Reason = v.vouch(c); bad.Reason != "" {
		return &bad
	}
	switch {
	case c.Segment != n:
		bad.Reason = notThisOne(c)
	case c.Previous != v.previous:
		bad.Reason = "the checkpoint before it was replaced or removed"
	case v.log != "" && c.Log != v.log:
		bad.Reason = "it is of another log than the checkpoint before it"
	case c.First != v.start.seq+1 || c.Prev != string(v.start.hash[:]):
		bad.Reason = fmt.Sprintf("the segment begins with record %d, its checkpoint says %d, or another hash before it", v.start.seq+1, c.First)
	case c.Last > v.last.seq:
		place.Reason = fmt.Sprintf("the segment ends here, but its checkpoint says that it goes on to record %d", c.Last)
		return &place
	case c.Last != v.last.seq || c.Hash != string(v.last.hash[:]) || c.Size != v.size:
		bad.Reason = fmt.Sprintf("the segment ends with record %d in %d bytes, its checkpoint says %d in %d, or another hash", v.last.seq, v.size, c.Last, c.Size)
	case !slices.Equal(c.Unfinished, v.unfinished()):
		bad.Reason = "it names other calls without an outcome than the records do"
	default:
		v.accept(c, line)
		return nil
	}
	return &bad
}

// outside holds the end of the log to what was seen outside.
func (v *verifier) outside(place VerifyError) error {
	if len(v.witness) > 0 {
		place.Reason = fmt.Sprintf("the log ends after record %d, but record %d was seen outside: the end was cut off", v.last.seq, v.witness[len(v.witness)-1].seq)
		return &place
	}
	for _, w := range v.opts.Witness {
		if w.Segment > v.seals {
			place.Reason = fmt.Sprintf("a checkpoint of segment %d was seen outside: the end was cut off", w.Segment)
			return &place
		}
	}
	return nil
}

// met says what is wrong with a record beside what was seen of it outside; empty if nothing.
func (v *verifier) met(seq uint64, hash string) string {
	for len(v.witness) > 0 && v.witness[0].seq == seq {
		if v.witness[0].hash != hash {
			return "another hash was seen outside for this record: the log was rewritten"
		}
		v.witness = v.witness[1:]
	}
	return ""
}

// segment verifies one file; place moves along, and is returned as the error if a line is bad.
func (v *verifier) segment(fsys fs.FS, place *VerifyError) error {
	file, err := fsys.Open(place.File)
	if err != nil {
		return fmt.Errorf("audit: open segment: %w", err)
	}
	defer func() { _ = file.Close() }() // read only: nothing to lose
	lines := lineReader{r: bufio.NewReaderSize(file, 64<<10)}
	v.size, v.start = 0, v.last
	v.found.Segments++
	for {
		line, err := lines.next()
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil
		case errors.Is(err, io.EOF) && v.lenient:
			v.torn = bytes.Clone(line)
			return nil
		case errors.Is(err, io.EOF):
			place.Reason = "the last line has no end: the record was cut off, or is being written"
			return place
		case errors.Is(err, errLongLine):
			place.Reason = err.Error()
			return place
		default:
			return fmt.Errorf("audit: read %s line %d: %w", place.File, place.Line, err)
		}
		if v.lenient && bytes.IndexByte(line, 0) >= 0 {
			if v.torn, err = hole(line, lines.r); errors.Is(err, errHole) {
				place.Reason = err.Error()
				return place
			}
			return err
		}
		if place.Reason = v.line(line[:len(line)-1]); place.Reason != "" {
			return place
		}
		v.size += int64(len(line))
		place.Line++
		place.Seq = v.last.seq + 1
	}
}

// line checks the next line and says what is wrong with it; empty if nothing.
func (v *verifier) line(line []byte) string {
	r := &v.record
	if err := r.scan(line); err != nil {
		return "not a record: " + err.Error()
	}
	if why := v.chain.follows(r, &v.last); why != "" {
		return why
	}
	if len(v.witness) > 0 && v.witness[0].seq == r.seq {
		if why := v.met(r.seq, string(r.hash)); why != "" {
			return why
		}
	}
	v.count++
	v.last.seq = r.seq
	copy(v.last.hash[:], r.hash)
	if len(r.time) == len(v.latest) {
		copy(v.latest[:], r.time)
		if v.first[0] == 0 {
			v.first = v.latest
		}
	}
	// An intent that its outcome never follows is a call nobody knows the end of.
	switch string(r.kind) {
	case `"intent"`:
		v.open[string(r.callID)] = struct{}{}
	case `"outcome"`:
		delete(v.open, string(r.callID))
	case `"event"`:
		v.event(line)
	}
	return ""
}

// event takes notice of what retention said it deleted.
func (v *verifier) event(line []byte) {
	if !bytes.Contains(line, []byte(`"kind":"log","name":"retention"`)) { // most events are others; names of members stand in no text unescaped
		return
	}
	r, err := ParseRecord(line)
	if err != nil || r.Target.Kind != targetLog || r.Target.Name != retentionEvent {
		return
	}
	var said deleted
	if json.Unmarshal(r.Arguments, &said) == nil && said.LastSegment > v.pruned.LastSegment {
		said.LastSeq = max(said.LastSeq, v.pruned.LastSeq) // 0 if all that was deleted was empty
		v.pruned = said
	}
}

var errHole = errors.New("zero bytes, and more behind them than a crash can have left half written")

// hole returns what stands from a line on that holds zero bytes. No writer makes such a line: it is where a crash of the system left pages of
// the last write unwritten between others, and nothing behind it was ever confirmed.
func hole(line []byte, rest io.Reader) ([]byte, error) {
	more, err := io.ReadAll(io.LimitReader(rest, maxHole))
	switch {
	case err != nil:
		return nil, fmt.Errorf("audit: %w", err)
	case len(more) == maxHole:
		return nil, errHole
	}
	return slices.Concat(line, more), nil
}
