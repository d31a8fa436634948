package contract

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"
)

// Run checks the set on schedule until ctx ends, and returns its error. The first check is one interval away: call [Guard.Check] before.
// With [Once] it only waits.
func (g *Guard) Run(ctx context.Context) error {
	g.schedule(ctx)
	return ctx.Err() //nolint:wrapcheck // as context.Context promises
}

func (g *Guard) schedule(ctx context.Context) {
	if g.options.Interval == Once {
		<-ctx.Done()
		return
	}
	for {
		timer := time.NewTimer(spread(g.options.Interval))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if _, err := g.Check(ctx); err != nil {
			g.options.Logger.Info("a check of the data contracts was not finished", slog.Any("error", err))
		}
	}
}

// spread is an interval give or take a tenth, so that replicas do not ask one database all at once.
func spread(interval time.Duration) time.Duration {
	tenth := int64(interval / 10)
	if tenth == 0 {
		return interval
	}
	return interval + time.Duration(rand.Int64N(2*tenth+1)-tenth) //nolint:gosec // nobody gains by guessing it
}

// stale is the age past which a finding says nothing any more: the schedule has ended, or hangs. 0 is never.
func (g *Guard) stale() time.Duration {
	if g.options.Interval == Once {
		return 0
	}
	return 3*g.options.Interval + g.plan.options.Timeout
}
