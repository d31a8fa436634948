package forward

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mcpgov/go-sdk/audit"
)

// unsent is one record of the buffer that is to be shipped.
type unsent struct {
	record audit.Record
	line   []byte   // with its end
	after  progress // what is shipped once it is
}

// follow reads records of a log from a place on, as many as have limit bytes, at least one if there is one. It goes no further than
// record head: what the log has written behind it is not durable yet, and a failed write is cut off and overwritten.
func follow(dir string, from progress, head uint64, limit int) ([]unsent, error) {
	var all []unsent
	for size := 0; from.Seq < head && size < limit; {
		some, err := followSegment(dir, from, head, limit-size)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			if from, err = nextSegment(dir, from); err != nil {
				return nil, err
			}
			continue
		}
		for _, u := range some {
			size += len(u.line)
		}
		all = append(all, some...)
		from = some[len(some)-1].after
	}
	return all, nil
}

// followSegment reads records of one segment; none if it ends before head, or if retention has deleted it: what the numbers of the records
// then say is checked in the next.
func followSegment(dir string, from progress, head uint64, limit int) (all []unsent, err error) {
	name := segmentName(from.Segment)
	file, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	if _, err := file.Seek(from.Offset, io.SeekStart); err != nil {
		return nil, err
	}
	lines := bufio.NewReaderSize(file, 64<<10)
	for size := 0; from.Seq < head && (size == 0 || size < limit); {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return all, nil // what has no end yet is behind head
		}
		if err != nil {
			return nil, err
		}
		r, err := audit.ParseRecord(line[:len(line)-1])
		if err != nil {
			return nil, fmt.Errorf("%s, byte %d: %w", name, from.Offset, err)
		}
		if r.Seq != from.Seq+1 {
			return nil, fmt.Errorf("%s, byte %d: found record %d where %d should be: the log was changed", name, from.Offset, r.Seq, from.Seq+1)
		}
		from.Offset += int64(len(line))
		from.Seq = r.Seq
		size += len(line)
		all = append(all, unsent{record: r, line: line, after: from})
	}
	return all, nil
}

// nextSegment is the beginning of the segment behind a place.
func nextSegment(dir string, from progress) (progress, error) {
	if _, err := os.Stat(filepath.Join(dir, segmentName(from.Segment+1))); err == nil { // almost always, and then nothing else need be read
		from.Segment, from.Offset = from.Segment+1, 0
		return from, nil
	}
	all, err := audit.Segments(os.DirFS(dir))
	if err != nil {
		return from, err
	}
	for _, s := range all {
		if s.Number > from.Segment && !s.Pruned {
			from.Segment, from.Offset = s.Number, 0
			return from, nil
		}
	}
	return from, fmt.Errorf("%s is gone or ends before record %d, and no segment follows: the log was changed", segmentName(from.Segment), from.Seq+1)
}
