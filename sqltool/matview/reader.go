package matview

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// reader is a tool's way to its rows, whatever their type.
type reader struct {
	Reading
	view  *View
	store *sqltool.DB // the store's DuckDB
}

// answered is how a call was answered.
type answered struct {
	truncated bool
	asOf      time.Time
	from      From
}

// asking runs a statement and keeps its rows.
type asking func(ctx context.Context, db *sqltool.DB, s sqltool.Statement) (truncated bool, err error)

func newReader(v *View, spec *mcpgov.ToolSpec, r Reading) (*reader, error) {
	if err := v.known(); err != nil {
		return nil, err
	}
	var faults []error
	fault := func(text string) { faults = append(faults, errors.New(text)) }
	if r.MaxAge < 0 {
		fault("MaxAge is negative: write how old the materialisation may be, or 0 for never young enough")
	}
	switch r.TooOld {
	case AskLive:
		if r.Live == nil || r.Live.DB == nil {
			fault("Live is nil: give the database and the statement that answer when the materialisation is too old, or write TooOld: matview.RefreshFirst")
		}
	case RefreshFirst:
		if r.Live != nil {
			fault("Live is never asked with RefreshFirst: leave one of them out")
		}
	default:
		fault(fmt.Sprintf("TooOld %d: write matview.AskLive or matview.RefreshFirst", r.TooOld))
	}
	if r.OnFailure != Fail && r.OnFailure != ServeStale {
		fault(fmt.Sprintf("OnFailure %d: write matview.Fail or matview.ServeStale", r.OnFailure))
	}
	if r.Cached.Writes || (r.Live != nil && r.Live.Statement.Writes) {
		fault("a statement Writes: a tool that chooses what to ask must only read")
	}
	if spec.Cache != nil {
		fault("ToolSpec.Cache knows nothing of ages, and would answer a caller who asks for fresher with what is old: leave it out, the materialisation is the cache")
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	spec.ReadOnly = true
	if r.Live != nil {
		live := *r.Live
		live.Statement.Name = named(live.Statement, spec.Name+"_live")
		r.Live = &live
	}
	r.Cached.Name = named(r.Cached, spec.Name+"_cached")
	if r.Cached.Tables == nil {
		r.Cached.Tables = []string{v.store.opts.Schema + "." + v.name}
	}
	store, err := sqltool.New(v.store.opts.System, v.store.pool, sqltool.Options{Engine: duckdb.Engine(), AsOf: asOfFrom, Logger: v.store.opts.Logger})
	if err != nil {
		return nil, err
	}
	return &reader{Reading: r, view: v, store: store}, nil
}

func named(s sqltool.Statement, otherwise string) string {
	if s.Name != "" {
		return s.Name
	}
	return otherwise
}

func (t *reader) checkLive(check func(*sqltool.DB, sqltool.Statement) error) error {
	if t.Live == nil {
		return nil
	}
	return check(t.Live.DB, t.Live.Statement)
}

// read decides what answers, asks it, and notes where the rows came from.
func (t *reader) read(ctx context.Context, oldest time.Duration, ask asking) (answered, error) {
	now := t.view.store.opts.Now()
	asOf := t.view.asOf()
	if !asOf.IsZero() && age(now, asOf) < oldest {
		return t.kept(ctx, Cached, asOf, ask)
	}
	how, err := t.fresh(ctx, now, oldest, ask)
	if err != nil && t.OnFailure == ServeStale && !asOf.IsZero() && ctx.Err() == nil {
		return t.kept(ctx, Stale, asOf, ask)
	}
	return how, err
}

// fresh answers live or after a refresh.
func (t *reader) fresh(ctx context.Context, now time.Time, oldest time.Duration, ask asking) (answered, error) {
	if t.TooOld == AskLive {
		truncated, err := ask(ctx, t.Live.DB, t.Live.Statement)
		mcpgov.Step(ctx, "matview", t.view.name+" "+string(FromLive))(err)
		return answered{truncated: truncated, asOf: now, from: FromLive}, err
	}
	done := mcpgov.Step(ctx, "matview", t.view.name+" refresh")
	err := t.view.freshen(ctx, now.Round(0).Add(-oldest))
	done(err)
	if err != nil {
		return answered{}, err
	}
	return t.kept(ctx, Cached, t.view.asOf(), ask)
}

// kept answers from the materialisation. asOf was read before the rows are: they may be younger, never older.
func (t *reader) kept(ctx context.Context, from From, asOf time.Time, ask asking) (answered, error) {
	truncated, err := ask(withAsOf(ctx, asOf), t.store, t.Cached)
	mcpgov.Step(ctx, "matview", t.view.name+" "+string(from))(err)
	if err == nil {
		t.view.addSource(ctx, asOf)
	}
	return answered{truncated: truncated, asOf: asOf, from: from}, err
}

// addSource says what the materialisation was made of: its lineage, beside the statement that read it.
func (v *View) addSource(ctx context.Context, asOf time.Time) {
	s, system := v.snapshot(), v.store.opts.System
	if v.definition.Source != nil {
		system = v.definition.Source.System
	}
	executed := s.began
	if executed.IsZero() {
		executed = asOf
	}
	tables := make([]string, len(v.below))
	for i, below := range v.below {
		tables[i] = v.store.opts.Schema + "." + below.name
	}
	mcpgov.AddSource(ctx, mcpgov.Source{
		System: system, Ref: v.name, Statement: "sha256:" + v.text, Executed: executed, AsOf: asOf, Rows: int(s.rows), Tables: tables,
	})
}
