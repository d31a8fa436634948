package freesql

import (
	"context"
	"sync/atomic"
)

// runner answers questions by the end of their context.
type runner interface {
	// run returns when there is an answer, when wait is closed and nothing has begun, or when ctx ends.
	run(ctx context.Context, wait <-chan struct{}, q question) (reply, error)
	stats() Stats
	close(ctx context.Context) error
}

// local answers in this process. A statement that cannot be interrupted is left to the engine at its deadline: sqltool/duckdb gives its
// connection up, keeps the connection's slot until the engine ends, and refuses new ones after a few of these.
type local struct {
	engine *engine
	slots  chan struct{}
	closed chan struct{}
	busy   atomic.Int64
}

// mostStuck is how many statements may hold the engine past their deadline before no other is run: each of them has a processor and memory
// that nobody can take away.
const mostStuck = 3

func newLocal(e *engine, concurrent int) *local {
	return &local{engine: e, slots: make(chan struct{}, concurrent), closed: make(chan struct{})}
}

func (l *local) run(ctx context.Context, wait <-chan struct{}, q question) (reply, error) {
	if l.stats().Open {
		return reply{Refused: unavailable()}, nil
	}
	select {
	case l.slots <- struct{}{}:
	case <-wait:
		return reply{Refused: busy()}, nil
	case <-ctx.Done():
		return reply{}, ctx.Err()
	case <-l.closed:
		return reply{Refused: unavailable()}, nil
	}
	l.busy.Add(1)
	ended := make(chan reply, 1)
	go func() { // so that the caller is answered at the deadline whatever happens; the slot is kept until the statement has ended
		defer func() { l.busy.Add(-1); <-l.slots }()
		ended <- l.engine.answer(ctx, q)
	}()
	select {
	case r := <-ended:
		if err := ctx.Err(); err != nil && r.Refused != nil {
			return reply{}, err
		}
		return r, nil
	case <-ctx.Done():
		return reply{}, ctx.Err()
	}
}

func (l *local) stats() Stats {
	stuck := l.engine.data.Stats().Stuck + l.engine.parser.Stats().Stuck
	return Stats{Running: int(l.busy.Load()), Stuck: stuck, Open: stuck >= mostStuck}
}

// close waits for statements that run, as long as ctx allows. The database is its owner's to close.
func (l *local) close(ctx context.Context) error {
	close(l.closed)
	for range cap(l.slots) {
		select {
		case l.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return l.engine.close()
}
