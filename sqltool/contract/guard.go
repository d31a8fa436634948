package contract

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// GuardOptions are how a [Guard] works. Dialect and Audit are required.
type GuardOptions struct {
	Options

	// Interval is the time between two checks of the whole set, give or take a tenth; 0 is 5 min, [Once] checks at the start and on request only.
	Interval time.Duration
	// Audit is where breaches and recoveries are recorded. Required; audit.Discard() for nowhere. A recovery that cannot be recorded is none yet.
	Audit audit.Sink
	// Server is who says so in the records: the name and version of Config.
	Server audit.Server
	// System is what provenance calls the database, such as "crm"; "" is the dialect's name.
	System string
	// Logger is for operators; nil is slog.Default(). It is told names and counts, no values of the database.
	Logger *slog.Logger
}

// Once is an Interval that never ends.
const Once time.Duration = -1

// defaultInterval is the time between checks where GuardOptions says nothing.
const defaultInterval = 5 * time.Minute

// Guard keeps tools from serving data that breaks its contracts. It refuses until [Guard.Start] or [Guard.Check] has found that they hold. All
// methods may be called from many goroutines.
type Guard struct {
	plan     *plan
	options  GuardOptions
	checking chan struct{} // holds one token: checks do not overlap

	mu     sync.RWMutex
	states []state // beside plan.contracts
	report Report
	reads  map[string]reading // by the name of the tool, or the URI of the resource
	faults []error            // of what Reads was told

	life   sync.Mutex
	cancel context.CancelFunc // ends the schedule that Start began; nil: there is none
	done   chan struct{}      // closed when it has ended
}

// NewGuard makes a guard of a set for one database. It asks the database nothing yet.
func NewGuard(db *sql.DB, set Set, o GuardOptions) (*Guard, error) {
	p, err := compile(db, set, o.Options)
	var faults []error
	if o.Audit == nil {
		faults = append(faults, errors.New("data contracts: field Audit is missing: write the sink of Config, or audit.Discard() to keep no record"))
	}
	if o.Interval < 0 && o.Interval != Once {
		faults = append(faults, fmt.Errorf("data contracts: field Interval is %s: write a time, 0 for %s, or contract.Once", o.Interval, defaultInterval))
	}
	if err := errors.Join(append([]error{err}, faults...)...); err != nil {
		return nil, err
	}
	if o.Interval == 0 {
		o.Interval = defaultInterval
	}
	if o.System == "" {
		o.System = string(o.Dialect)
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	g := &Guard{plan: p, options: o, checking: make(chan struct{}, 1), states: make([]state, len(p.contracts)), reads: map[string]reading{}}
	return g, nil
}

// Check checks the whole set now, records what has changed, and returns what it found. It waits for a check that is under way, and then
// checks again. The error is ctx's: then nothing has changed.
func (g *Guard) Check(ctx context.Context) (Report, error) {
	select {
	case g.checking <- struct{}{}:
	case <-ctx.Done():
		return Report{}, fmt.Errorf("waiting for another check: %w", ctx.Err())
	}
	defer func() { <-g.checking }()
	report := g.plan.verify(ctx)
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("checking the data contracts: %w", err)
	}
	g.settle(ctx, report)
	return report, nil
}

// Start checks the set, and refuses to start where a contract that says [Refuse] is broken, or [Guard.Reads] was told of tables without a
// contract; the error names all of it. Otherwise the set is checked on schedule until [Guard.Stop], which must be called then. ctx bounds
// the first check alone. To start in spite of a breach, and refuse calls until it is mended, use [Guard.Check] and [Guard.Run] instead.
func (g *Guard) Start(ctx context.Context) error {
	g.life.Lock()
	defer g.life.Unlock()
	if g.cancel != nil {
		return errors.New("data contracts: the guard has been started already")
	}
	g.mu.RLock()
	faults := append([]error{}, g.faults...)
	g.mu.RUnlock()
	report, err := g.Check(ctx)
	if err != nil {
		return err
	}
	for _, outcome := range report.Broken() {
		if outcome.Action == Refuse {
			faults = append(faults, fmt.Errorf("data contract %s", outcome.Summary()))
		}
	}
	for i := range g.plan.contracts { // a contract may hold, and its record fail
		if err := g.unrecorded(i); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("the data is not fit to be served: %w", errors.Join(faults...))
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	g.cancel, g.done = cancel, done
	go func() {
		defer close(done)
		g.schedule(running)
	}()
	return nil
}

// Stop ends the schedule that [Guard.Start] began and waits until it has ended, or ctx has. What was found last holds on, and is served until
// it is stale. Stopping a guard that was not started does nothing.
func (g *Guard) Stop(ctx context.Context) error {
	g.life.Lock()
	defer g.life.Unlock()
	if g.cancel == nil {
		return nil
	}
	g.cancel()
	select {
	case <-g.done:
		g.cancel = nil
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for a check of the data contracts to end: %w", ctx.Err())
	}
}

// Report returns what the last check found; the zero Report if there was none.
func (g *Guard) Report() Report {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.report.clone()
}
