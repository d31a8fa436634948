package auditdb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/canon"
)

// survey is what compaction must know of a sealed segment before DuckDB reads it.
type survey struct {
	longest int                 // bytes of the longest line
	nulls   map[string][]uint64 // by field, the records where it is the JSON value null, which SQL cannot tell from absence
	notHex  map[string]bool     // the digests and ids that are something else than hex in at least one record
}

// surveySegment reads a sealed segment line by line and holds it against its checkpoint: canonical JSON, numbers without a gap, each record
// naming the hash of the one before, and the ends the checkpoint commits to. So nothing is compacted that could not be read back exactly.
// It does not compute hashes; audit.Verify does.
func surveySegment(ctx context.Context, path string, c *audit.Checkpoint) (survey, error) {
	file, err := os.Open(path)
	if err != nil {
		return survey{}, err
	}
	defer func() { _ = file.Close() }() // it was only read
	s := survey{nulls: map[string][]uint64{}, notHex: map[string]bool{}}
	lines := bufio.NewReaderSize(file, 256<<10)
	var long []byte
	seq, prev := c.First, []byte(c.Prev)
	for n := 1; ; n++ {
		line, err := readLine(lines, &long)
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err != nil {
			return s, fmt.Errorf("line %d: %w", n, err)
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return s, context.Cause(ctx)
		}
		s.longest = max(s.longest, len(line))
		if prev, err = s.line(line[:len(line)-1], seq, prev); err != nil {
			return s, fmt.Errorf("line %d: %w; audit.Verify says what is wrong with the log", n, err)
		}
		seq++
	}
	if seq != c.Last+1 {
		return s, fmt.Errorf("it ends with record %d, its checkpoint says %d", seq-1, c.Last)
	}
	if string(prev) != c.Hash {
		return s, fmt.Errorf("its last record has another hash than its checkpoint says")
	}
	return s, nil
}

// readLine reads up to and including the line end; the line is good until the next call. A line without an end comes with io.EOF or, if
// something of it is there, io.ErrUnexpectedEOF.
func readLine(r *bufio.Reader, long *[]byte) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		*long = append((*long)[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) && len(*long) < maxLine {
			line, err = r.ReadSlice('\n')
			*long = append(*long, line...)
		}
		line = *long
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return line, err
}

var errNotCanonical = errors.New("it is not a record in canonical JSON")

// member splits the first member, `"name":value`, off the rest of a canonical object, which begins behind its brace or a comma. What is left
// begins behind the next comma and is empty after the last member. The name must come after the one before.
func member(rest, before []byte) (name, value, left []byte, ok bool) {
	n, ok := canon.Span(rest)
	if !ok || n < 2 || rest[0] != '"' || n >= len(rest) || rest[n] != ':' {
		return nil, nil, nil, false
	}
	name, rest = rest[1:n-1], rest[n+1:]
	n, ok = canon.Span(rest)
	if !ok || n >= len(rest) || bytes.Compare(before, name) >= 0 {
		return nil, nil, nil, false
	}
	value, end, left := rest[:n], rest[n], rest[n+1:]
	return name, value, left, end == ',' && len(left) > 0 || end == '}' && len(left) == 0
}

// inside is what stands between the quotes of a text; nothing if it is none.
func inside(value []byte) []byte {
	if value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}

// line looks at one record, which must be the one numbered seq after prev. It returns a copy of the hash in prev's memory.
func (s *survey) line(line []byte, seq uint64, prev []byte) ([]byte, error) {
	if len(line) == 0 || line[0] != '{' {
		return nil, errNotCanonical
	}
	var own, name, value []byte
	var number, version, linked bool
	for rest := line[1:]; len(rest) > 0; {
		var ok bool
		if name, value, rest, ok = member(rest, name); !ok {
			return nil, errNotCanonical
		}
		switch string(name) {
		case "seq":
			got, err := strconv.ParseUint(string(value), 10, 64)
			if number = err == nil && got == seq; !number {
				return nil, fmt.Errorf("its number is %s, expected %d", value, seq)
			}
		case "prev":
			if linked = bytes.Equal(inside(value), prev); !linked {
				return nil, errors.New("it does not name the hash of the record before")
			}
		case "hash":
			if own = inside(value); len(own) != 64 || !isHex(own) {
				return nil, errors.New("its hash is not 64 digits of lower-case hex")
			}
		case "v":
			version = string(value) == "1"
		case "arguments_digest", "response_digest", "trace_id", "span_id":
			if inner := inside(value); len(inner)%2 != 0 || !isHex(inner) {
				s.notHex[string(name)] = true
			}
		case "arguments", "response":
			if string(value) == "null" {
				s.nulls[string(name)] = append(s.nulls[string(name)], seq)
			}
		case "user":
			if bytes.Contains(value, []byte(`"attributes":null`)) {
				if err := s.attributes(line, seq); err != nil {
					return nil, err
				}
			}
		}
	}
	if own == nil || !number || !version || !linked {
		return nil, errors.New("it lacks one of the members v, seq, prev and hash, or is of another version")
	}
	return append(prev[:0], own...), nil
}

// attributes looks closer at a record where null may be the value of user.attributes, or stand in a text or deeper.
func (s *survey) attributes(line []byte, seq uint64) error {
	record, err := audit.ParseRecord(line)
	if err != nil {
		return err
	}
	if string(record.User.Attributes) == "null" {
		s.nulls["user.attributes"] = append(s.nulls["user.attributes"], seq)
	}
	return nil
}

// isHex reports whether b holds digits of lower-case hex only.
func isHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
