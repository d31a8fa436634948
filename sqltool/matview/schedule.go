package matview

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// ErrRunning says that the schedule of a store already runs.
var ErrRunning = errors.New("matview: the schedule already runs")

// Run refreshes what has Every when it is due, until ctx ends; then it waits for what it began and returns nil. Start it once, in a
// goroutine of its own. Each definition keeps its own time, so that a slow one delays nobody else. Before one is refreshed, what it
// depends on and is overdue is, and after it, what depends on it and has no Every. One that failed is tried again after a second, then
// two, four and so on, until its Every is reached.
func (s *Store) Run(ctx context.Context) error {
	if !s.running.CompareAndSwap(false, true) {
		return ErrRunning
	}
	defer s.running.Store(false)
	ctx, end := context.WithCancel(ctx)
	defer end()
	stop := context.AfterFunc(s.ended, end)
	defer stop()
	var loops sync.WaitGroup
	for _, v := range s.order {
		if v.definition.Every > 0 {
			loops.Go(func() { v.timetable().run(ctx) })
		}
	}
	<-ctx.Done()
	loops.Wait()
	if s.ended.Err() != nil {
		return ErrClosed
	}
	return nil
}

// timetable says when something is done again and again.
type timetable struct {
	every  time.Duration
	jitter func() time.Duration
	due    func() time.Duration // until the first time; zero or less is now
	do     func(context.Context) error
}

// firstRetry is the pause after the first of several failures.
const firstRetry = time.Second

// run keeps the timetable until ctx ends. What is done is done before the next time is looked for, so nothing overlaps.
func (t *timetable) run(ctx context.Context) {
	pause, retry := max(t.due(), 0), firstRetry
	for {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if ctx.Err() != nil { // both were ready
			return
		}
		began := time.Now()
		if err := t.do(ctx); err != nil {
			pause, retry = min(retry, t.every), 2*min(retry, t.every)
			continue
		}
		retry = firstRetry
		pause = max(t.every+t.jitter()-time.Since(began), 0)
	}
}

func (v *View) timetable() *timetable {
	d := v.definition
	return &timetable{
		every: d.Every,
		jitter: func() time.Duration {
			if d.Jitter == 0 {
				return 0
			}
			return rand.N(d.Jitter) //nolint:gosec // it spreads load and guards nothing
		},
		due: func() time.Duration { return v.overdueIn() },
		do:  v.turn,
	}
}

// overdueIn is how long until the next refresh is due: now, if there was none that ended well.
func (v *View) overdueIn() time.Duration {
	s := v.snapshot()
	now := v.store.opts.Now()
	if s.began.IsZero() || s.began.Round(0).After(now.Round(0)) { // the clock was set back
		return -longestRefresh
	}
	return v.definition.Every - age(now, s.began)
}

// turn is one turn of a schedule: what is beneath and overdue, the view itself, what stands on it and has no schedule of its own.
func (v *View) turn(ctx context.Context) error {
	var turn []*View
	for _, other := range v.store.order {
		beneath := v.dependsOn(other) && other.definition.Every > 0 && other.overdueIn() <= 0
		if other == v || beneath || (other.definition.Every == 0 && other.dependsOn(v)) {
			turn = append(turn, other)
		}
	}
	return v.store.refreshAll(ctx, turn, func(other *View) want {
		if other == v || v.dependsOn(other) {
			return want{} // a refresh that is under way will do
		}
		return want{since: v.store.opts.Now()}
	})
}
