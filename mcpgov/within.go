package mcpgov

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// within runs foreign code: it returns at the deadline, or when the caller hangs up, whether or not f obeys its
// context, and turns a panic into an error. What f returns late is dropped.
func within[T any](ctx context.Context, limit time.Duration, f func(context.Context) (T, error)) (T, error) {
	v, err, _ := watch(ctx, limit, f, func() {})
	return v, err
}

// watch is within for code that holds something. The last result says whether f was left running; then late runs
// when it ends at last, on f's own goroutine.
func watch[T any](ctx context.Context, limit time.Duration, f func(context.Context) (T, error), late func()) (T, error, bool) { //nolint:revive // whether it was left belongs to the error, not before it
	type end struct {
		value T
		err   error
	}
	bounded, cancel := bounded(ctx, limit)
	defer cancel()
	done := make(chan end, 1)
	var settled atomic.Bool // either f has ended or it was left running: whoever comes first says which
	go func() {
		e := end{err: &panicked{value: "the goroutine was ended by runtime.Goexit"}}
		defer func() { // runs whatever the recovery of foreign code does
			if settled.CompareAndSwap(false, true) {
				done <- e
				return
			}
			late()
		}()
		defer func() {
			if p := recover(); p != nil {
				e = end{err: panicError(p)}
			}
		}()
		value, err := f(bounded)
		if err != nil {
			err = speak(err)
		}
		e = end{value, err}
	}()
	var e end
	left := false
	select {
	case e = <-done:
	case <-bounded.Done():
		if left = settled.CompareAndSwap(false, true); left {
			e.err = bounded.Err()
		} else {
			e = <-done // it made it after all
		}
	}
	if e.err == nil || bounded.Err() == nil || speaksForItself(e.err) {
		return e.value, e.err, left
	}
	// Drivers put a stopped context into words of their own: what was stopped did not fail.
	stop := errDeadline
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		stop = errCancelled
	}
	return e.value, &stopped{stop, e.err}, left
}
