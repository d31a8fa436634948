package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/suggest"
)

// visit is one check of one contract.
type visit struct {
	plan     *plan
	contract *planned
	columns  columnTypes
	results  []Result // beside contract.checks
	rows     int64
	asOf     time.Time
}

// fail says the same of every check.
func (v *visit) fail(message string, err error) {
	for i := range v.results {
		v.errored(i, message, err, 0)
	}
}

// errored notes that a check could not be run.
func (v *visit) errored(i int, message string, err error, took time.Duration) {
	r := &v.results[i]
	r.Status, r.Failures, r.Message, r.err, r.Duration = Errored, 1, message, err, took
}

// run runs every check whose columns are there.
func (v *visit) run(ctx context.Context) {
	var scanned []int
	for i := range v.contract.checks {
		c := &v.contract.checks[i]
		if missing := v.missing(c); missing != "" && c.Kind != kindColumn {
			v.errored(i, missing, nil, 0)
			continue
		}
		switch {
		case c.Kind == kindColumn:
			v.column(i, c)
		case c.Kind == kindClosed:
			v.closed(i)
		case c.scanned():
			scanned = append(scanned, i)
		default:
			v.alone(ctx, i, c)
		}
	}
	v.scan(ctx, scanned)
	v.sample(ctx)
}

// missing says which column of a check is not there.
func (v *visit) missing(c *Check) string {
	for _, name := range c.Columns {
		if !v.columns.has(name) {
			return fmt.Sprintf("there is no column %s%s", name, suggest.DidYouMean(name, v.columns.names))
		}
	}
	return ""
}

// column checks that a column is there, of its type.
func (v *visit) column(i int, c *Check) {
	if missing := v.missing(c); missing != "" {
		v.found(i, finding{failures: 1, message: missing}, 0)
		return
	}
	has := v.columns.of(c.Columns[0])
	f := finding{}
	if c.SQL != "" && !v.plan.options.Dialect.sameType(c.SQL, has) {
		f.failures, f.message = 1, fmt.Sprintf("its type is %s, not %s", has, c.SQL)
	}
	v.found(i, f, 0)
}

// closed checks that there are no columns beyond the contract's.
func (v *visit) closed(i int) {
	known := map[string]bool{}
	for _, column := range v.contract.Columns {
		known[v.columns.fold(column.Name)] = true
	}
	var more []string
	for _, name := range v.columns.names {
		if !known[v.columns.fold(name)] {
			more = append(more, name)
		}
	}
	f := finding{failures: int64(len(more))}
	if len(more) > 0 {
		slices.Sort(more)
		f.message = "there are columns the contract does not name: " + strings.Join(more, ", ")
	}
	v.found(i, f, 0)
}

// found turns what a check saw into its result.
func (v *visit) found(i int, f finding, took time.Duration) {
	c, r := &v.contract.checks[i], &v.results[i]
	r.Failures, r.Message, r.Duration = f.failures, f.message, took
	switch {
	case f.failures <= c.Tolerate:
		r.Status = Passed
	case c.Severity == Warning || f.soft || f.failures <= c.WarnUpTo:
		r.Status = Warned
	default:
		r.Status = Failed
	}
	if f.asOf.After(v.asOf) {
		v.asOf = f.asOf
	}
}

// from writes the table with the rows the contract is about, and those another condition leaves.
func (v *visit) from(more ...string) string {
	var conditions []string
	for _, condition := range append([]string{v.contract.Where}, more...) {
		if condition != "" {
			conditions = append(conditions, trusted(condition))
		}
	}
	text := " FROM " + v.contract.table()
	if len(conditions) > 0 {
		text += " WHERE " + strings.Join(conditions, " AND ")
	}
	return text
}
