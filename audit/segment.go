package audit

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// Six digits keep the names in the order of their numbers in every listing, up to a million segments; beyond, order by number still holds.
const (
	segmentPrefix = "audit-"
	segmentSuffix = ".jsonl"
	lockName      = "audit.lock"
)

// segmentName names the n-th segment, from 1.
func segmentName(n int) string {
	return fmt.Sprintf("%s%06d%s", segmentPrefix, n, segmentSuffix)
}

// segmentNumber is the inverse of segmentName; 0 if name is not a segment's.
func segmentNumber(name string) int {
	digits, ok := strings.CutPrefix(name, segmentPrefix)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(digits, segmentSuffix))
	if err != nil || n < 1 || segmentName(n) != name { // audit-1.jsonl or audit-0000001.jsonl would be a second name of the same
		return 0
	}
	return n
}

// segments returns the names of the segments in a directory, in the order they were written.
func segments(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if segmentNumber(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return segmentNumber(a) - segmentNumber(b) })
	return names, nil
}
