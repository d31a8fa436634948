package auditdb

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Compacted says what a run of compaction did.
type Compacted struct {
	Segments     int    // segments that got a Parquet form
	Records      uint64 // records in them
	LineBytes    int64  // bytes of their JSON lines
	ParquetBytes int64  // bytes of their Parquet forms
	Removed      int    // Parquet forms that were removed because retention had deleted their segments
}

// Compact gives each sealed segment of the log directory dir a Parquet form beside it, audit-000001.parquet, that is about a seventh of its
// size and answers questions about fifteen times as fast. The JSON lines stay: they are the evidence, and [audit.Verify] reads only them.
//
// A segment that has its form already is left alone, so Compact can be run again at any time, and goes on where it was interrupted. Each
// form is written under another name, held against the checkpoint, synced and only then named; two Compacts at once do double work and no
// harm. A segment that is not what its checkpoint says, or that could not be read back exactly, stops the run with an error that names it.
// The forms of segments that retention has deleted are removed.
//
// Memory is bounded by Options.MemoryMiB, whatever the size of the log. Nil options mean the defaults.
func Compact(ctx context.Context, dir string, opts *Options) (Compacted, error) {
	done, err := compact(ctx, dir, opts)
	if err != nil {
		err = fmt.Errorf("auditdb: compact %s: %w", dir, err)
	}
	return done, err
}

func compact(ctx context.Context, dir string, opts *Options) (done Compacted, err error) {
	settled, err := opts.settled()
	if err != nil {
		return done, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return done, err
	}
	var segments []audit.Segment
	err = untilStill(ctx, dir, func() (err error) {
		segments, err = audit.Segments(os.DirFS(dir))
		return err
	})
	if err != nil {
		return done, err
	}
	// Every worker is a thread of its own: with more of them, those that DuckDB keeps for a query that is near its end turn in circles.
	single := *settled
	single.Threads = 1
	e, err := openEngine(ctx, &single, dir)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	sweep(dir, settled.Now())
	removed, err := removeForms(dir, segments)
	if err != nil {
		return done, err
	}
	done, err = compactAll(ctx, e, dir, segments, settled.Threads)
	done.Removed = removed
	return done, err
}

// compactAll works on as many segments at a time as there are threads: reading lines keeps a thread busy, and so does writing Parquet.
func compactAll(ctx context.Context, e *engine, dir string, segments []audit.Segment, workers int) (Compacted, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan audit.Segment)
	var mu sync.Mutex
	var done Compacted
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for segment := range next {
				one, err := compactSegment(ctx, e, filepath.Join(dir, segment.Name), &segment)
				if err != nil {
					cancel(fmt.Errorf("%s: %w", segment.Name, err)) // the first stays
				}
				mu.Lock()
				done.add(one)
				mu.Unlock()
			}
		})
	}
	for _, segment := range segments {
		select {
		case next <- segment:
		case <-ctx.Done():
		}
	}
	close(next)
	group.Wait()
	return done, context.Cause(ctx)
}

func (c *Compacted) add(d Compacted) {
	c.Segments += d.Segments
	c.Records += d.Records
	c.LineBytes += d.LineBytes
	c.ParquetBytes += d.ParquetBytes
}

