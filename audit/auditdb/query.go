package auditdb

import (
	"fmt"
	"strings"
	"time"
)

// Query says which records a question is about. The zero Query is about all of them.
type Query struct {
	// Since and Until bound the time of the records: Since is the first moment, Until the one after the last. Zero: no bound. See [ParseSince].
	Since, Until time.Time
	// Location is the zone of the hours and days that statistics and anomalies count by. Nil: UTC.
	Location *time.Location
	// Filter is a further condition. Nil: none.
	Filter *Filter
	// Limit is the most records wanted, counted in the order asked for. Zero: all. Statistics and anomalies ignore it.
	Limit int
	// Order is the order of the records. Zero: oldest first.
	Order Order
}

// Order is an order of records by their place in the log.
type Order int

// The orders.
const (
	OldestFirst Order = iota // as they were written
	NewestFirst              // the last written first
)

// settle checks q.
func (q *Query) settle() error {
	if q.Limit < 0 {
		return fmt.Errorf("Query.Limit is %d; give 0 for all records, or how many", q.Limit)
	}
	if q.Order != OldestFirst && q.Order != NewestFirst {
		return fmt.Errorf("Query.Order is %d; give OldestFirst or NewestFirst", q.Order)
	}
	return nil
}

func (q *Query) location() *time.Location {
	if q.Location == nil {
		return time.UTC
	}
	return q.Location
}

// sqlWord is the direction as SQL has it.
func (o Order) sqlWord() string {
	if o == NewestFirst {
		return "DESC"
	}
	return "ASC"
}

// where is the condition of q in SQL, as far as SQL decides it; empty if it admits everything.
func (q *Query) where(now time.Time) pushed {
	p := pushed{whole: true}
	if q.Filter != nil {
		p = q.Filter.push(now)
	}
	var bounds []string
	var args []any
	if !q.Since.IsZero() {
		bounds, args = append(bounds, `"time" >= ?::TIMESTAMPTZ`), append(args, sqlTime(bound(q.Since)))
	}
	if !q.Until.IsZero() {
		bounds, args = append(bounds, `"time" < ?::TIMESTAMPTZ`), append(args, sqlTime(bound(q.Until)))
	}
	if p.where != "" {
		bounds = append(bounds, p.where)
	}
	p.where, p.args = strings.Join(bounds, " AND "), append(args, p.args...)
	return p
}

// bound is the bound of a window as SQL can have it. Records are from the years 0 to 9999; DuckDB knows more of them, but not all that Go does.
func bound(t time.Time) time.Time {
	first, end := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case t.Before(first):
		return first
	case t.After(end):
		return end
	}
	return nextMicrosecond(t)
}

// nextMicrosecond is the first whole microsecond not before t: records have no finer time.
func nextMicrosecond(t time.Time) time.Time {
	if whole := t.Truncate(time.Microsecond); !whole.Equal(t) {
		return whole.Add(time.Microsecond)
	}
	return t
}

// clause is the WHERE clause, or nothing.
func (p *pushed) clause() string {
	if p.where == "" {
		return ""
	}
	return " WHERE " + p.where
}
