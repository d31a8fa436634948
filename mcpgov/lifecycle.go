package mcpgov

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// lifecycle is whether the log knows that the server serves. A log that can be trusted says when a server began, under which policy, and when
// it ended: whatever it holds of the time between is all that happened.
type lifecycle struct {
	mu      sync.Mutex
	begun   bool
	attempt *attempt
	running int  // Runs that have not returned
	open    bool // a Handler or a Connect, whose end nobody sees
}

// attempt is one try to record the start, or the stop. Those who come while it goes on share it: each alone would wait for the sink after the
// other.
type attempt struct {
	done chan struct{}
	stop bool
	err  error
}

// begin records that the server serves, unless that is recorded. Where the sink fails the next record tries again, and fails with it.
func (s *Server) begin(ctx context.Context, limit time.Duration) error {
	bounded, cancel := bounded(ctx, limit)
	defer cancel()
	l := &s.life
	for {
		l.mu.Lock()
		if l.begun && l.attempt == nil {
			l.mu.Unlock()
			return nil
		}
		now := l.attempt
		if now == nil {
			break
		}
		l.mu.Unlock()
		select {
		case <-now.done:
		case <-bounded.Done():
			return errDeadline
		}
		if !now.stop {
			return now.err
		}
	}
	now := l.attempted(false)
	l.mu.Unlock()
	defer func() { s.settle(now, now.err == nil) }()
	now.err = s.recordStart(bounded, limit)
	return now.err
}

// attempted notes that somebody tries to record a start or a stop; the caller holds the lock.
func (l *lifecycle) attempted(stop bool) *attempt {
	l.attempt = &attempt{done: make(chan struct{}), stop: stop, err: errSinkLeft}
	return l.attempt
}

// settle ends an attempt.
func (s *Server) settle(now *attempt, begun bool) {
	l := &s.life
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attempt, l.begun = nil, begun
	s.started.Store(begun)
	close(now.done)
}

// errSinkLeft is what is known of a sink that ended its goroutine instead of returning.
var errSinkLeft = errors.New("the sink did not return")

func (s *Server) recordStart(ctx context.Context, limit time.Duration) error {
	identity := s.current.Load().identity
	return s.append(ctx, limit, s.event("start", fmt.Sprintf("server %s %s began to serve %d features under policy %s",
		identity.Name, identity.Version, len(s.plan.parts), identity.Policy)))
}

// event is the draft of what the server says of itself.
func (s *Server) event(name, note string) audit.Record {
	return audit.Record{
		Kind: audit.KindEvent, Time: time.Now(), Server: s.current.Load().identity, Outcome: string(OK),
		Target: audit.Target{Kind: "server", Name: name}, Note: note,
	}
}

// serving notes that a Run (running), or something without an end, has begun.
func (s *Server) serving(ctx context.Context, running bool) {
	l := &s.life
	l.mu.Lock()
	if running {
		l.running++
	} else {
		l.open = true
	}
	l.mu.Unlock()
	if err := s.begin(context.WithoutCancel(ctx), s.limits.Audit); err != nil {
		s.logger.Error("the start of the server could not be recorded; no call is served before it is", slog.Any("error", err))
	}
}

// ran notes that a Run has returned; after the last, the server has stopped.
func (s *Server) ran(ctx context.Context) {
	l := &s.life
	l.mu.Lock()
	l.running--
	last := l.running == 0 && !l.open
	l.mu.Unlock()
	if last {
		if err := s.Close(ctx); err != nil {
			s.logger.Error("the stop of the server could not be recorded", slog.Any("error", err))
		}
	}
}

// Close records that the server has stopped: call it when nothing serves any more, before the sink is closed. [Server.Run] does so by itself
// when it returns. It ends no connection and closes no sink. A call that comes all the same is served, and recorded as a new start. Closing
// a server that has not begun does nothing.
func (s *Server) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	l := &s.life
	l.mu.Lock()
	for l.attempt != nil { // it has the sink's time, and no more
		now := l.attempt
		l.mu.Unlock()
		<-now.done
		l.mu.Lock()
	}
	l.open = false
	if !l.begun {
		l.mu.Unlock()
		return nil
	}
	now := l.attempted(true)
	s.started.Store(false) // whoever comes now waits for the stop, and begins anew
	l.mu.Unlock()
	defer func() { s.settle(now, now.err != nil) }()
	now.err = s.append(ctx, s.limits.Audit, s.event("stop", "server "+s.current.Load().identity.Name+" stopped"))
	if now.err != nil {
		return fmt.Errorf("recording the stop of %q: %w", s.plan.config.Name, now.err)
	}
	return nil
}

// append hands one record to the sink within its time.
func (s *Server) append(ctx context.Context, limit time.Duration, r audit.Record) error {
	return s.deliver(ctx, limit, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.sink.Append(ctx, r) })
}
