package auditdb_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
)

// writeLog writes records as a log into a new directory, in segments of the given number of records, all sealed but the last, which holds what
// is left over. Segments and checkpoints are made here, in the format of the audit package, whatever size its own segments have.
func writeLog(t testing.TB, perSegment int, records iter.Seq[audit.Record]) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.Mkdir(dir, 0o700))
	s := segmenter{dir: dir, perSegment: perSegment, prev: strings.Repeat("0", 64)}
	whole := t.TempDir()
	log, err := audit.Open(whole, &audit.Options{Sync: audit.AsyncUnsafe})
	require.NoError(t, err)
	for r := range records {
		require.NoError(t, log.Append(context.Background(), r))
	}
	require.NoError(t, log.Close())
	segments, err := audit.Segments(os.DirFS(whole))
	require.NoError(t, err)
	for _, segment := range segments {
		file, err := os.Open(filepath.Join(whole, segment.Name))
		require.NoError(t, err)
		lines := bufio.NewReaderSize(file, 1<<20)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				break
			}
			s.add(t, line)
		}
		require.NoError(t, file.Close())
		require.NoError(t, os.Remove(file.Name())) // a log of the scale test needs the room
	}
	s.flush(t)
	return dir
}

// segmenter cuts a log into segments.
type segmenter struct {
	dir        string
	perSegment int

	number, records int
	seq             uint64 // of the last record
	prev            string // hash of the record before the segment
	text            bytes.Buffer
}

func (s *segmenter) add(t testing.TB, line []byte) {
	t.Helper()
	s.text.Write(line)
	s.seq++
	if s.records++; s.records == s.perSegment {
		s.seal(t)
	}
}

func (s *segmenter) flush(t testing.TB) {
	t.Helper()
	s.number++
	path := filepath.Join(s.dir, fmt.Sprintf("audit-%06d.jsonl", s.number))
	require.NoError(t, os.WriteFile(path, s.text.Bytes(), 0o600))
	s.text.Reset()
}

func (s *segmenter) seal(t testing.TB) {
	t.Helper()
	size := s.text.Len()
	text := s.text.Bytes()
	last, err := audit.ParseRecord(text[bytes.LastIndexByte(text[:size-1], '\n')+1 : size-1])
	require.NoError(t, err)
	s.flush(t)
	c, err := json.Marshal(audit.Checkpoint{
		Version: 1, Log: "test", Segment: s.number, First: s.seq - uint64(s.records) + 1, Last: s.seq, Prev: s.prev, Hash: last.Hash,
		Size: int64(size), Begun: time.Unix(0, 0).UTC(), Sealed: time.Unix(1, 0).UTC(), Previous: strings.Repeat("0", 64),
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, fmt.Sprintf("audit-%06d.checkpoint.json", s.number)), c, 0o600))
	s.prev, s.records = last.Hash, 0
}
