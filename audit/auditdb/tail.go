package auditdb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mcpgov/go-sdk/audit"
)

// tail is the end of a segment to which records are still added.
type tail struct {
	size int64  // bytes up to the end of the last whole line
	last uint64 // sequence number of that line; 0 if there is none
	torn bool   // something follows it that has no end yet
}

// maxLine is more than the longest line a log writes.
const maxLine = 65 << 20

// readTail finds the last whole line of a file.
func readTail(path string) (t tail, err error) {
	file, err := os.Open(path)
	if err != nil {
		return t, fmt.Errorf("read the open segment: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return t, fmt.Errorf("read the open segment: %w", err)
	}
	for window := int64(64 << 10); ; window *= 8 {
		start := max(info.Size()-window, 0)
		text := make([]byte, info.Size()-start)
		if _, err := file.ReadAt(text, start); err != nil && !errors.Is(err, io.EOF) {
			return t, fmt.Errorf("read the open segment: %w", err)
		}
		end := bytes.LastIndexByte(text, '\n')
		begin := -1
		if end >= 0 {
			begin = bytes.LastIndexByte(text[:end], '\n')
		}
		if begin < 0 && start > 0 { // the last line begins before the window
			if window > 2*maxLine {
				return t, fmt.Errorf("%s: its last line is longer than any record", path)
			}
			continue
		}
		if end < 0 { // the file holds no whole line
			t.torn = len(text) > 0
			return t, nil
		}
		record, err := audit.ParseRecord(text[begin+1 : end])
		if err != nil {
			return t, fmt.Errorf("%s: last line: %w; audit.Verify says what is wrong with the log", path, err)
		}
		return tail{size: start + int64(end) + 1, last: record.Seq, torn: end+1 < len(text)}, nil
	}
}

// copyHead copies the first size bytes of a segment into a new file in dir, so that whatever is added to it meanwhile disturbs nobody who
// reads the copy.
func copyHead(from, dir string, size int64) (path string, err error) {
	source, err := os.Open(from)
	if err != nil {
		return "", fmt.Errorf("copy the open segment: %w", err)
	}
	defer func() { _ = source.Close() }() // it was only read
	target, err := os.CreateTemp(dir, "tail-*.jsonl")
	if err != nil {
		return "", fmt.Errorf("copy the open segment: %w", err)
	}
	_, err = io.Copy(target, io.LimitReader(source, size))
	if err = errors.Join(err, target.Close()); err != nil {
		return "", fmt.Errorf("copy the open segment: %w", err)
	}
	return target.Name(), nil
}
