package forward

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// extent measures what is not shipped, without reading it: the sizes of the segments from the one being shipped.
type extent struct {
	dir string

	mu     sync.Mutex
	offset int64   // shipped of the first segment
	first  int     // the segment being shipped
	sealed []int64 // sizes of the segments from first that others follow
}

func newExtent(dir string, at progress) *extent {
	return &extent{dir: dir, first: at.Segment, offset: at.Offset}
}

// unsent is the bytes behind what is shipped.
func (e *extent) unsent() (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	size, err := e.size(e.first + len(e.sealed))
	if err != nil {
		return 0, err
	}
	for {
		next, err := e.size(e.first + len(e.sealed) + 1)
		if os.IsNotExist(err) {
			break
		}
		if err != nil {
			return 0, err
		}
		// Its size is final only now that the next exists.
		if size, err = e.size(e.first + len(e.sealed)); err != nil {
			return 0, err
		}
		e.sealed = append(e.sealed, size)
		size = next
	}
	total := size - e.offset
	for _, s := range e.sealed {
		total += s
	}
	return max(0, total), nil
}

// move notes that everything before that place is shipped.
func (e *extent) move(at progress) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.first < at.Segment {
		if len(e.sealed) > 0 {
			e.sealed = e.sealed[1:]
		}
		e.first++
	}
	e.offset = at.Offset
}

// size is how long a segment is. The first may be gone: it was shipped, and retention deleted it.
func (e *extent) size(segment int) (int64, error) {
	info, err := os.Stat(filepath.Join(e.dir, segmentName(segment)))
	switch {
	case os.IsNotExist(err) && segment == e.first:
		return e.offset, nil
	case err != nil:
		return 0, err
	}
	return info.Size(), nil
}

// segmentName is the name of the n-th segment of a log, see package audit.
func segmentName(n int) string { return fmt.Sprintf("audit-%06d.jsonl", n) }
