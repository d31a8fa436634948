package dbt

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// maxPeriods bounds an age: a century of days fits, an overflow does not.
const maxPeriods = 40_000

// duration is a number of dbt's periods. Months have 31 days and years 366: what is within them by the calendar is within them here.
func duration(period, count string) (time.Duration, error) {
	n, err := strconv.Atoi(count)
	if err != nil || n <= 0 || n > maxPeriods {
		return 0, fmt.Errorf("%q is no number of periods from 1 to %d", count, maxPeriods)
	}
	const day = 24 * time.Hour
	units := map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": day, "week": 7 * day, "month": 31 * day, "year": 366 * day}
	unit, ok := units[strings.TrimSuffix(strings.ToLower(period), "s")]
	if !ok || n > int(maxPeriods*day/unit) {
		return 0, fmt.Errorf("%s %q is no period that is understood", count, period)
	}
	return time.Duration(n) * unit, nil
}

// plainName is a name that needs no quotes; anything else in its place is an expression.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$]*$`)

// timed sets the column, or the expression, that a check of freshness looks at.
func timed(c *contract.Check, field string) {
	if plainName.MatchString(field) {
		c.Columns = []string{field}
		return
	}
	c.SQL = field
}

// freshness is how dbt says how old a source may be.
type freshness struct {
	WarnAfter  *periods `json:"warn_after"  yaml:"warn_after"`
	ErrorAfter *periods `json:"error_after" yaml:"error_after"`
	Filter     string   `json:"filter"      yaml:"filter"`
}

type periods struct {
	Count  *int   `json:"count"  yaml:"count"`
	Period string `json:"period" yaml:"period"`
}

// there reports whether an age is given: dbt writes empty ones into its manifests.
func (p *periods) there() bool { return p != nil && p.Count != nil && *p.Count != 0 }

// check turns a freshness into a check; ok is false if it says nothing.
func (f *freshness) check(field string) (c contract.Check, ok bool, err error) {
	if f == nil || !f.WarnAfter.there() && !f.ErrorAfter.there() {
		return c, false, nil
	}
	if field == "" {
		return c, true, fmt.Errorf("it has no loaded_at_field")
	}
	if templated(field) || templated(f.Filter) {
		return c, true, fmt.Errorf("it is a template that dbt has still to render")
	}
	c = contract.Check{Name: "freshness", Kind: contract.Fresh, Where: f.Filter}
	timed(&c, field)
	var warn time.Duration
	if f.WarnAfter.there() {
		if warn, err = duration(f.WarnAfter.Period, strconv.Itoa(*f.WarnAfter.Count)); err != nil {
			return c, true, err
		}
	}
	if !f.ErrorAfter.there() {
		c.MaxAge, c.Severity = warn, contract.Warning
		return c, true, nil
	}
	if c.MaxAge, err = duration(f.ErrorAfter.Period, strconv.Itoa(*f.ErrorAfter.Count)); err != nil {
		return c, true, err
	}
	if warn < c.MaxAge {
		c.WarnAge = warn
	}
	return c, true, nil
}
