package mcptest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mcpgov/go-sdk/audit"
)

// errNoCloser is why rules about closing are skipped.
const errNoCloser = ruleSkipped("the sink is no io.Closer")

func checkClosed(s *sinkTrial) error {
	closer, ok := s.Sink.(io.Closer)
	if !ok {
		return errNoCloser
	}
	var acknowledged taken
	if err := acknowledged.mustPut(s, "before"); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	err := s.append(audit.Record{CallID: "after"})
	switch {
	case err == nil:
		return errors.New("nil was returned after Close")
	case !refused(err):
		return err
	}
	err = s.within(context.Background(), "a second Close", func() error {
		_ = closer.Close() // whether that is an error is the sink's affair
		return nil
	})
	if err != nil {
		return err
	}
	return acknowledged.check(s)
}

func checkClosing(s *sinkTrial) error {
	if _, ok := s.Sink.(io.Closer); !ok {
		return errNoCloser
	}
	const callers = 16
	var acknowledged taken
	written := make(chan struct{}, callers)
	begun := make(chan struct{})
	go func() {
		defer close(begun)
		for range callers { // each has written a little, and goes on
			<-written
		}
	}()
	err := each(callers+1, func(i int) error {
		if i == callers {
			<-begun
			return s.close()
		}
		for n := 0; ; n++ {
			id := fmt.Sprint("caller ", i, " record ", n)
			err := s.append(audit.Record{CallID: id})
			if n == 3 || err != nil && n < 3 {
				written <- struct{}{}
			}
			switch {
			case refused(err): // closed
				return nil
			case err != nil:
				return err
			case n == mostBeforeClose:
				return fmt.Errorf("nil was returned for %d records of a caller, and Close did not return meanwhile", n)
			}
			acknowledged.add(id)
		}
	})
	if err != nil {
		return err
	}
	return acknowledged.check(s)
}

// mostBeforeClose is how many records a caller may append before Close takes effect.
const mostBeforeClose = 100_000

func checkReopened(s *sinkTrial) error {
	if s.Reopen == nil {
		return ruleSkipped("the sink cannot be opened again: SinkTest.Reopen is nil")
	}
	full, err := filledRecord(plain)
	if err != nil {
		return err
	}
	all := []audit.Record{{CallID: "first"}, full, {}, {CallID: "after"}, full, {CallID: "last"}}
	if err := s.keep(all[:3]...); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	again := sinkTrial{SinkTest: s.SinkTest}
	if again.Sink, err = s.Reopen(); err != nil {
		return fmt.Errorf("open it again: %w", err)
	}
	err = s.holds(all[:3]...)
	if err == nil {
		err = again.keep(all[3:]...)
	}
	if err == nil {
		err = again.holds(all...)
	}
	if err != nil {
		_ = again.close() // the fault that was found says more
		return err
	}
	return again.close()
}
