package matview

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// Options configures a [Store].
type Options struct {
	// Schema is where readers find the materialisations; empty is "main". It is made if it is missing. Of another one, SQL must write the name:
	// kept.orders.
	Schema string
	// Definitions are what the store keeps. Materialisations that the database holds and that stand here no more are dropped.
	Definitions []Definition
	// System names this database in provenance; empty is "materialised".
	System string
	// Logger is told of failed refreshes; nil logs nothing.
	Logger *slog.Logger
	// Now is the clock that ages are measured by; nil is time.Now. Schedules run by the clock of package time.
	Now func() time.Time
}

// settled returns o with defaults filled in, or what is wrong with it.
func (o *Options) settled() (*Options, error) {
	s := *o
	if s.Schema == "" {
		s.Schema = "main"
	}
	if !validName.MatchString(s.Schema) || s.Schema == private {
		return nil, fmt.Errorf("Options.Schema %q: write lower-case letters, digits and '_', a letter first, and not %s", s.Schema, private)
	}
	if s.System == "" {
		s.System = "materialised"
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	return &s, nil
}

// Store keeps materialisations in a DuckDB. Safe for concurrent use.
type Store struct {
	opts  *Options
	pool  *sql.DB
	views map[string]*View
	order []*View // each after what it depends on

	ended   context.Context //nolint:containedctx // refreshes outlive the caller that began them, and end with the store
	end     context.CancelFunc
	flights sync.WaitGroup
	closing sync.Mutex // between the last refresh that may begin and Close, which waits for all
	closed  bool
	running atomic.Bool

	swapping sync.Mutex // one swap at a time: all of them write the table of states
}

// Open takes a database into use: it drops what a crashed refresh left behind and builds every materialisation that has no version yet, or one
// of another definition. What has a version keeps it: [Store.Run] refreshes it when it is due. Definitions with a fault are all reported at
// once; one that cannot be built is an error, because tools that read it would find nothing.
//
// The database is one in memory, where everything is built anew at every start, or in a file opened with duckdb.Options.Writable. It may hold
// other tables as well; one store is all that may be open on it. Its StatementTimeout bounds each statement of a refresh too: set it to the time of the slowest one.
func Open(ctx context.Context, db *duckdb.Database, opts Options) (*Store, error) {
	store, err := open(ctx, db, opts)
	if err != nil {
		return nil, fmt.Errorf("matview: open: %w", err)
	}
	return store, nil
}

func open(ctx context.Context, db *duckdb.Database, opts Options) (*Store, error) {
	if db == nil {
		return nil, errors.New("no database: open one with duckdb.Open")
	}
	settled, err := opts.settled()
	if err != nil {
		return nil, err
	}
	s := &Store{opts: settled, pool: db.SQL(), views: make(map[string]*View)}
	if err := s.define(settled.Definitions); err != nil {
		return nil, err
	}
	s.ended, s.end = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.begin(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// define makes the views of definitions, without looking into their SQL.
func (s *Store) define(definitions []Definition) error {
	var faults []error
	for i := range definitions {
		d := definitions[i].settled()
		if err := d.faults(); err != nil {
			faults = append(faults, fmt.Errorf("definition %q: %w", d.Name, err))
			continue
		}
		if s.views[d.Name] != nil {
			faults = append(faults, fmt.Errorf("definition %q stands there twice: names are for one each", d.Name))
			continue
		}
		s.views[d.Name] = &View{store: s, name: d.Name, definition: d, text: textDigest(d.SQL)}
	}
	return errors.Join(faults...)
}

// begin links the views, cleans up and builds what is missing.
func (s *Store) begin(ctx context.Context) error {
	if err := s.link(ctx); err != nil {
		return err
	}
	if err := s.recover(ctx); err != nil {
		return err
	}
	var faults []error
	for _, v := range s.order {
		if v.snapshot().exists() && v.definition.Kind == Table {
			continue
		}
		if err := v.refresh(ctx, want{}); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// link finds out what depends on what.
func (s *Store) link(ctx context.Context) error {
	var faults []error
	for _, v := range s.views {
		below := slices.Clone(v.definition.DependsOn)
		for _, name := range below {
			if s.views[name] == nil {
				faults = append(faults, fmt.Errorf("definition %q depends on %q, which is not defined", v.name, name))
			}
		}
		if v.definition.Source == nil {
			found, err := tablesIn(ctx, s.pool, s.opts.Schema, v.name, v.definition.SQL)
			if err != nil {
				faults = append(faults, fmt.Errorf("definition %q: %w", v.name, err))
			}
			below = append(below, found...)
		}
		slices.Sort(below)
		for _, name := range slices.Compact(below) {
			if other := s.views[name]; other != nil {
				v.below = append(v.below, other)
			}
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	var err error
	s.order, err = sorted(s.views)
	return err
}

// View is the materialisation of that name. If there is none, it is a view whose methods return an error that says so, and the tools made of
// it are reported by mcpgov.New.
func (s *Store) View(name string) *View {
	if v := s.views[name]; v != nil {
		return v
	}
	return &View{store: s, name: name}
}

// Refresh refreshes everything, each after what it depends on. What depends on something that failed is left as it was. It returns what failed.
func (s *Store) Refresh(ctx context.Context) error {
	return s.refreshAll(ctx, s.order, func(*View) want { return want{since: s.opts.Now()} })
}

// refreshAll refreshes views that stand in order, but for those that read one that failed.
func (s *Store) refreshAll(ctx context.Context, order []*View, wanted func(*View) want) error {
	var faults []error
	failed := make(map[*View]bool)
	for _, v := range order {
		if i := slices.IndexFunc(v.below, func(below *View) bool { return failed[below] }); i >= 0 {
			failed[v] = true
			faults = append(faults, fmt.Errorf("matview: refresh %s: not tried, because %s failed", v.name, v.below[i].name))
			continue
		}
		if err := v.refresh(ctx, wanted(v)); err != nil {
			failed[v] = true
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// Close ends running refreshes and waits for them. What they had not swapped in is dropped. It does not close the database: do that after.
func (s *Store) Close() {
	s.closing.Lock()
	s.closed = true
	s.closing.Unlock()
	s.end()
	s.flights.Wait()
}
