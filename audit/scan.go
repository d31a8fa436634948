package audit

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
)

// scanned is what a verifier needs of a line: the members of the chain, found without building a Record. Slices point into the line.
type scanned struct {
	before, after []byte // the line without its hash member
	hash, prev    []byte
	seq           uint64
	kind          []byte // JSON string, quotes included
	callID        []byte // inside of a JSON string
	time          []byte // text
}

// scan reads a line. It accepts canonical JSON objects of this version that have seq, prev and hash; the values of other members are not
// looked into, because the hash covers them.
func (s *scanned) scan(line []byte) error {
	*s = scanned{}
	version := false
	m := members{object: line}
	// What is kept are slices of the line, texts with their escapes: a million lines are verified without a million records.
	for {
		more, err := m.advance()
		if err != nil {
			return err
		}
		if !more {
			return s.complete(version)
		}
		switch string(m.name) {
		case "call_id":
			s.callID = inside(m.value)
		case "hash":
			s.hash = inside(m.value)
			// A member always follows: v sorts behind. The comma behind the hash goes with it.
			s.before, s.after = line[:m.at], line[min(m.next+1, len(line)):]
		case "kind":
			s.kind = m.value
		case "prev":
			s.prev = inside(m.value)
		case "seq":
			if err := value(m.value).sequence(&s.seq); err != nil {
				return fmt.Errorf("member seq: %w", err)
			}
		case "time":
			s.time = inside(m.value)
		case "v":
			version = true
			if err := value(m.value).version(); err != nil {
				return err
			}
		}
	}
}

// complete says whether the members were there that every line has.
func (s *scanned) complete(version bool) error {
	if !version || s.seq == 0 || len(s.prev) != hashLength || len(s.hash) != hashLength {
		return errors.New("member v, seq, prev or hash is missing or misshapen")
	}
	return nil
}

// inside returns a JSON string without its quotes, escapes left as they are; nil for other values.
func inside(v []byte) []byte {
	if v[0] != '"' {
		return nil
	}
	return v[1 : len(v)-1]
}

// follows says what is wrong with a record that should be the one after last; empty if nothing.
func (c *chain) follows(r *scanned, last *link) string {
	// The hash first: only a line that is as it was written can say anything about its place.
	want := c.hash(r.before, r.after)
	switch {
	case string(want[:]) != string(r.hash):
		return "the hash does not match: the line was changed, or written under another key"
	case r.seq > last.seq+1:
		return fmt.Sprintf("found record %d here: records are missing or out of order", r.seq)
	case r.seq < last.seq+1:
		return fmt.Sprintf("found record %d here: it was inserted, repeated or moved", r.seq)
	case string(r.prev) != string(last.hash[:]):
		return "does not follow the record before it: that one, or this one, was replaced"
	default:
		return ""
	}
}

// maxLine is the longest line a log writes and a verifier reads, so that a file without line ends cannot fill the memory.
const maxLine = 64 << 20

var errLongLine = errors.New("line longer than " + strconv.Itoa(maxLine>>20) + " MiB: not a record")

// lineReader reads lines of any length up to maxLine.
type lineReader struct {
	r    *bufio.Reader
	long []byte // holds a line larger than the reader's buffer
}

// next returns the next line with its end; with io.EOF, the rest that has none. It is valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	l.long = l.long[:0]
	for errors.Is(err, bufio.ErrBufferFull) {
		if l.long = append(l.long, line...); len(l.long) > maxLine {
			return nil, errLongLine
		}
		line, err = l.r.ReadSlice('\n')
	}
	l.long = append(l.long, line...)
	return l.long, err
}
