package auditdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// TestServed: a server appends, seals and prunes while its log is compacted, and people refresh, ask, follow and export. Nobody meets an error;
// what is found is in order, once each, as it was written; and nothing is missing but what retention had deleted.
func TestServed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := audit.Open(dir, &audit.Options{
		Sync: audit.AsyncUnsafe, Linger: -1, SegmentBytes: 24 << 10, Retention: &audit.Retention{Bytes: 200 << 10},
	})
	require.NoError(t, err)
	s := served{dir: dir, log: log, written: slices.Collect(usualCalls(1, 5000))}
	if testing.Short() {
		s.written = s.written[:2000]
	}
	ctx, cancel := context.WithCancel(t.Context())
	var group, compacting sync.WaitGroup
	compacting.Go(func() {
		s.fail(auditdb.CompactEvery(ctx, dir, time.Millisecond, nil, func(_ auditdb.Compacted, err error) { s.fail(err) }))
	})
	group.Go(s.write)
	shared := open(t, dir)
	for i := range 4 {
		group.Go(func() { s.ask(ctx, shared, i, filepath.Join(t.TempDir(), "out")) })
	}
	group.Go(func() { s.follow(ctx) })
	group.Wait()
	cancel()
	compacting.Wait()
	require.NoError(t, log.Close())
	require.NoError(t, errors.Join(s.faults...))

	_, err = auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	segments, err := audit.Segments(os.DirFS(dir))
	require.NoError(t, err)
	forms, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	require.NoError(t, err)
	require.True(t, segments[0].Pruned)
	for _, form := range forms {
		require.FileExists(t, strings.TrimSuffix(form, ".parquet")+".jsonl", "the form of a segment goes with it")
	}
	_, err = audit.Verify(os.DirFS(dir), nil)
	require.NoError(t, err)
}

type served struct {
	dir     string
	log     *audit.Log
	written []audit.Record

	mu     sync.Mutex
	faults []error
	done   bool // everything is appended
}

func (s *served) fail(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) < 5 {
		s.faults = append(s.faults, err)
	}
}

func (s *served) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done || len(s.faults) > 0
}

