package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Tee returns a sink that hands each record to all sinks and succeeds if all of them do; otherwise their errors come joined, each with the
// position of its sink from 1. Every sink is tried, at the same time, and Append returns when the last one did; a sink that panics has
// failed. A Tee of no sinks refuses every record. Safe for concurrent use.
func Tee(sinks ...Sink) Sink {
	return &fanout{name: "Tee", sinks: slices.Clone(sinks), needed: len(sinks)}
}

// AnyOf returns a sink that hands each record to all sinks and succeeds if at least one of them does. Every sink is tried, at the same
// time, so that one that hangs cannot use up the others' time; Append returns when the last one did, or gave up because ctx ended.
// The errors of the others are then not reported: wrap a sink to count them. If all fail, their errors come joined. An AnyOf of no sinks
// refuses every record. Safe for concurrent use.
func AnyOf(sinks ...Sink) Sink {
	return &fanout{name: "AnyOf", sinks: slices.Clone(sinks), needed: 1}
}

// fanout hands a record to several sinks and asks that some number of them succeed.
type fanout struct {
	name   string
	sinks  []Sink
	needed int
}

func (f *fanout) Append(ctx context.Context, r Record) error {
	if len(f.sinks) == 0 {
		return fmt.Errorf("audit: %s of no sinks refuses every record; name at least one, or Discard to keep nothing", f.name)
	}
	errs := make([]error, len(f.sinks))
	var others sync.WaitGroup
	for i := 1; i < len(f.sinks); i++ {
		others.Go(func() { errs[i] = f.try(ctx, i, r) })
	}
	errs[0] = f.try(ctx, 0, r) // on this goroutine: a Tee of one starts none
	others.Wait()

	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		}
	}
	if done >= f.needed {
		return nil
	}
	return errors.Join(errs...)
}

// try appends to one sink. A panic is that sink's failure: on its own goroutine nobody else could catch it.
func (f *fanout) try(ctx context.Context, i int, r Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil {
			err = fmt.Errorf("audit: %s: sink %d: %w", f.name, i+1, err)
		}
	}()
	if f.sinks[i] == nil {
		return errors.New("is nil")
	}
	return f.sinks[i].Append(ctx, r)
}
