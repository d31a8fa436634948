package audit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// CheckpointSink takes checkpoints to where the keeper of a log cannot change them: another account, a write-once store, a mailbox, a
// transparency log. What it took is the [VerifyOptions] Witness of a later Verify, which then finds a log whose end was cut off, or that was
// rewritten by somebody who has its key.
//
// A log calls it on a goroutine of its own, one checkpoint after the other, and waits for no answer before it goes on writing. One that fails is
// given the same checkpoint again, from a second later on, at last each minute; while it fails, the newest 1,000 are kept for it, and a log
// that is opened begins with the last there is. So a checkpoint may come twice, and after long failures some may not come: a later one
// vouches for all before it.
type CheckpointSink interface {
	// TakeCheckpoint returns nil once c is kept. The end of ctx bounds its time.
	TakeCheckpoint(ctx context.Context, c Checkpoint) error
}

const (
	courierTime    = 30 * time.Second // for one checkpoint
	courierFirst   = time.Second      // between tries
	courierLongest = time.Minute
	courierLast    = 5 * time.Second // for all that is left when the log is closed
	courierKeeps   = 1000
)

// courier brings checkpoints to their sink.
type courier struct {
	sink   CheckpointSink
	logger *slog.Logger
	wake   chan struct{}
	ended  chan struct{}
	open   context.Context // ends when the log is closed
	shut   context.CancelFunc

	mu      sync.Mutex
	waiting []Checkpoint
}

// newCourier begins with the last checkpoint of a log: nobody knows whether it had arrived.
func newCourier(opts *Options, last *Checkpoint) *courier {
	c := &courier{
		sink: opts.Checkpoints, logger: opts.Logger, wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	c.open, c.shut = context.WithCancel(context.Background())
	if last != nil {
		c.take(*last)
	}
	return c
}

// take queues a checkpoint.
func (c *courier) take(one Checkpoint) {
	if c.sink == nil {
		return
	}
	c.mu.Lock()
	c.waiting = append(c.waiting, one)
	if len(c.waiting) > courierKeeps {
		c.waiting = c.waiting[1:]
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run brings what waits until the courier is stopped; then it tries once more.
func (c *courier) run() {
	defer close(c.ended)
	pause := courierFirst
	for c.open.Err() == nil {
		if c.deliver(c.open) {
			pause = courierFirst
			select {
			case <-c.wake:
			case <-c.open.Done():
			}
			continue
		}
		timer := time.NewTimer(pause) // for all that wait, and those that come meanwhile
		pause = min(2*pause, courierLongest)
		select {
		case <-timer.C:
		case <-c.open.Done():
		}
		timer.Stop()
	}
	last, cancel := context.WithTimeout(context.Background(), courierLast)
	defer cancel()
	c.deliver(last)
}

// deliver brings what waits, oldest first; false as soon as one could not be brought.
func (c *courier) deliver(ctx context.Context) bool {
	for {
		c.mu.Lock()
		if len(c.waiting) == 0 {
			c.mu.Unlock()
			return true
		}
		next := c.waiting[0]
		c.mu.Unlock()
		if err := c.bring(ctx, next); err != nil {
			if c.open.Err() == nil || ctx != c.open { // else it is tried again at once
				c.logger.Error("audit checkpoint could not be sent, it is tried again", slog.Int("segment", next.Segment), slog.Any("error", err))
			}
			return false
		}
		c.mu.Lock()
		if len(c.waiting) > 0 && c.waiting[0].Segment == next.Segment {
			c.waiting = c.waiting[1:]
		}
		c.mu.Unlock()
	}
}

func (c *courier) bring(ctx context.Context, one Checkpoint) (err error) {
	ctx, cancel := context.WithTimeout(ctx, courierTime)
	defer cancel()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the checkpoint sink panicked: %v", p)
		}
	}()
	return c.sink.TakeCheckpoint(ctx, one)
}

// stop ends run and waits for it.
func (c *courier) stop() {
	c.shut()
	<-c.ended
}

// CheckpointFile is a [CheckpointSink] that appends to the file of this name, one line each, synced: on another volume, a mounted share, or
// an append-only file (chattr +a). It is created if it is not there, readable by its owner only. [ReadCheckpoints] reads it.
type CheckpointFile string

// TakeCheckpoint appends c and syncs.
func (f CheckpointFile) TakeCheckpoint(_ context.Context, c Checkpoint) error {
	line, err := c.line()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(string(f), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = addLine(file, append(line, '\n'))
	return errors.Join(err, file.Close())
}

// addLine appends a line. What an earlier try left of one without its end may be in a file that nobody can cut: it becomes a line of its own.
func addLine(file *os.File, line []byte) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if size := info.Size(); size == 0 {
		if err := syncDirectory(filepath.Dir(file.Name())); err != nil {
			return err
		}
	} else {
		var end [1]byte
		if _, err := file.ReadAt(end[:], size-1); err != nil {
			return err
		}
		if end[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	if _, err := file.Write(line); err != nil {
		return err
	}
	return file.Sync()
}

// ReadCheckpoints reads checkpoints, one on each line, as a [CheckpointFile] holds them. A line that is none is an error that names it, but for
// the beginning of a line that the next one repeats whole, or that ends the file: a write that failed.
func ReadCheckpoints(r io.Reader) ([]Checkpoint, error) {
	lines := lineReader{r: bufio.NewReaderSize(r, 64<<10)}
	var all []Checkpoint
	var torn []byte
	var fault error // what is wrong with torn, unless the next line mends it
	for n := 1; ; n++ {
		line, err := lines.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("audit: line %d of the checkpoints: %w", n, err)
		}
		if fault != nil && (len(torn) == 0 || len(line) == 0 || !bytes.HasPrefix(line, torn)) {
			return nil, fault
		}
		if len(line) == 0 {
			return all, nil
		}
		c, bad := ParseCheckpoint(line)
		switch whole := line[len(line)-1] == '\n'; {
		case bad == nil:
			all, fault = append(all, c), nil
		case !whole && line[0] == '{':
			return all, fault
		default:
			torn, fault = bytes.Clone(bytes.TrimSuffix(line, []byte("\n"))), fmt.Errorf("line %d of the checkpoints: %w", n, bad)
		}
	}
}
