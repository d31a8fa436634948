package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
)

// Records reads all records of the log directory fsys, in order. It does not verify them: use [Verify] for that. A line that is no record
// ends the sequence with an error that names its place, and so does one that cannot be read. A last line without an end, which a log that
// is being written may have, is left out. Memory does not grow with the log.
func Records(fsys fs.FS) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		d, err := readDirectory(fsys)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for _, n := range d.segments {
			if !readSegment(fsys, segmentName(n), yield) {
				return
			}
		}
	}
}

// readSegment reads one file; false: no more is wanted.
func readSegment(fsys fs.FS, name string, yield func(Record, error) bool) bool {
	file, err := fsys.Open(name)
	if err != nil {
		yield(Record{}, fmt.Errorf("audit: %w", err))
		return false
	}
	defer func() { _ = file.Close() }() // it was only read
	lines := lineReader{r: bufio.NewReaderSize(file, 64<<10)}
	for n := 1; ; n++ {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return true // or a line that is not finished
		}
		if err != nil {
			yield(Record{}, fmt.Errorf("audit: %s:%d: %w", name, n, err))
			return false
		}
		record, err := ParseRecord(line[:len(line)-1])
		if err != nil {
			yield(Record{}, fmt.Errorf("audit: %s:%d: %w", name, n, err))
			return false
		}
		if !yield(record, nil) {
			return false
		}
	}
}

// eachRecord calls f with every record of one file.
func eachRecord(fsys fs.FS, name string, f func(Record)) (failure error) {
	readSegment(fsys, name, func(r Record, err error) bool {
		if err != nil {
			failure = err
			return false
		}
		f(r)
		return true
	})
	return failure
}
