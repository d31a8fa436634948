package matview

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// View is one materialisation of a [Store]. Safe for concurrent use.
type View struct {
	store      *Store
	name       string
	definition *Definition // nil: there is no such definition
	digest     string      // of the definition and all beneath it
	text       string      // of its SQL, for provenance
	below      []*View     // what it reads

	mu     sync.Mutex // of state and flight
	state  state
	flight *flight // the refresh that is under way; nil is none
}

// Name is the table that readers see.
func (v *View) Name() string { return v.name }

// snapshot is the state as it is now.
func (v *View) snapshot() state {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.state
}

// known says that there is such a definition.
func (v *View) known() error {
	if v == nil || v.definition == nil {
		name := ""
		if v != nil {
			name = v.name
		}
		return fmt.Errorf("matview: no definition %q: add it to Options.Definitions, or correct the name", name)
	}
	return nil
}

// AsOf tells how things stood in what readers see: nothing that changed at the source before then is missing, but for the late rows that
// [Incremental] names. It is when reading began, or how old the oldest version beneath was. It is an error if there is no version.
func (v *View) AsOf(context.Context) (time.Time, error) {
	if err := v.known(); err != nil {
		return time.Time{}, err
	}
	asOf := v.asOf()
	if asOf.IsZero() {
		return time.Time{}, fmt.Errorf("%w: %s", ErrNeverBuilt, v.name)
	}
	return asOf, nil
}

// asOf is zero if nothing was built, or something beneath was not.
func (v *View) asOf() time.Time {
	now := v.store.opts.Now()
	if v.definition.Kind == Virtual {
		return v.beneath(now)
	}
	asOf := v.snapshot().asOf
	if asOf.Round(0).After(now.Round(0)) {
		// The clock was set back. How old this is cannot be known, so it is never fresh.
		return time.Unix(0, 0)
	}
	return asOf
}

// age is how long ago asOf was, by the wall clock or the one that only runs while the machine does, whichever says more: a machine that
// slept has not kept its data young.
func age(now, asOf time.Time) time.Duration {
	return max(now.Sub(asOf), now.Round(0).Sub(asOf.Round(0)))
}

// beneath is how old the oldest version is that v reads; now if it reads none.
func (v *View) beneath(now time.Time) time.Time {
	oldest := now
	for _, below := range v.below {
		asOf := below.asOf()
		if asOf.IsZero() {
			return asOf
		}
		if asOf.Before(oldest) {
			oldest = asOf
		}
	}
	return oldest
}

// Status is what is known of a materialisation, for health checks and operators. It holds no rows; Watermark is the greatest value of one column.
type Status struct {
	// Name is the materialisation's.
	Name string
	// AsOf is how things stood in what readers see; zero is never built.
	AsOf time.Time
	// Age is how long ago AsOf is; zero if never built.
	Age time.Duration
	// Built is when readers first saw this version.
	Built time.Time
	// Full is when everything was read for the last time.
	Full time.Time
	// Watermark is up to where an incremental one has read; empty if it is none, or has no rows.
	Watermark string
	// Rows is how many there are.
	Rows int64
	// Version counts the refreshes that changed something.
	Version int64
	// Took is how long the last refresh took that ended well.
	Took time.Duration
	// Tried is when the last refresh ended, well or not.
	Tried time.Time
	// Fault is why the last refresh failed; empty if it did not. It holds no values.
	Fault string
	// Overdue says that the last refresh that ended well began longer ago than Every, Jitter and Timeout together, or that there was none.
	Overdue bool
	// Refreshing says that a refresh is under way.
	Refreshing bool
}

// Status tells how the materialisation is.
func (v *View) Status() Status {
	if err := v.known(); err != nil {
		return Status{Fault: err.Error(), Overdue: true}
	}
	v.mu.Lock()
	s, refreshing := v.state, v.flight != nil
	v.mu.Unlock()
	asOf := v.asOf()
	status := Status{
		Name: v.name, AsOf: asOf, Built: s.built, Full: s.full, Watermark: s.watermark.String, Rows: s.rows, Version: s.version,
		Took: s.took, Tried: s.tried, Fault: s.fault, Refreshing: refreshing, Overdue: asOf.IsZero(),
	}
	if !asOf.IsZero() {
		status.Age = age(v.store.opts.Now(), asOf)
		d := v.definition
		status.Overdue = d.Every > 0 && v.overdueIn() < -d.Jitter-d.Timeout
	}
	return status
}

// Status tells how all materialisations are, each after what it depends on.
func (s *Store) Status() []Status {
	all := make([]Status, len(s.order))
	for i, v := range s.order {
		all[i] = v.Status()
	}
	return all
}

// Health is an error that names what is overdue, for a health check. One failed refresh is none: the old version may be good for long.
func (s *Store) Health(context.Context) error {
	var faults []error
	for _, status := range s.Status() {
		if status.Overdue {
			faults = append(faults, fmt.Errorf("matview: %s is overdue; its age is %s", status.Name, status.Age.Round(time.Second)))
		}
	}
	return errors.Join(faults...)
}

// Refresh reads what is new, or everything, and swaps the new version in. What it depends on is taken as it is; [Store.Refresh] refreshes
// all. A refresh that began before the call is waited for and does not count. When ctx ends, the refresh ends too, unless somebody else waits for it.
func (v *View) Refresh(ctx context.Context) error {
	if err := v.known(); err != nil {
		return err
	}
	return v.refresh(ctx, want{since: v.store.opts.Now()})
}

// Rebuild is Refresh, but reads everything, also of an incremental one.
func (v *View) Rebuild(ctx context.Context) error {
	if err := v.known(); err != nil {
		return err
	}
	return v.refresh(ctx, want{since: v.store.opts.Now(), full: true})
}