// write appends at the pace of the readers' machine: each hundred records are sealed off before the next.
func (s *served) write() {
	for i, r := range s.written {
		s.fail(s.log.Append(context.Background(), r))
		if i%100 == 99 {
			s.fail(s.log.Seal(context.Background()))
		}
		if s.ended() {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
}

// ask asks everything there is to ask, again and again.
func (s *served) ask(ctx context.Context, db *auditdb.DB, i int, path string) {
	q := auditdb.Query{Order: auditdb.Order(i % 2)}
	if i > 1 {
		f, err := auditdb.NewFilter("seq % 1 == 0 && kind != ''") // one part for SQL, one for Go
		s.fail(err)
		q.Filter = f
	}
	for round := 0; !s.ended(); round++ {
		head, _ := s.log.Head()
		s.fail(db.Refresh(ctx))
		var found []audit.Record
		for r, err := range db.Records(ctx, q) {
			if s.fail(err); err != nil {
				break
			}
			found = append(found, r)
		}
		if q.Order == auditdb.NewestFirst {
			slices.Reverse(found)
		}
		s.check(found, head)
		_, err := db.Stats(ctx, q, auditdb.ByTool, auditdb.ByHour)
		s.fail(err)
		format := []auditdb.Format{auditdb.JSONL, auditdb.Parquet, auditdb.CSV, auditdb.DuckDB}[(round+i)%4]
		s.fail(db.Export(ctx, q, format, path, &auditdb.ExportOptions{Force: true}))
		if format == auditdb.JSONL {
			s.checkLines(path, q.Order)
		}
	}
}

func (s *served) checkLines(path string, order auditdb.Order) {
	text, err := os.ReadFile(path)
	s.fail(err)
	var found []audit.Record
	for line := range bytes.Lines(text) {
		r, err := audit.ParseRecord(bytes.TrimSuffix(line, []byte("\n")))
		s.fail(err)
		found = append(found, r)
	}
	if order == auditdb.NewestFirst {
		slices.Reverse(found)
	}
	s.check(found, 0)
}

// follow reads what is new, in a DB of its own.
func (s *served) follow(ctx context.Context) {
	db, err := auditdb.Open(ctx, s.dir, nil)
	if err != nil {
		s.fail(err)
		return
	}
	defer func() { s.fail(db.Close()) }()
	var all []audit.Record
	for last := uint64(0); !s.ended(); {
		s.fail(db.Refresh(ctx))
		f, err := auditdb.NewFilter(fmt.Sprintf("seq > %d", last))
		s.fail(err)
		for r, err := range db.Records(ctx, auditdb.Query{Filter: f}) {
			if s.fail(err); err != nil {
				break
			}
			last = r.Seq
			all = append(all, r)
		}
	}
	s.check(all, 0)
}

// check holds what was found, oldest first, to what was written up to record head.
func (s *served) check(found []audit.Record, head uint64) {
	kept, err := s.kept()
	s.fail(err)
	last := uint64(0)
	for _, r := range found {
		if r.Seq <= last {
			s.fail(fmt.Errorf("record %d after %d", r.Seq, last))
			return
		}
		if r.Seq > last+1 && r.Seq > kept {
			s.fail(fmt.Errorf("record %d after %d, though only those before %d were deleted", r.Seq, last, kept))
			return
		}
		last = r.Seq
	}
	if last < head && head >= kept {
		s.fail(fmt.Errorf("the last record is %d, but %d was written before, and %d is the first that is kept", last, head, kept))
	}
	// The log adds records of its own about what it deletes, so records are told apart by their call.
	i := 0
	for _, r := range found {
		if r.Kind == audit.KindEvent {
			continue
		}
		for i < len(s.written) && s.written[i].CallID != r.CallID {
			i++
		}
		if i == len(s.written) || s.written[i].Duration.Truncate(time.Microsecond) != r.Duration || s.written[i].TraceID != r.TraceID {
			s.fail(fmt.Errorf("record %d is not as it was written", r.Seq))
			return
		}
	}
}

// kept is the number of the first record that is left.
func (s *served) kept() (uint64, error) {
	for {
		segments, err := audit.Segments(os.DirFS(s.dir))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted while they were listed
		}
		first := uint64(1)
		for _, segment := range segments {
			if segment.Pruned {
				first = segment.Checkpoint.Last + 1
			}
		}
		return first, err
	}
}

// TestFormsGoWithTheirSegments: a form that a compaction named just after retention had deleted its segment does not outlive it, though not
// even the checkpoint of the segment is left. What is no form of a deleted segment stays.
func TestFormsGoWithTheirSegments(t *testing.T) {
	t.Parallel()
	dir := writeLog(t, 10, usualCalls(1, 45))
	done, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, 4, done.Segments)
	form, err := os.ReadFile(filepath.Join(dir, "audit-000001.parquet"))
	require.NoError(t, err)
	log, err := audit.Open(dir, nil)
	require.NoError(t, err)
	_, err = log.Prune(t.Context(), audit.Retention{Bytes: 1})
	require.NoError(t, err)
	require.NoError(t, log.Close())
	require.NoFileExists(t, filepath.Join(dir, "audit-000001.checkpoint.json"))
	for _, name := range []string{"audit-000001.parquet", "audit-000004.parquet", "audit-000009.parquet", "audit-2.parquet", "audit-x.parquet", "audit-.parquet", "mine.parquet"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), form, 0o600))
	}
	done, err = auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	require.Equal(t, 2, done.Removed)
	left, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	require.NoError(t, err)
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	require.Equal(t, []string{"audit-.parquet", "audit-000009.parquet", "audit-2.parquet", "audit-x.parquet", "mine.parquet"}, left)
}
