package freesql

import (
	"context"
	"sync"
)

// fair keeps one caller from taking all turns: each has some of his own, which he needs before one of all. Safe for concurrent use.
type fair struct {
	most    int // of one caller
	mu      sync.Mutex
	callers map[string]*caller // those who run or wait
}

type caller struct {
	turns chan struct{}
	calls int // that run or wait; with the last the caller is forgotten
}

func newFair(most int) *fair { return &fair{most: most, callers: map[string]*caller{}} }

// take waits for a turn of the caller's own, until wait is closed; false is none. With a turn done must be called. Callers without a name
// cannot be told apart, so none of them is kept waiting for another.
func (f *fair) take(ctx context.Context, wait <-chan struct{}, id string) (done func(), ok bool) {
	if id == "" {
		return func() {}, true
	}
	c := f.enter(id)
	select {
	case c.turns <- struct{}{}:
		return func() { <-c.turns; f.leave(id, c) }, true
	case <-wait:
	case <-ctx.Done():
	}
	f.leave(id, c)
	return nil, false
}

func (f *fair) enter(id string) *caller {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.callers[id]
	if c == nil {
		c = &caller{turns: make(chan struct{}, f.most)}
		f.callers[id] = c
	}
	c.calls++
	return c
}

func (f *fair) leave(id string, c *caller) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.calls--; c.calls == 0 {
		delete(f.callers, id)
	}
}
