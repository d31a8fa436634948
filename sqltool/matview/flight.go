package matview

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// flight is one refresh under way. There is at most one of each view.
type flight struct {
	began   time.Time
	full    bool
	waiting int  // who waits for it; the last one who leaves ends it
	left    bool // everybody left: it ends without a result
	end     context.CancelFunc
	done    chan struct{}
	fault   error // once done is closed
}

// want is what somebody expects of a refresh.
type want struct {
	since time.Time // it must have begun then, or later; zero: any will do
	full  bool      // it must read everything
}

func (f *flight) serves(w want) bool {
	return !f.left && !f.began.Before(w.since) && (f.full || !w.full)
}

// refresh joins the refresh that is under way, or begins one, and waits for it.
func (v *View) refresh(ctx context.Context, w want) error {
	for {
		f, serves, err := v.board(w)
		if err != nil {
			return err
		}
		select {
		case <-f.done:
			v.leave(f)
			if serves {
				return f.fault
			}
		case <-ctx.Done():
			v.leave(f)
			return fmt.Errorf("matview: refresh %s: %w", v.name, ctx.Err())
		}
	}
}

// board waits in the refresh that is under way, which may not serve, or begins one.
func (v *View) board(w want) (_ *flight, serves bool, _ error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.flight != nil {
		v.flight.waiting++
		return v.flight, v.flight.serves(w), nil
	}
	s := v.store
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil, false, ErrClosed
	}
	ctx, end := context.WithTimeout(s.ended, v.definition.Timeout)
	f := &flight{began: s.opts.Now(), full: w.full, waiting: 1, end: end, done: make(chan struct{})}
	v.flight = f
	s.flights.Go(func() {
		defer end()
		f.fault = v.fly(ctx, f)
		v.mu.Lock()
		v.flight = nil
		v.mu.Unlock()
		close(f.done)
	})
	return f, true, nil
}

// leave stops waiting. A refresh that nobody waits for ends, and changes nothing.
func (v *View) leave(f *flight) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.left = true
		f.end()
	}
}

// fly refreshes the view, keeps what came of it and tells the log. A panic of Check or of a driver is an error like any other.
func (v *View) fly(ctx context.Context, f *flight) (err error) {
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("matview: refresh %s: panic (%T)", v.name, p)
		}
		if err != nil && !errors.Is(ctx.Err(), context.Canceled) { // nobody waited any more, or the store closes: that says nothing of the data
			v.failed(err, time.Since(began))
		}
	}()
	if err := v.build(ctx, f); err != nil {
		return fmt.Errorf("matview: refresh %s: %w", v.name, err)
	}
	return nil
}

// failed keeps why a refresh failed, so that it is known after a restart as well.
func (v *View) failed(err error, took time.Duration) {
	v.mu.Lock()
	v.state.tried, v.state.fault, v.state.digest = v.store.opts.Now(), err.Error(), v.digest
	s := v.state
	v.mu.Unlock()
	v.store.opts.Logger.Warn("refresh failed, the old version stays", slog.String("view", v.name), slog.Duration("took", took), slog.Any("err", err))
	v.store.swapping.Lock()
	defer v.store.swapping.Unlock()
	ctx, end := context.WithTimeout(context.WithoutCancel(v.store.ended), keepFaults)
	defer end()
	tx, txErr := v.store.pool.BeginTx(ctx, nil)
	if txErr != nil {
		return // the log knows; the table of states is for after a restart
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if writeState(ctx, tx, v.name, &s) == nil {
		_ = tx.Commit() // as above
	}
}

const keepFaults = 5 * time.Second // to write down why a refresh failed
