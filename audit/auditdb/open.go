package auditdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Options configures a [DB] and compaction. Nil and the zero value: the defaults named below.
type Options struct {
	// MemoryMiB bounds the memory of DuckDB, in MiB; what does not fit goes to TempDir. Zero: 1024.
	MemoryMiB int
	// Threads is how many threads DuckDB uses, and how many segments are compacted at a time. Zero: one per processor.
	Threads int
	// TempDir is where the private directory for temporary files is made. Empty: the system's directory for them.
	TempDir string
	// Now is the clock of filters that read now, and of windows without an end. Nil: time.Now.
	Now func() time.Time
}

// settled returns o with defaults filled in, or what is wrong with it.
func (o *Options) settled() (*Options, error) {
	if o == nil {
		o = &Options{}
	}
	s := *o
	if s.MemoryMiB < 0 || s.Threads < 0 {
		return nil, errors.New("Options.MemoryMiB and Options.Threads must be positive, or zero for the default")
	}
	if s.MemoryMiB == 0 {
		s.MemoryMiB = 1024
	}
	if s.Threads == 0 {
		s.Threads = runtime.GOMAXPROCS(0)
	}
	if s.TempDir == "" {
		s.TempDir = os.TempDir()
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	temp, err := filepath.Abs(s.TempDir)
	s.TempDir = temp
	return &s, err
}

// DB answers questions about a log directory. It only reads the log, which may be written meanwhile. It sees the records that were there at
// [Open] or at the last [DB.Refresh], less those that retention has deleted since. Safe for concurrent use.
type DB struct {
	opts   *Options
	dir    string
	engine *engine

	refreshing sync.Mutex // one at a time, so that the current snapshot is never older than one before
	mu         sync.Mutex
	current    *snapshot
	tables     atomic.Int64 // made so far, so that each has a name of its own
}

// Open opens the log directory dir for questions. Nil options mean the defaults. It neither takes the log's lock nor changes anything in
// dir. A log that cannot be listed, or whose last line is no record, is an error.
func Open(ctx context.Context, dir string, opts *Options) (*DB, error) {
	settled, err := opts.settled()
	if err != nil {
		return nil, fmt.Errorf("auditdb: open %s: %w", dir, err)
	}
	d := &DB{opts: settled}
	if d.dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("auditdb: open %s: %w", dir, err)
	}
	if d.engine, err = openEngine(ctx, settled, d.dir); err != nil {
		return nil, fmt.Errorf("auditdb: open %s: %w", dir, err)
	}
	if err := d.Refresh(ctx); err != nil {
		return nil, errors.Join(err, d.engine.Close())
	}
	return d, nil
}

// Refresh makes the records visible that were added to the log, and the compacted forms of segments that were made, since Open or the
// last Refresh. Questions that are being answered do not notice. After an error the view is as it was.
func (d *DB) Refresh(ctx context.Context) error {
	s, err := d.refresh(ctx, false)
	if err != nil {
		return fmt.Errorf("auditdb: read %s: %w", d.dir, err)
	}
	d.release(s)
	return nil
}

// Last is the number of the newest record that db sees; 0 if it sees none. With Refresh and a filter such as "seq > 42" it is the way to follow
// a log: segments that hold no such records are not read.
func (d *DB) Last() uint64 {
	s := d.hold()
	defer d.release(s)
	if len(s.parts) == 0 {
		return 0
	}
	return s.parts[len(s.parts)-1].last()
}

// Close ends DuckDB and removes its temporary files. Questions that are being answered end in an error.
func (d *DB) Close() error {
	if err := d.engine.Close(); err != nil {
		return fmt.Errorf("auditdb: close: %w", err)
	}
	return nil
}
