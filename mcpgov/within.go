package mcpgov

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Ends a bounded function can come to besides its own.
var (
	errDeadline  = errors.New("the deadline passed before it returned")
	errCancelled = errors.New("the caller hung up before it returned")
)

// panicked carries a recovered panic: its value, and where it happened.
type panicked struct{ value, stack string }

func (p *panicked) Error() string { return "panic: " + p.value + "\n" + p.stack }

// panicError turns a recovered value into an error. The value's own text may panic again; then its type must do.
func panicError(p any) error {
	return &panicked{panicText(p), string(debug.Stack())}
}

func panicText(p any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T whose text panics, too", p)
		}
	}()
	return fmt.Sprint(p)
}

// spoken is an error whose text was asked for where it came from, while it was bounded: an Error method is foreign
// code like any other.
type spoken struct {
	err         error
	text, kinds string
}

func (s *spoken) Error() string { return s.text }
func (s *spoken) Unwrap() error { return s.err }

// speak asks an error for its text and for the Go types of its chain, outermost first.
func speak(err error) error {
	switch err.(type) { //nolint:errorlint // the very error, not what it wraps
	case *Error, *panicked:
		return err
	}
	chain := []string{fmt.Sprintf("%T", err)}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		chain = append(chain, fmt.Sprintf("%T", inner))
	}
	return &spoken{err, errorText(err), strings.Join(chain, " of ")}
}

// errorText is err's text; an Error method that panics has none.
func errorText(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T whose Error method panics", err)
		}
	}()
	return err.Error()
}

// stopped is the end of foreign code at its deadline, or when its caller hung up, and what it said to that.
type stopped struct{ why, said error }

func (s *stopped) Error() string   { return s.why.Error() + ": " + s.said.Error() }
func (s *stopped) Unwrap() []error { return []error{s.why, s.said} }

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
		defer func() {
			if p := recover(); p != nil {
				e = end{err: panicError(p)}
			}
			if settled.CompareAndSwap(false, true) {
				done <- e
				return
			}
			late()
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

// speaksForItself reports whether an error means the same whether or not the context has ended.
func speaksForItself(err error) bool {
	if _, ok := errors.AsType[*panicked](err); ok {
		return true
	}
	_, ok := errors.AsType[*Error](err)
	return ok
}

// selfBounded is what a Decider may be besides: one that answers in bounded time and does not panic. It needs no
// goroutine to be watched from; a hand-over between goroutines costs more than a decision.
type selfBounded interface{ SelfBounded() bool }

// ask puts a question to the policy.
func ask[T any](ctx context.Context, s *Server, f func(context.Context) (T, error)) (T, error) {
	if s.trustPolicy {
		return f(ctx)
	}
	return within(ctx, s.limits.Policy, f)
}

// trustedSink reports whether a sink is one of our own, which return when their context ends. It asks for the
// very types: one that embeds them has an Append of its own, which nobody knows.
func trustedSink(s audit.Sink) bool {
	if _, ok := s.(*audit.Log); ok {
		return true
	}
	return s == audit.Discard()
}

// deliver hands a record to the sink within its time.
func (s *Server) deliver(ctx context.Context, f func(context.Context) (struct{}, error)) error {
	if !s.trustSink {
		_, err := within(ctx, s.limits.Audit, f)
		return err
	}
	bounded, cancel := bounded(ctx, s.limits.Audit)
	defer cancel()
	_, err := f(bounded)
	return err
}

// slots bounds what runs at once.
type slots chan struct{}

func (s slots) take() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s slots) give() { <-s }