// compactSegment gives a segment its Parquet form, if it shall have one and has none yet.
func compactSegment(ctx context.Context, e *engine, path string, segment *audit.Segment) (done Compacted, err error) {
	c := segment.Checkpoint
	if segment.Pruned || c == nil || c.Last < c.First {
		return Compacted{}, nil
	}
	if has, err := hasParquet(ctx, e, path, c); err != nil || has {
		return Compacted{}, err
	}
	size, err := makeParquet(ctx, e, path, c)
	if gone(path) != nil { // retention deleted it meanwhile; and with it, or just before it, a form that was there
		if err := os.Remove(parquetPath(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Compacted{}, err
		}
		return Compacted{}, ctx.Err()
	}
	if err != nil {
		return Compacted{}, err
	}
	return Compacted{Segments: 1, Records: c.Last - c.First + 1, LineBytes: segment.Size, ParquetBytes: size}, nil
}

// removeForms removes the Parquet forms of segments that retention has deleted, also those that a compaction was about to name when it did. A form
// without lines that is newer than all that was deleted is somebody's copy, and not touched.
func removeForms(dir string, segments []audit.Segment) (removed int, err error) {
	pruned := 0
	for _, segment := range segments {
		if segment.Pruned {
			pruned = segment.Number
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		var n int
		_, err := fmt.Sscanf(e.Name(), "audit-%d", &n)
		lines := fmt.Sprintf("audit-%06d.jsonl", n)
		form := filepath.Join(dir, e.Name())
		if err != nil || n > pruned || e.Name() != parquetPath(lines) || gone(filepath.Join(dir, lines)) == nil {
			continue
		}
		if err := os.Remove(form); err == nil {
			removed++
		} else if !errors.Is(err, fs.ErrNotExist) {
			return removed, err
		}
	}
	return removed, nil
}

// hasParquet reports whether a segment has the Parquet form that this version would make.
func hasParquet(ctx context.Context, e *engine, path string, c *audit.Checkpoint) (bool, error) {
	form := parquetPath(path)
	if _, err := os.Stat(form); errors.Is(err, os.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	origins, err := parquetOrigins(ctx, e, []string{form})
	if worthRetry(ctx, err) { // it is no Parquet file: one that is replaces it
		return false, nil
	}
	return origins[form] == origin(c), err
}

// makeParquet writes, checks and names the Parquet form of one segment and returns its size.
func makeParquet(ctx context.Context, e *engine, path string, c *audit.Checkpoint) (size int64, err error) {
	s, err := surveySegment(ctx, path, c)
	if err != nil {
		return 0, err
	}
	staged, err := stage(parquetPath(path))
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(staged))
		}
	}()
	e.writes(staged)
	if _, err := e.ExecContext(ctx, copyToParquet(path, staged, c, s)); err != nil {
		return 0, fmt.Errorf("write Parquet: %w", err)
	}
	if err := checkParquet(ctx, e, staged, c); err != nil {
		return 0, err
	}
	if size, err = settle(staged); err != nil {
		return 0, err
	}
	if err := os.Rename(staged, parquetPath(path)); err != nil {
		return 0, err
	}
	return size, syncDirectory(filepath.Dir(path))
}

// checkParquet holds a Parquet file against the checkpoint of its segment.
func checkParquet(ctx context.Context, e *engine, path string, c *audit.Checkpoint) error {
	var records, distinct, first, last uint64
	var end []byte
	query := fmt.Sprintf("SELECT count(*)::UBIGINT, count(DISTINCT seq)::UBIGINT, min(seq), max(seq), arg_max(hash, seq) FROM read_parquet(%s)",
		fileList([]string{path}))
	err := each(ctx, e, query, nil, func(rows *sql.Rows) error { return rows.Scan(&records, &distinct, &first, &last, &end) })
	if err != nil {
		return fmt.Errorf("read the Parquet form back: %w", err)
	}
	if want := c.Last - c.First + 1; records != want || distinct != want || first != c.First || last != c.Last {
		return fmt.Errorf("the Parquet form holds %d records, %d different ones from %d to %d; its checkpoint says %d from %d to %d",
			records, distinct, first, last, want, c.First, c.Last)
	}
	if hex.EncodeToString(end) != c.Hash {
		return errors.New("the last record of the Parquet form has another hash than the checkpoint says")
	}
	return nil
}

// CompactEvery compacts the log directory dir now and then after each interval, until ctx ends, one segment after the other with one thread
// unless opts say more. It returns when ctx has ended, with nil; run it in a goroutine of its own. After each run that did something or
// failed, it calls report, which must not be nil. What failed is tried again in the next run. The interval must be positive.
func CompactEvery(ctx context.Context, dir string, interval time.Duration, opts *Options, report func(Compacted, error)) error {
	if interval <= 0 || report == nil {
		return errors.New("auditdb: CompactEvery needs a positive interval and somebody to report to")
	}
	background := Options{}
	if opts != nil {
		background = *opts
	}
	if background.Threads == 0 {
		background.Threads = 1 // calls come first
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		done, err := Compact(ctx, dir, &background)
		if ctx.Err() != nil {
			return nil // the end of ctx is what the caller asked for, and what was interrupted is as if never begun
		}
		if err != nil || done != (Compacted{}) {
			report(done, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
