package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Six digits keep the names in the order of their numbers in every listing, up to a million segments; beyond, order by number still holds.
const (
	segmentPrefix    = "audit-"
	segmentSuffix    = ".jsonl"
	checkpointSuffix = ".checkpoint.json"
	lockName         = "audit.lock"
)

// Segment is one file of a log directory.
type Segment struct {
	Number     int         // from 1, in the order of writing
	Name       string      // audit-000001.jsonl
	Size       int64       // bytes; 0 if only its checkpoint is left
	Pruned     bool        // retention deleted the records; the checkpoint is left
	Checkpoint *Checkpoint // nil while records are still added: the last one only
}

// Segments lists the segments of the log directory fsys in the order they were written. It reads their checkpoints and does not verify
// them: use [Verify] for that. The log may be open meanwhile, and retention delete some of them: the list is that of one moment.
func Segments(fsys fs.FS) ([]Segment, error) {
	const tries = 10 // retention deletes the oldest now and then; whoever meets it lists again
	for try := 1; ; try++ {
		all, err := listSegments(fsys)
		if try == tries || !errors.Is(err, fs.ErrNotExist) {
			return all, err
		}
		if _, gone := fs.Stat(fsys, "."); gone != nil {
			return all, err // there is no directory
		}
	}
}

func listSegments(fsys fs.FS) ([]Segment, error) {
	d, err := readDirectory(fsys)
	if err != nil {
		return nil, err
	}
	var all []Segment
	for _, n := range d.numbers() {
		s := Segment{Number: n, Name: segmentName(n), Pruned: !slices.Contains(d.segments, n)}
		if !s.Pruned {
			info, err := fs.Stat(fsys, s.Name)
			if err != nil {
				return nil, fmt.Errorf("audit: %w", err)
			}
			s.Size = info.Size()
		}
		if slices.Contains(d.checkpoints, n) {
			if s.Checkpoint, _, err = readCheckpoint(fsys, n); err != nil {
				return nil, err
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// directory is what stands in a log directory, by number and in order.
type directory struct{ segments, checkpoints []int }

// numbers lists all segments of which anything is left.
func (d directory) numbers() []int {
	all := slices.Concat(d.segments, d.checkpoints)
	slices.Sort(all)
	return slices.Compact(all)
}

func readDirectory(fsys fs.FS) (d directory, err error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return d, fmt.Errorf("audit: read the log directory: %w", err)
	}
	for _, e := range entries {
		if n := numbered(e.Name(), segmentSuffix); n > 0 {
			d.segments = append(d.segments, n)
		}
		if n := numbered(e.Name(), checkpointSuffix); n > 0 {
			d.checkpoints = append(d.checkpoints, n)
		}
	}
	slices.Sort(d.segments)
	slices.Sort(d.checkpoints)
	return d, nil
}

// segmentName names the n-th segment, from 1; checkpointName its seal.
func segmentName(n int) string    { return fileName(n, segmentSuffix) }
func checkpointName(n int) string { return fileName(n, checkpointSuffix) }

func fileName(n int, suffix string) string {
	return fmt.Sprintf("%s%06d%s", segmentPrefix, n, suffix)
}

// numbered is the inverse of fileName; 0 if name is none.
func numbered(name, suffix string) int {
	digits, ok := strings.CutPrefix(name, segmentPrefix)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(digits, suffix))
	if err != nil || n < 1 || fileName(n, suffix) != name { // audit-1.jsonl or audit-0000001.jsonl would be a second name of the same
		return 0
	}
	return n
}

// maxCheckpoint bounds what is read as a checkpoint: calls under way make it long, nothing else does.
const maxCheckpoint = 16 << 20

// readCheckpoint reads the seal of the n-th segment, and its line; fs.ErrNotExist if there is none.
func readCheckpoint(fsys fs.FS, n int) (*Checkpoint, []byte, error) {
	name := checkpointName(n)
	if info, err := fs.Stat(fsys, name); err == nil && info.Size() > maxCheckpoint {
		return nil, nil, &VerifyError{File: name, Line: 1, Reason: fmt.Sprintf("not a checkpoint: %d bytes", info.Size())}
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, nil, fmt.Errorf("audit: %w", err)
	}
	c, err := ParseCheckpoint(text)
	if err == nil && (len(text) == 0 || text[len(text)-1] != '\n') {
		err = errors.New("audit: not a checkpoint: it has no line end")
	}
	if err != nil {
		return nil, nil, &VerifyError{File: name, Line: 1, Reason: strings.TrimPrefix(err.Error(), "audit: ")}
	}
	return &c, text[:len(text)-1], nil
}
