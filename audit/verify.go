package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/canon"
)

// VerifyOptions says what a log is checked against. Nil and the zero value check a log without key, with no outside witness.
type VerifyOptions struct {
	// Key is the key the log was written with; nil for a plain chain.
	Key []byte
	// HeadSeq and HeadHash are what [Log.Head] said once, kept where the log's keeper could not change them: the log must hold a record
	// of this number with this hash, and may go on behind it. Without them a log whose end was cut off verifies. Zero: no expectation.
	HeadSeq uint64
	// HeadHash is the hash, in hex of either case, of record HeadSeq; it is not looked at if HeadSeq is zero.
	HeadHash string
}

// Summary describes the records that were found good.
type Summary struct {
	Records     uint64    // how many
	First, Last time.Time // times of the first and last record that has one
	LastSeq     uint64    // number of the last record; 0 in an empty log
	LastHash    string    // its hash, hex; 64 zeros in an empty log
	Unfinished  []string  // call ids of intents without an outcome, sorted: calls under way, or cut off by a crash
}

// VerifyError names the first record that is not as it was written.
type VerifyError struct {
	File   string // name of the segment
	Line   int    // line in it, from 1
	Seq    uint64 // sequence number the record at this place must have
	Reason string // what is wrong
}

// Error names file, line, sequence number and reason.
func (e *VerifyError) Error() string {
	return fmt.Sprintf("audit: %s:%d: record %d: %s", e.File, e.Line, e.Seq, e.Reason)
}

// Verify reads all segments of the log directory fsys in order and checks that every line is a record in its one form, that hashes match,
// and that sequence numbers and previous hashes follow each other from the first record on. Files that are not segments are ignored.
//
// A record that is not as it was written is a [*VerifyError]; the summary then covers the records before it. So is a last line without an
// end: verify a log when its writer is closed, or a copy of it cut after the last line end. Other errors are those of reading. A directory
// without segments is an error; an empty segment is a log of no records.
//
// Reading streams: memory does not grow with the log, only with the number of calls that were under way at once.
func Verify(fsys fs.FS, opts *VerifyOptions) (Summary, error) {
	if opts == nil {
		opts = &VerifyOptions{}
	}
	v := verifier{chain: newChain(opts.Key), last: firstLink(), opts: opts, open: map[string]struct{}{}}
	err := v.directory(fsys)
	return v.summary(), err
}

// verifier reads one log from its first record on.
type verifier struct {
	chain  *chain
	last   link // the last good record
	opts   *VerifyOptions
	open   map[string]struct{} // intents whose outcome was not seen yet
	record scanned
	first  [len(timeLayout)]byte // text of the first time; zero bytes if there is none
	latest [len(timeLayout)]byte // text of the last time
	count  uint64                // good records
}

// summary describes what was read so far.
func (v *verifier) summary() Summary {
	s := Summary{Records: v.count, LastSeq: v.last.seq, LastHash: string(v.last.hash[:])}
	s.First, _ = time.Parse(timeLayout, string(v.first[:])) // no time: the zero time
	s.Last, _ = time.Parse(timeLayout, string(v.latest[:]))
	for id := range v.open {
		s.Unfinished = append(s.Unfinished, canon.Text([]byte(`"`+id+`"`)))
	}
	slices.Sort(s.Unfinished)
	return s
}

// directory verifies all segments, and the expectation from outside.
func (v *verifier) directory(fsys fs.FS) error {
	names, err := segments(fsys)
	if err != nil {
		return fmt.Errorf("audit: read the log directory: %w", err)
	}
	if len(names) == 0 {
		return fmt.Errorf("audit: no log here: the directory holds no file named like %s; give the directory that Open was given", segmentName(1))
	}
	place := VerifyError{}
	for i, name := range names {
		place = VerifyError{File: name, Line: 1, Seq: v.last.seq + 1}
		if want := segmentName(i + 1); name != want {
			place.Reason = fmt.Sprintf("segment %s is missing", want)
			return &place
		}
		if err := v.segment(fsys, &place); err != nil {
			return err
		}
	}
	if v.last.seq < v.opts.HeadSeq {
		place.Reason = fmt.Sprintf("the log ends after record %d, but record %d was seen outside: the end was cut off", v.last.seq, v.opts.HeadSeq)
		return &place
	}
	return nil
}

// segment verifies one file; place moves along, and is returned as the error if a line is bad.
func (v *verifier) segment(fsys fs.FS, place *VerifyError) error {
	file, err := fsys.Open(place.File)
	if err != nil {
		return fmt.Errorf("audit: open segment: %w", err)
	}
	defer func() { _ = file.Close() }() // read only: nothing to lose
	lines := lineReader{r: bufio.NewReaderSize(file, 64<<10)}
	for {
		line, err := lines.next()
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) && len(line) == 0:
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
		if place.Reason = v.line(line[:len(line)-1]); place.Reason != "" {
			return place
		}
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
	if r.seq == v.opts.HeadSeq && !strings.EqualFold(string(r.hash), v.opts.HeadHash) {
		return "another hash was seen outside for this record: the log was rewritten"
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
	}
	return ""
}
