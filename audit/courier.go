package audit

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
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
	courierLast    = 5 * time.Second // for what is left when the log is closed
	courierKeeps   = 1000
)

// courier brings checkpoints to their sink.
type courier struct {
	sink   CheckpointSink
	logger *slog.Logger
	wake   chan struct{}
	quit   chan struct{}
	ended  chan struct{}

	mu      sync.Mutex
	waiting []Checkpoint
}

// newCourier begins with the last checkpoint of a log: nobody knows whether it had arrived.
func newCourier(opts *Options, last *Checkpoint) *courier {
	c := &courier{
		sink: opts.Checkpoints, logger: opts.Logger, wake: make(chan struct{}, 1), quit: make(chan struct{}), ended: make(chan struct{}),
	}
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
	for {
		again := time.Duration(0)
		if !c.deliver(courierTime) {
			again, pause = pause, min(2*pause, courierLongest)
		} else {
			pause = courierFirst
		}
		timer := time.NewTimer(again)
		expired := timer.C
		if again == 0 {
			expired = nil
		}
		select {
		case <-c.wake:
			if again > 0 { // one more waits; the pause is for all of them
				select {
				case <-expired:
				case <-c.quit:
				}
			}
		case <-expired:
		case <-c.quit:
		}
		timer.Stop()
		select {
		case <-c.quit:
			c.deliver(courierLast)
			return
		default:
		}
	}
}

// deliver brings what waits, oldest first; false as soon as one could not be brought.
func (c *courier) deliver(within time.Duration) bool {
	for {
		c.mu.Lock()
		if len(c.waiting) == 0 {
			c.mu.Unlock()
			return true
		}
		next := c.waiting[0]
		c.mu.Unlock()
		if err := c.bring(next, within); err != nil {
			c.logger.Error("audit checkpoint could not be sent, it is tried again", slog.Int("segment", next.Segment), slog.Any("error", err))
			return false
		}
		c.mu.Lock()
		if len(c.waiting) > 0 && c.waiting[0].Segment == next.Segment {
			c.waiting = c.waiting[1:]
		}
		c.mu.Unlock()
	}
}

func (c *courier) bring(one Checkpoint, within time.Duration) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the checkpoint sink panicked: %v", p)
		}
	}()
	return c.sink.TakeCheckpoint(ctx, one)
}

// stop ends run and waits for it.
func (c *courier) stop() {
	close(c.quit)
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
	file, err := os.OpenFile(string(f), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(append(line, '\n')); err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}

// ReadCheckpoints reads checkpoints, one on each line, as a [CheckpointFile] holds them. A line that is none is an error that names it.
func ReadCheckpoints(r io.Reader) ([]Checkpoint, error) {
	lines := lineReader{r: bufio.NewReaderSize(r, 64<<10)}
	var all []Checkpoint
	for n := 1; ; n++ {
		line, err := lines.next()
		if err == io.EOF && len(line) == 0 { //nolint:errorlint // as package bufio returns it
			return all, nil
		}
		if err != nil && err != io.EOF { //nolint:errorlint // as package bufio returns it
			return nil, fmt.Errorf("audit: line %d of the checkpoints: %w", n, err)
		}
		c, err := ParseCheckpoint(line)
		if err != nil {
			return nil, fmt.Errorf("line %d of the checkpoints: %w", n, err)
		}
		all = append(all, c)
	}
}
