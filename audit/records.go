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
// is being written may have, is left out. Segments that retention deletes before they are read are left out, too: numbers that jump tell.
// Memory does not grow with the log.
func Records(fsys fs.FS) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		d, err := readDirectory(fsys)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for _, n := range d.segments {
			file, err := fsys.Open(segmentName(n))
			switch {
			case errors.Is(err, fs.ErrNotExist) && retired(fsys, n):
			case err != nil:
				yield(Record{}, fmt.Errorf("audit: %w", err))
				return
			case !readSegment(file, segmentName(n), yield):
				return
			}
		}
	}
}

// retired reports whether retention has deleted a segment since it was listed: then none that is older is left either, and a newer one is.
func retired(fsys fs.FS, n int) bool {
	d, err := readDirectory(fsys)
	return err == nil && len(d.segments) > 0 && d.segments[0] > n
}

// readSegment reads one file and closes it; false: no more is wanted.
func readSegment(file fs.File, name string, yield func(Record, error) bool) bool {
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
	file, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	readSegment(file, name, func(r Record, err error) bool {
		if err != nil {
			failure = err
			return false
		}
		f(r)
		return true
	})
	return failure
}
