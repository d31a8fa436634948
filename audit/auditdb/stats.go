package auditdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Dimension is what statistics are grouped by.
type Dimension string

// The dimensions.
const (
	ByTool    Dimension = "tool"    // name of the target, whatever its kind
	ByHour    Dimension = "hour"    // hour of the beginning, in Query.Location
	ByDay     Dimension = "day"     // day of the beginning, in Query.Location
	ByUser    Dimension = "user"    // id of the user
	ByRule    Dimension = "rule"    // rule that decided
	ByOutcome Dimension = "outcome" // "ok" or an error code
)

// Stat counts the calls of one group. Fields of dimensions that were not asked for are zero.
type Stat struct {
	Tool    string    // name of the target; empty for calls without one
	Time    time.Time // beginning of the hour or day
	User    string    // id of the user; empty for anonymous calls
	Rule    string    // id of the rule; empty for calls that no rule decided
	Outcome string    // "ok" or an error code

	Calls   int64 // outcome records: each call once
	Denials int64 // calls that were refused: decision "deny"
	Errors  int64 // calls that were not refused and ended otherwise than ok

	P50, P95, P99 time.Duration // of the calls, in whole microseconds, between two neighbours if need be
}

// Stats counts the calls that q is about, grouped by the given dimensions, at most one of ByHour and ByDay; without any, all in one group. Only
// outcome records are calls: intents and events are not counted. The groups come in the order of time, then of the other dimensions as
// given; a log without a call has none.
func (d *DB) Stats(ctx context.Context, q Query, by ...Dimension) ([]Stat, error) {
	stats, err := d.stats(ctx, &q, by)
	if err != nil {
		return nil, fmt.Errorf("auditdb: statistics of %s: %w", d.dir, err)
	}
	return stats, nil
}

func (d *DB) stats(ctx context.Context, q *Query, by []Dimension) (all []Stat, err error) {
	if slices.Contains(by, ByHour) && slices.Contains(by, ByDay) {
		return nil, errors.New("group by the hour or by the day, not by both")
	}
	err = d.over(ctx, q, func(_ *snapshot, from source) error {
		all = nil
		z, err := d.zoneOf(ctx, q, by, from)
		if err != nil {
			return err
		}
		keys, order, err := z.groups(by)
		if err != nil {
			return err
		}
		return each(ctx, d.engine, statsQuery(keys, order, from.sql), from.args, func(rows *sql.Rows) error {
			stat, err := z.readStat(rows, by)
			all = append(all, stat)
			return err
		})
	})
	return all, err
}

// statsQuery is the statement; keys are the expressions to group by.
func statsQuery(keys, order []string, from string) string {
	query := "SELECT " + strings.Join(append(slices.Clone(keys), `count(*)`, `count(*) FILTER (decision = 'deny')`,
		`count(*) FILTER (decision <> 'deny' AND outcome <> 'ok')`, `quantile_cont(duration_us, [0.5, 0.95, 0.99])`), ", ") +
		" FROM (" + from + ") WHERE kind = 'outcome'"
	if len(keys) == 0 {
		return query + " HAVING count(*) > 0"
	}
	return query + " GROUP BY ALL ORDER BY " + strings.Join(order, ", ")
}

// groups are the SQL expressions of the dimensions, and the order of the result.
func (z *zone) groups(by []Dimension) (keys, order []string, err error) {
	for i, dimension := range by {
		key := map[Dimension]string{ByTool: `"target_name"`, ByUser: `"user_id"`, ByRule: `"rule"`, ByOutcome: `"outcome"`}[dimension]
		switch dimension { //nolint:exhaustive // the others are columns
		case ByHour:
			key = z.hour()
		case ByDay:
			key = z.day()
		}
		if key == "" {
			return nil, nil, fmt.Errorf("there is no dimension %q; use the constants of this package", string(dimension))
		}
		keys = append(keys, key)
		if place := fmt.Sprint(i + 1); dimension == ByHour || dimension == ByDay {
			order = slices.Insert(order, 0, place)
		} else {
			order = append(order, place)
		}
	}
	return keys, order, nil
}

// readStat reads one group.
func (z *zone) readStat(rows *sql.Rows, by []Dimension) (s Stat, err error) {
	var when int64
	places := make([]any, 0, len(by)+4)
	for _, dimension := range by {
		switch dimension {
		case ByTool:
			places = append(places, &s.Tool)
		case ByUser:
			places = append(places, &s.User)
		case ByRule:
			places = append(places, &s.Rule)
		case ByOutcome:
			places = append(places, &s.Outcome)
		case ByHour, ByDay:
			places = append(places, &when)
		}
	}
	var quantiles any
	if err := rows.Scan(append(places, &s.Calls, &s.Denials, &s.Errors, &quantiles)...); err != nil {
		return s, err
	}
	for i, v := range list(quantiles) {
		micros, _ := v.(float64)
		*[]*time.Duration{&s.P50, &s.P95, &s.P99}[i] = time.Duration(micros) * time.Microsecond
	}
	switch {
	case slices.Contains(by, ByHour):
		s.Time = z.hourStart(when)
	case slices.Contains(by, ByDay):
		s.Time = z.dayStart(when)
	}
	return s, nil
}

// zoneOf is the zone of q over the times that occur.
func (d *DB) zoneOf(ctx context.Context, q *Query, by []Dimension, from source) (zone, error) {
	if !slices.Contains(by, ByHour) && !slices.Contains(by, ByDay) || q.location() == time.UTC {
		return newZone(time.UTC, time.Time{}, time.Time{}, d.opts.Now()), nil
	}
	var first, last sql.NullTime
	query := `SELECT min("time"), max("time") FROM (` + from.sql + `) WHERE "time" > ` + noTime
	err := each(ctx, d.engine, query, from.args, func(rows *sql.Rows) error { return rows.Scan(&first, &last) })
	return newZone(q.location(), first.Time, last.Time, d.opts.Now()), err
}
