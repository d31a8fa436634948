package contract

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// state is what is known of one contract.
type state struct {
	checked time.Time // when the last check ended; zero: never
	broken  bool      // whatever it does to calls
	since   time.Time // when it broke
	why     string    // without values
	asOf    time.Time
	told    string // what the log was told last: "", "met", or which checks did not pass
	warned  string // the warnings that were logged last
	unsaid  error  // why the log could not be told
}

// recordLimit bounds one record.
const recordLimit = 10 * time.Second

// settle takes in what a check found: breaches at once, recoveries when they are recorded.
func (g *Guard) settle(ctx context.Context, report Report) {
	now := time.Now()
	for i, outcome := range report.Contracts {
		g.mu.RLock()
		next := g.states[i]
		g.mu.RUnlock()
		if outcome.Broken() && !next.broken {
			next.since = now
		}
		next.checked, next.asOf, next.unsaid = now, outcome.AsOf, nil
		next.broken, next.why = outcome.Broken(), outcome.Summary()
		if next.broken { // before the record, which may take its time
			g.set(i, next)
		}
		if tell := signature(outcome); tell != next.told {
			if err := g.record(ctx, outcome, next.told); err != nil {
				next.unsaid = fmt.Errorf("data contract %s: what was found could not be recorded: %w", outcome.Contract, err)
				g.options.Logger.Error("a data contract's change could not be recorded", slog.String("contract", outcome.Contract), slog.Any("error", err))
				if !next.broken {
					next.broken, next.why = true, outcome.Contract+": it holds, which could not be recorded"
				}
			} else {
				next.told = tell
			}
		}
		next.warned = g.warn(outcome, next.warned)
		g.set(i, next)
	}
	g.mu.Lock()
	g.report = report.clone()
	g.mu.Unlock()
}

func (g *Guard) set(i int, s state) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.states[i] = s
}

// unrecorded returns why the log does not know what was found of a contract that would refuse.
func (g *Guard) unrecorded(i int) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.plan.contracts[i].OnBreach == Refuse {
		return g.states[i].unsaid
	}
	return nil
}

// signature says which checks did not pass, so that a breach is recorded again when it becomes another.
func signature(o Outcome) string {
	if !o.Broken() {
		return "met"
	}
	var names []string
	for _, r := range o.Results {
		if r.Status == Failed || r.Status == Errored {
			names = append(names, r.Check)
		}
	}
	return "broken: " + strings.Join(names, "\x00")
}

// record writes what has become of a contract as an event. It outlives the check.
func (g *Guard) record(ctx context.Context, o Outcome, before string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	r := audit.Record{
		Kind: audit.KindEvent, Time: time.Now(), Server: g.options.Server, Outcome: "ok",
		Target:  audit.Target{Kind: "server", Name: "contract_met", ReadOnly: true},
		Sources: []audit.Source{{System: g.options.System, Ref: o.Contract}},
		Note:    "data contract " + o.Summary(), Duration: o.Duration,
	}
	level, found := slog.LevelInfo, "holds"
	if o.Broken() {
		r.Target.Name, r.Outcome, r.Category = "contract_broken", string(Broken), "business_error"
		r.Note += "; on breach: " + string(o.Action)
		level, found = slog.LevelError, "broken"
	} else if before != "" {
		found = "holds again"
	}
	g.options.Logger.Log(ctx, level, "a data contract was checked", slog.String("found", found), slog.String("contract", o.Contract), slog.String("action", string(o.Action)), slog.String("summary", o.Summary()))
	if err := g.options.Audit.Append(ctx, r); err != nil {
		return fmt.Errorf("the audit sink: %w", err)
	}
	return nil
}

// warn logs the checks that only warn, when they have changed.
func (g *Guard) warn(o Outcome, before string) string {
	var names []string
	for _, r := range o.Results {
		if r.Status == Warned {
			names = append(names, r.Check+": "+r.Message)
		}
	}
	now := strings.Join(names, "; ")
	if now != before && now != "" {
		g.options.Logger.Warn("a data contract warns", slog.String("contract", o.Contract), slog.String("summary", now))
	}
	return now
}

// clone shares no memory with r.
func (r Report) clone() Report {
	r.Contracts = slices.Clone(r.Contracts)
	for i := range r.Contracts {
		results := slices.Clone(r.Contracts[i].Results)
		for j := range results {
			samples := slices.Clone(results[j].Samples)
			for k := range samples {
				samples[k] = slices.Clone(samples[k])
			}
			results[j].Samples = samples
		}
		r.Contracts[i].Results = results
	}
	return r
}
