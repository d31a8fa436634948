package mcpgov

import (
	"context"
	"time"
)

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

// takeWithin waits a while for a slot.
func (s slots) takeWithin(wait time.Duration) bool {
	if s.take() {
		return true
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	select {
	case s <- struct{}{}:
		return true
	case <-over.C:
		return false
	}
}

func (s slots) give() { <-s }

// maxSlots stands for no limit: more goroutines than that end a process by themselves.
const maxSlots = 1 << 20

// held runs foreign code for a call that holds a slot. If the code is left running, the slot goes with it and is
// free when the code really ends; otherwise it stays the call's.
func held[T any](ctx context.Context, s *Server, c *call, limit time.Duration, f func(context.Context) (T, error)) (T, error) {
	v, err, left := watch(ctx, limit, f, s.handlers.give)
	if left {
		c.holds = false
	}
	return v, err
}
