package contract

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// probe is what one check asks of the scan of its table: columns of the result, and how to read them.
type probe struct {
	check *Check
	sql   []string
	read  func(values []any, now time.Time) (finding, error)
}

// finding is what a check saw.
type finding struct {
	failures int64
	message  string    // "" is made of the failures
	soft     bool      // the failure is only a warning, whatever the check's severity
	asOf     time.Time // the newest time seen
	rowwise  bool      // failures are rows that can be selected
}

// scanned reports whether a check can be answered by the one scan of its table.
func (c *Check) scanned() bool {
	switch c.Kind {
	case References, SQL, kindColumn, kindClosed:
		return false
	case Unique:
		return len(c.Columns) == 1
	case NotNull, InRange, Length, Accepted, Rejected, Pattern, Condition, Fresh, Rows, Measure:
	}
	return true
}

// probe writes what a check asks.
func (s *statement) probe(c *Check, columns columnTypes) (probe, error) {
	p := probe{check: c}
	when := func(what string) string { // what, of the rows the check is about
		if c.Where == "" {
			return what
		}
		return "CASE WHEN " + trusted(c.Where) + " THEN " + what + " END"
	}
	switch c.Kind {
	case Unique:
		value := when(sqltext.Identifier(c.Columns[0]))
		p.sql = []string{"COUNT(" + value + ") - COUNT(DISTINCT " + value + ")"}
		p.read = counted(false, "%d rows repeat a value")
	case Fresh:
		value := trusted(c.SQL)
		if c.SQL == "" {
			value = sqltext.Identifier(c.Columns[0])
		}
		p.sql, p.read = []string{"MAX(" + when(value) + ")"}, c.age
	case Rows:
		p.sql = []string{"COUNT(" + when("1") + ")"}
		p.read = c.measured("the number of rows")
	case Measure:
		p.sql = c.Measure.sql(when(sqltext.Identifier(c.Columns[0])), when("1"))
		p.read = c.measured(string(c.Measure) + " of " + c.Columns[0])
	default:
		fails, err := s.fails(c, columns)
		if err != nil {
			return probe{}, err
		}
		if c.Where != "" {
			fails = trusted(c.Where) + " AND " + fails
		}
		p.sql = []string{"COUNT(CASE WHEN " + fails + " THEN 1 END)"}
		p.read = counted(true, "%d rows fail")
	}
	return p, nil
}

// sql writes what is measured of value, one for each row that counts.
func (a Aggregate) sql(value, one string) []string {
	switch a {
	case Distinct:
		return []string{"COUNT(DISTINCT " + value + ")"}
	case Filled:
		return []string{"COUNT(" + value + ")", "COUNT(" + one + ")"}
	case Least, Greatest, Sum:
		return []string{"CAST(" + string(a) + "(" + value + ") AS VARCHAR)"}
	case Mean:
		return []string{"CAST(avg(" + value + ") AS VARCHAR)"}
	}
	return nil
}

// counted reads a number of failures.
func counted(rowwise bool, format string) func([]any, time.Time) (finding, error) {
	return func(values []any, _ time.Time) (finding, error) {
		n, err := whole(values[0])
		if err != nil {
			return finding{}, err
		}
		f := finding{failures: n, rowwise: rowwise}
		if n > 0 {
			f.message = fmt.Sprintf(format, n)
		}
		return f, nil
	}
}

// whole reads a count, which is not negative.
func whole(v any) (int64, error) {
	var text string
	switch v := v.(type) {
	case nil:
		return 0, errors.New("the count is NULL")
	case []byte:
		text = string(v)
	case string:
		text = v
	default:
		text = fmt.Sprint(v)
	}
	r, err := exact(text)
	if err != nil || !r.IsInt() || !r.Num().IsInt64() || r.Sign() < 0 {
		return 0, fmt.Errorf("the count is a %T that is no whole number from 0", v)
	}
	return r.Num().Int64(), nil
}

// measured reads what was measured and compares it with the range.
func (c *Check) measured(what string) func([]any, time.Time) (finding, error) {
	return func(values []any, _ time.Time) (finding, error) {
		if values[0] == nil {
			if c.Measure != Sum {
				return finding{failures: 1, message: what + " is not there: there are no values"}, nil
			}
			values = []any{"0"}
		}
		text := fmt.Sprint(values[0])
		if b, ok := values[0].([]byte); ok {
			text = string(b)
		}
		measured, err := exact(text)
		if err != nil {
			return finding{failures: 1, message: what + " is no number"}, nil //nolint:nilerr // NaN and infinity are in no range
		}
		if c.Kind == Measure && c.Measure == Filled {
			all, err := whole(values[1])
			if err != nil {
				return finding{}, err
			}
			if all == 0 {
				measured = big.NewRat(1, 1)
			} else {
				measured.Quo(measured, new(big.Rat).SetInt64(all))
			}
		}
		within, err := c.Range.holds(measured)
		if err != nil || within {
			return finding{}, err
		}
		return finding{failures: 1, message: what + " is outside its range"}, nil
	}
}

// holds reports whether a number is in the range.
func (r *Range) holds(n *big.Rat) (bool, error) {
	for _, bound := range []struct {
		value any
		in    func(int) bool
	}{
		{r.Min, func(c int) bool { return c >= 0 }},
		{r.Above, func(c int) bool { return c > 0 }},
		{r.Max, func(c int) bool { return c <= 0 }},
		{r.Below, func(c int) bool { return c < 0 }},
	} {
		if bound.value == nil {
			continue
		}
		limit, err := number(bound.value)
		if err != nil {
			return false, fmt.Errorf("the bound: %w", err)
		}
		if !bound.in(n.Cmp(limit)) {
			return false, nil
		}
	}
	return true, nil
}

// ahead is how far the newest time of a table may lie in the future: clocks differ. A row of the year 9999 would keep a table fresh for ever.
const ahead = 5 * time.Minute

// age reads the newest time and compares its age.
func (c *Check) age(values []any, now time.Time) (finding, error) {
	if values[0] == nil {
		return finding{failures: 1, message: "there is no time to judge by"}, nil
	}
	newest, err := instant(values[0])
	if err != nil {
		return finding{}, fmt.Errorf("the newest time: %w", err)
	}
	age := now.Sub(newest)
	f := finding{asOf: newest}
	switch {
	case newest.Sub(now) > ahead:
		f.failures, f.message, f.asOf = 1, "the newest time lies in the future", time.Time{}
	case age > c.MaxAge:
		f.failures, f.message = 1, fmt.Sprintf("the data is %s old, at most %s", age.Truncate(time.Second), c.MaxAge)
	case c.WarnAge > 0 && age > c.WarnAge:
		f.failures, f.message, f.soft = 1, fmt.Sprintf("the data is %s old, more than %s", age.Truncate(time.Second), c.WarnAge), true
	}
	return f, nil
}
