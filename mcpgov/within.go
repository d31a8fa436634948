package mcpgov

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// Ends a bounded function can come to besides its own.
var (
	errDeadline  = errors.New("the deadline passed before it returned")
	errCancelled = errors.New("the caller hung up before it returned")
)

// panicked carries a recovered panic: its value and where it happened, for the record.
type panicked struct{ text string }

func (p *panicked) Error() string { return p.text }

// panicError turns a recovered value into an error. The value's own text may fail again; then its type must do.
func panicError(p any) error {
	return &panicked{fmt.Sprintf("panic: %s\n%s", panicText(p), debug.Stack())}
}

func panicText(p any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T whose text panics, too", p)
		}
	}()
	return fmt.Sprint(p)
}

// within runs foreign code: it returns at the deadline, or when the caller hangs up, whether or not f obeys its
// context, and turns a panic into an error. What f returns late is dropped; f's goroutine lives until f returns.
func within[T any](ctx context.Context, limit time.Duration, f func(context.Context) (T, error)) (T, error) {
	type end struct {
		value T
		err   error
	}
	bounded, cancel := bounded(ctx, limit)
	defer cancel()
	done := make(chan end, 1)
	go func() {
		e := end{err: &panicked{"the goroutine was ended by runtime.Goexit"}}
		defer func() {
			if p := recover(); p != nil {
				e = end{err: panicError(p)}
			}
			done <- e
		}()
		e.value, e.err = f(bounded)
	}()
	var e end
	select {
	case e = <-done:
	case <-bounded.Done():
		select {
		case e = <-done: // it made it after all
		default:
			e.err = bounded.Err()
		}
	}
	if e.err != nil && bounded.Err() != nil && errors.Is(e.err, bounded.Err()) {
		var none T
		if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return none, errCancelled
		}
		return none, errDeadline
	}
	return e.value, e.err
}

// selfBounded is what a Decider or a Sink may be besides: one that keeps to its context and does not panic. It
// needs no goroutine to be watched from; a hand-over between goroutines costs more than a decision.
type selfBounded interface{ SelfBounded() bool }

func trusted(v any) bool {
	b, ok := v.(selfBounded)
	return ok && b.SelfBounded()
}

// guarded is within for code that may be trusted to keep its bounds itself.
func guarded[T any](ctx context.Context, trust bool, limit time.Duration, f func(context.Context) (T, error)) (T, error) {
	if !trust {
		return within(ctx, limit, f)
	}
	bounded, cancel := bounded(ctx, limit)
	defer cancel()
	return f(bounded)
}

// ask puts a question to the policy. Rules of our own bound themselves, so they need not even a timer.
func ask[T any](ctx context.Context, s *Server, f func(context.Context) (T, error)) (T, error) {
	if s.trustPolicy {
		return f(ctx)
	}
	return within(ctx, s.limits.Policy, f)
}

// slots bounds the handlers that run at once.
type slots chan struct{}

func (s slots) take() bool {
	if s == nil {
		return true
	}
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s slots) give() {
	if s != nil {
		<-s
	}
}
