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
	return &tee{fanout{name: "Tee", sinks: slices.Clone(sinks)}}
}

// AnyOf returns a sink that hands each record to all sinks, at the same time, and succeeds as soon as one of them does.
// The others go on until their time is up, that of ctx: one that hangs holds nobody up, and a slow one still gets every
// record. Their errors are then not reported: wrap a sink to count them. If all fail, their errors come joined. An AnyOf
// of no sinks refuses every record. Safe for concurrent use.
func AnyOf(sinks ...Sink) Sink {
	return &anyOf{fanout{name: "AnyOf", sinks: slices.Clone(sinks)}}
}

// fanout is several sinks under a name for their errors.
type fanout struct {
	name  string
	sinks []Sink
}

type tee struct{ fanout }

func (f *tee) Append(ctx context.Context, r Record) error {
	if len(f.sinks) == 0 {
		return f.empty()
	}
	errs := make([]error, len(f.sinks))
	var others sync.WaitGroup
	for i := 1; i < len(f.sinks); i++ {
		errs[i] = errLeft
		others.Go(func() { errs[i] = f.try(ctx, i, r) })
	}
	errs[0] = f.try(ctx, 0, r) // on this goroutine: a Tee of one starts none
	others.Wait()
	return errors.Join(errs...)
}

type anyOf struct{ fanout }

func (f *anyOf) Append(ctx context.Context, r Record) error {
	if len(f.sinks) == 0 {
		return f.empty()
	}
	r = r.clone() // sinks may be at it when the caller is gone
	// The caller ends ctx when the first has succeeded; the others have its time, not its end.
	own, cancel := context.WithoutCancel(ctx), context.CancelFunc(func() {})
	if deadline, ok := ctx.Deadline(); ok {
		own, cancel = context.WithDeadline(own, deadline)
	}
	type end struct {
		sink int
		err  error
	}
	ends := make(chan end, len(f.sinks))
	var all sync.WaitGroup
	for i := range f.sinks {
		all.Go(func() {
			e := end{i, errLeft}
			defer func() { ends <- e }()
			e.err = f.try(own, i, r)
		})
	}
	go func() {
		all.Wait()
		cancel()
	}()
	errs := make([]error, len(f.sinks))
	for range f.sinks {
		select {
		case e := <-ends:
			if e.err == nil {
				return nil
			}
			errs[e.sink] = e.err
		case <-ctx.Done():
			return errors.Join(errors.Join(errs...), fmt.Errorf("audit: %s: no sink has succeeded yet: %w", f.name, context.Cause(ctx)))
		}
	}
	return errors.Join(errs...)
}

// errLeft is what is known of a sink that ended its goroutine instead of returning.
var errLeft = errors.New("audit: a sink did not return")

func (f *fanout) empty() error {
	return fmt.Errorf("audit: %s of no sinks refuses every record; name at least one, or Discard to keep nothing", f.name)
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
