package contract

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Options are how a set is checked. Dialect is required.
type Options struct {
	Dialect      Dialect       // the database's
	QueryTimeout time.Duration // for each query; 0 is 30 s
	Timeout      time.Duration // for the whole set; 0 is 5 min
	Samples      int           // failing rows of which a result shows the columns of Contract.Key; 0 is none, at most 100
}

// The limits where Options says nothing, and the most samples there are.
const (
	queryTimeout = 30 * time.Second
	wholeTimeout = 5 * time.Minute
	maxSamples   = 100
)

func (o Options) faults() []error {
	var faults []error
	if err := o.Dialect.fault(); err != nil {
		faults = append(faults, err)
	}
	if o.QueryTimeout < 0 || o.Timeout < 0 {
		faults = append(faults, errors.New("options: a timeout is negative: write 0 for the default"))
	}
	if o.Samples < 0 || o.Samples > maxSamples {
		faults = append(faults, fmt.Errorf("options: Samples is %d: write 0 to %d", o.Samples, maxSamples))
	}
	return faults
}

func (o Options) filled() Options {
	if o.QueryTimeout == 0 {
		o.QueryTimeout = queryTimeout
	}
	if o.Timeout == 0 {
		o.Timeout = wholeTimeout
	}
	return o
}

// Verify checks a set once, against db. The error is about the set and the options, all faults at once; what the data breaks stands in the
// report, and so does every check that could not be run. Each table is scanned once for all checks that count rows of it.
func Verify(ctx context.Context, db *sql.DB, set Set, o Options) (Report, error) {
	p, err := compile(db, set, o)
	if err != nil {
		return Report{}, err
	}
	return p.verify(ctx), nil
}

// plan is a set that has no faults.
type plan struct {
	session   session
	options   Options
	contracts []planned
}

// planned is a contract with all of its checks.
type planned struct {
	Contract
	checks []Check
}

func compile(db *sql.DB, set Set, o Options) (*plan, error) {
	faults := o.faults()
	if db == nil {
		faults = append(faults, errors.New("the database is nil"))
	}
	faults = append(faults, set.faults(o.Dialect)...)
	if len(faults) > 0 {
		return nil, fmt.Errorf("data contracts: %w", errors.Join(faults...))
	}
	o = o.filled()
	p := &plan{session: session{db: db, dialect: o.Dialect, limit: o.QueryTimeout}, options: o}
	for _, c := range set.Contracts {
		c = c.clone()
		c.Name, c.OnBreach = c.title(), c.OnBreach.or(set.OnBreach)
		p.contracts = append(p.contracts, planned{Contract: c, checks: c.expand()})
	}
	return p, nil
}

func (a Action) or(other Action) Action {
	switch {
	case a != "":
		return a
	case other != "":
		return other
	}
	return Refuse
}

func (p *plan) verify(ctx context.Context) Report {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	report := Report{Begun: time.Now()}
	for i := range p.contracts {
		report.Contracts = append(report.Contracts, p.outcome(ctx, &p.contracts[i]))
	}
	report.Duration = time.Since(report.Begun)
	return report
}

// outcome checks one contract.
func (p *plan) outcome(ctx context.Context, c *planned) Outcome {
	begun := time.Now()
	v := &visit{plan: p, contract: c, results: make([]Result, len(c.checks))}
	for i := range c.checks {
		v.results[i] = Result{Check: c.checks[i].Name, Kind: c.checks[i].Kind, Status: Errored, Failures: 1, Message: "it was not run"}
	}
	columns, err := p.session.columns(ctx, c.Database, c.Schema, c.Table)
	switch {
	case err != nil:
		v.fail("the table is not there, or cannot be read"+reason(err), err)
	case len(columns.names) == 0:
		v.fail("the table has no columns", nil)
	default:
		v.columns = columns
		v.run(ctx)
	}
	return Outcome{Contract: c.Name, Action: c.OnBreach, Rows: v.rows, AsOf: v.asOf, Duration: time.Since(begun), Results: v.results}
}

// Validate returns what is wrong with a set, all faults at once, without asking a database; nil if there is nothing. [Verify] and [NewGuard]
// do the same first, and know the dialect too.
func Validate(set Set) error {
	if err := errors.Join(set.faults("")...); err != nil {
		return fmt.Errorf("data contracts: %w", err)
	}
	return nil
}
