package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// tailWindow is how much of a log is checked when it is opened: more than one write holds, because after a crash any part of the last write
// may be missing, not only its end.
const tailWindow = 4 * maxQueued

// tail is the end of a segment.
type tail struct {
	last link   // the last good record
	size int64  // offset after it
	torn []byte // what follows: a line without an end
}

// readTail reads the end of the segment at path and checks the records in it.
func readTail(path string, c *chain) (tail, error) {
	f, err := os.Open(path)
	if err != nil {
		return tail{}, err
	}
	defer func() { _ = f.Close() }() // read only: nothing to lose
	info, err := f.Stat()
	if err != nil {
		return tail{}, err
	}
	size := info.Size()
	for window := int64(tailWindow); ; window *= 2 { // one record may be larger than the window
		start := max(size-window, 0)
		data := make([]byte, size-start)
		if _, err := f.ReadAt(data, start); err != nil && !errors.Is(err, io.EOF) {
			return tail{}, err
		}
		if start > 0 { // begin behind the first line end: what stands before it is the rest of a line
			cut := bytes.IndexByte(data, '\n') + 1
			if cut == 0 || bytes.IndexByte(data[cut:], '\n') < 0 {
				continue // not one whole line: look further back
			}
			start += int64(cut)
			data = data[cut:]
		}
		return checkTail(info.Name(), start, data, c)
	}
}

// checkTail checks the lines of data, which stands at offset start of a segment.
func checkTail(name string, start int64, data []byte, c *chain) (tail, error) {
	t := tail{last: firstLink(), size: start}
	var r scanned
	for line := 1; ; line++ {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			t.torn = data
			return t, nil
		}
		bad := VerifyError{File: name, Line: line, Seq: t.last.seq + 1}
		if err := r.scan(data[:end]); err != nil {
			bad.Reason = "not a record: " + err.Error() + countedFrom(start)
			return t, &bad
		}
		if start > 0 && line == 1 {
			t.last.seq = r.seq - 1 // what comes before is not checked here
			copy(t.last.hash[:], r.prev)
			bad.Seq = r.seq
		}
		if bad.Reason = c.follows(&r, &t.last); bad.Reason != "" {
			bad.Reason += countedFrom(start)
			return t, &bad
		}
		t.last.seq = r.seq
		copy(t.last.hash[:], r.hash)
		t.size += int64(end) + 1
		data = data[end+1:]
	}
}

// countedFrom tells where line numbers begin: counting all lines would take reading all of them.
func countedFrom(start int64) string {
	if start == 0 {
		return ""
	}
	return fmt.Sprintf(" (lines are counted from byte %d)", start)
}

// recoverTorn moves the torn end of a segment into a file of its own, cuts the segment, and returns the record that tells.
func recoverTorn(dir, segment string, file disk, end tail) (*Record, error) {
	name, err := setAside(dir, segment, end.size, end.torn)
	if err == nil {
		err = file.Truncate(end.size)
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return nil, fmt.Errorf("set aside a torn line of %d bytes: %w", len(end.torn), err)
	}
	return &Record{
		Kind: KindEvent, Time: time.Now(), Bytes: len(end.torn),
		Note: fmt.Sprintf("log recovered: %d bytes of a torn last line set aside in %s", len(end.torn), name),
	}, nil
}
