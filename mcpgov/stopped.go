package mcpgov

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
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

// maxChain ends the look at errors that wrap themselves.
const maxChain = 32

// speak asks an error for its text and for the Go types of its chain, outermost first. Of an error of ours it asks the
// cause, the only part of it that is foreign.
func speak(err error) error {
	chain := make([]string, 0, 4)
	for inner := err; inner != nil && len(chain) < maxChain; inner = errors.Unwrap(inner) {
		switch e := inner.(type) { //nolint:errorlint // link by link: the whole chain may have no end
		case *panicked:
			return e
		case *Error:
			told := *e
			if e.cause != nil {
				told.cause = speak(e.cause)
			}
			return &told
		}
		chain = append(chain, fmt.Sprintf("%T", inner))
	}
	text := errorText(err)
	if len(chain) == maxChain {
		err = nil // nobody asks it again: errors.Is and errors.As would not come back
	}
	return &spoken{err, text, strings.Join(chain, " of ")}
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

func (s *stopped) Error() string { return s.why.Error() + ": " + s.said.Error() }

func (s *stopped) Unwrap() []error { return []error{s.why, s.said} }

// speaksForItself reports whether an error means the same whether or not the context has ended.
func speaksForItself(err error) bool {
	if _, ok := errors.AsType[*panicked](err); ok {
		return true
	}
	_, ok := errors.AsType[*Error](err)
	return ok
}
