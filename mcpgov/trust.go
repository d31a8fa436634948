package mcpgov

import (
	"context"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// selfBounded is what a Decider may be besides: one that answers in bounded time and does not panic. It needs no
// goroutine to be watched from; a hand-over between goroutines costs more than a decision.
type selfBounded interface{ SelfBounded() bool }

// ask puts a question to the policy.
func ask[T any](ctx context.Context, s *Server, e *edition, f func(context.Context) (T, error)) (T, error) {
	if e.selfBounded {
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
func (s *Server) deliver(ctx context.Context, limit time.Duration, f func(context.Context) (struct{}, error)) error {
	if !s.trustSink {
		_, err := within(ctx, limit, f)
		return err
	}
	bounded, cancel := bounded(ctx, limit)
	defer cancel()
	_, err := f(bounded)
	return err
}

func isSelfBounded(d policy.Decider) bool {
	b, ok := d.(selfBounded)
	return ok && b.SelfBounded()
}
