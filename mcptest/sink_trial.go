package mcptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/mcpgov/go-sdk/audit"
)

// sinkTrial is one sink under one rule.
type sinkTrial struct {
	SinkTest
	ended bool // closed once at least
}

// noReturn is a call that hung, panicked or ended its goroutine: no rule allows it.
type noReturn struct{ says string }

func (n noReturn) Error() string { return n.says }

// refused reports whether err is an error that Append returned, and not one of this suite about Append.
func refused(err error) bool {
	_, lost := errors.AsType[noReturn](err)
	return err != nil && !lost
}

// within runs call and returns its error. It is a noReturn if it takes longer than the sink may after ctx has ended; then its goroutine is
// lost.
func (s *sinkTrial) within(ctx context.Context, name string, call func() error) error {
	done := make(chan error, 1)
	go func() {
		var err error = noReturn{name + " ended its goroutine instead of returning"}
		defer func() {
			if p := recover(); p != nil {
				err = noReturn{fmt.Sprintf("%s panics: %v", name, p)}
			}
			done <- err
		}()
		err = call()
	}()
	select {
	case err := <-done:
		return err
	case <-ended(ctx):
	}
	patience, cancel := context.WithTimeout(context.Background(), s.Patience)
	defer cancel()
	select {
	case err := <-done:
		return err
	case <-patience.Done():
		return noReturn{fmt.Sprintf("%s hangs: it did not return within %v", name, s.Patience)}
	}
}

// ended is closed when there is no reason to wait any longer: ctx has ended, or it never will.
func ended(ctx context.Context) <-chan struct{} {
	if done := ctx.Done(); done != nil {
		return done
	}
	now := make(chan struct{})
	close(now)
	return now
}

// append hands r to the sink under a context that never ends.
func (s *sinkTrial) append(r audit.Record) error {
	return s.appendIn(context.Background(), r)
}

// appendIn hands r to the sink.
func (s *sinkTrial) appendIn(ctx context.Context, r audit.Record) error {
	return s.within(ctx, "Append", func() error { return s.Sink.Append(ctx, r) })
}

// keep appends records that every sink must take.
func (s *sinkTrial) keep(records ...audit.Record) error {
	for _, r := range records {
		if err := s.append(r); err != nil {
			return fmt.Errorf("record %q was refused: %w", r.CallID, err)
		}
	}
	return nil
}

// close closes the sink, if that can be done.
func (s *sinkTrial) close() error {
	closer, ok := s.Sink.(io.Closer)
	if !ok || s.ended {
		return nil
	}
	s.ended = true
	if err := s.within(context.Background(), "Close", closer.Close); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// records reads back what the sink holds.
func (s *sinkTrial) records() ([]audit.Record, error) {
	var all []audit.Record
	for r, err := range s.Read() {
		if err != nil {
			return nil, fmt.Errorf("read after %d records: %w", len(all), err)
		}
		all = append(all, r)
	}
	return all, nil
}

// holds checks that the sink holds exactly these records, in this order.
func (s *sinkTrial) holds(want ...audit.Record) error {
	got, err := s.records()
	if err != nil {
		return err
	}
	for i, r := range want {
		if i == len(got) {
			break
		}
		if err := sameRecord(got[i], r); err != nil {
			return fmt.Errorf("record %d of %d: %w", i+1, len(want), err)
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("the sink holds %d records, not %d", len(got), len(want))
	}
	return nil
}

// count reads back how often each call id is there.
func (s *sinkTrial) count() (map[string]int, error) {
	records, err := s.records()
	times := make(map[string]int, len(records))
	for _, r := range records {
		times[r.CallID]++
	}
	return times, err
}

// each runs do on n goroutines and joins what they found; faults beyond a few say nothing new.
func each(n int, do func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	var found []error
	for _, err := range errs {
		if err != nil {
			found = append(found, err)
		}
	}
	if len(found) > 3 {
		found = append(found[:3], fmt.Errorf("and %d more", len(found)-3))
	}
	return errors.Join(found...)
}
