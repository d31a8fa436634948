package mcptest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// taken notes which records were acknowledged, by call id.
type taken struct {
	mu  sync.Mutex
	ids []string
}

func (t *taken) add(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ids = append(t.ids, id)
}

// check says which acknowledged record is missing, and which record is there twice. Records that were refused may be there or not.
func (t *taken) check(s *sinkTrial) error {
	if s.Read == nil {
		return nil
	}
	times, err := s.count()
	if err != nil {
		return err
	}
	for _, id := range t.ids {
		if times[id] == 0 {
			return fmt.Errorf("nil was returned for record %q, but it is not there", id)
		}
	}
	for id, n := range times {
		if n > 1 {
			return fmt.Errorf("record %q is there %d times", id, n)
		}
	}
	return nil
}

// put appends a record of that id and notes whether it was acknowledged. Only what no context excuses is an error.
func (t *taken) put(ctx context.Context, s *sinkTrial, id string) error {
	err := s.appendIn(ctx, audit.Record{CallID: id, Note: "waiting"})
	switch {
	case err == nil:
		t.add(id)
	case !refused(err):
		return err
	case !excused(ctx, err):
		return fmt.Errorf("record %q was refused before its context ended: %w", id, err)
	}
	return nil
}

// excused reports whether the end of ctx explains err. Contexts made from ctx may end a little before it.
func excused(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// mustPut appends a record of that id to a sink that has no reason to refuse it.
func (t *taken) mustPut(s *sinkTrial, id string) error {
	if err := s.keep(audit.Record{CallID: id}); err != nil {
		return err
	}
	t.add(id)
	return nil
}

func checkEndedContext(s *sinkTrial) error {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Hour))
	defer cancel()
	var acknowledged taken
	for i, ctx := range []context.Context{ended, late, ended} {
		if err := acknowledged.put(ctx, s, fmt.Sprint("ended ", i)); err != nil {
			return err
		}
	}
	if err := acknowledged.mustPut(s, "afterwards"); err != nil {
		return fmt.Errorf("after the context of others had ended: %w", err)
	}
	return acknowledged.check(s)
}

func checkDeadlines(s *sinkTrial) error {
	var acknowledged taken
	err := each(manyCallers, func(caller int) error {
		for i := range fewRecords {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*100*time.Microsecond)
			err := acknowledged.put(ctx, s, fmt.Sprint("caller ", caller, " record ", i))
			cancel()
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := acknowledged.mustPut(s, "afterwards"); err != nil {
		return fmt.Errorf("after the context of others had ended: %w", err)
	}
	return acknowledged.check(s)
}

func checkStalled(s *sinkTrial) error {
	if s.Stall == nil {
		return ruleSkipped("nothing can make the sink hang: SinkTest.Stall is nil")
	}
	var acknowledged taken
	if err := acknowledged.mustPut(s, "before"); err != nil {
		return err
	}
	release := sync.OnceFunc(s.Stall())
	defer release()
	err := each(8, func(caller int) error {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		err := s.appendIn(ctx, audit.Record{CallID: fmt.Sprint("stalled ", caller)})
		switch {
		case err == nil:
			return errors.New("nil was returned while what stands behind the sink hung")
		case !refused(err):
			return err
		}
		return nil
	})
	release()
	if err != nil {
		return err
	}
	if err := acknowledged.mustPut(s, "afterwards"); err != nil {
		return fmt.Errorf("after what hung had gone on: %w", err)
	}
	return acknowledged.check(s)
}
