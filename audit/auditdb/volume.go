package auditdb

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// measure is something that is counted per user and hour or day.
type measure struct {
	kind      AnomalyKind
	counts    string // SQL aggregate
	hourly    bool   // per hour; else per day
	least     int64  // what is worth looking at
	untried   int64  // the same for users with less history than seen; 0: they are not judged
	seen      int64  // hours or days with calls that make a history
	volume    bool   // it varies by factors rather than by steps
	condition string // CEL, of the records that count
	says      string // sentence: who, how many, when
}

const spreads = 6 // how many standard deviations, estimated from the median absolute deviation, are unusual

// bursts looks for hours with many denials.
func (s *search) bursts(ctx context.Context) error {
	return s.measure(ctx, measure{
		kind: DenialBurst, counts: `count(*) FILTER (decision = 'deny')`, hourly: true, least: 10, untried: 50, seen: 24,
		condition: "decision == 'deny'", says: "%s was refused %d times in the hour from %s",
	})
}

// volumes looks for days with many rows or masked fields.
func (s *search) volumes(ctx context.Context) error {
	err := s.measure(ctx, measure{
		kind: RowVolume, counts: `sum(greatest("rows", 0))`, least: 1000, seen: 7, volume: true,
		condition: "rows > 0", says: "%s got %d rows on the day from %s",
	})
	if err != nil {
		return err
	}
	return s.measure(ctx, measure{
		kind: MaskedVolume, counts: `sum(len(masked))`, least: 200, seen: 7, volume: true,
		condition: "size(masked) > 0", says: "%s asked for %d masked fields on the day from %s",
	})
}

// measure compares each hour or day of the window with those before.
func (s *search) measure(ctx context.Context, m measure) error {
	dimension := ByDay
	if m.hourly {
		dimension = ByHour
	}
	z, err := s.db.zoneOf(ctx, s.query, []Dimension{dimension}, s.from)
	if err != nil {
		return err
	}
	unit, name := z.day(), "days"
	if m.hourly {
		unit, name = z.hour(), "hours"
	}
	// The spread is at least that of a count by chance, its root, and a tenth: equal days must not make the next a wonder. Volumes must
	// besides stand out by factors: beyond what the logarithms of the days before allow, or three times the most there ever was.
	factor := "true"
	if m.volume {
		factor = "(u.n > 3 * b.most OR u.n > 1.5 * b.most AND ln(u.n + 1) > b.ln_usual + 3.5 * greatest(1.4826 * b.ln_spread, 0.1))"
	}
	query := fmt.Sprintf(`
WITH units AS (
	SELECT user_id, %[1]s AS unit, "time" >= %[2]s AS inside, least(%[3]s, 9e18)::BIGINT AS n FROM (%[4]s) WHERE kind = 'outcome' GROUP BY ALL
), base AS (
	SELECT user_id, median(n) AS usual, mad(n) AS spread, max(n) AS most, count(*) AS seen,
		median(ln(n + 1)) AS ln_usual, mad(ln(n + 1)) AS ln_spread FROM units WHERE NOT inside GROUP BY ALL
)
SELECT u.user_id, u.unit, u.n, coalesce(b.usual, 0)::DOUBLE, coalesce(b.spread, 0)::DOUBLE, coalesce(b.most, 0), coalesce(b.seen, 0)
FROM units u LEFT JOIN base b USING (user_id)
WHERE u.inside AND CASE WHEN coalesce(b.seen, 0) >= %[5]d
	THEN u.n >= %[6]d AND u.n > b.usual + %[7]d * greatest(1.4826 * b.spread, 0.1 * b.usual, sqrt(b.usual), 1) AND u.n > b.most AND %[8]s
	ELSE %[9]d > 0 AND u.n >= %[9]d AND u.n > coalesce(b.most, 0) END
ORDER BY ALL`, unit, s.since(), m.counts, s.from.sql, m.seen, m.least, spreads, factor, m.untried)
	return each(ctx, s.db.engine, query, s.from.args, func(rows *sql.Rows) error {
		a := Anomaly{Kind: m.kind}
		var at int64
		if err := rows.Scan(&a.User, &at, &a.Count, &a.Usual, &a.Spread, &a.Most, &a.Seen); err != nil {
			return err
		}
		if m.hourly {
			a.From = z.hourStart(at)
			a.To = a.From.Add(time.Hour)
		} else {
			a.From, a.To = z.dayStart(at), z.dayStart(at+1)
		}
		a.From, a.To = s.inside(a.From, a.To)
		says := fmt.Sprintf(m.says, who(a.User), a.Count, a.From.Format(time.RFC3339))
		if a.Seen == 0 {
			says += ", and has no history"
		} else {
			says += fmt.Sprintf("; before, the median of %d %s was %g (median deviation %g), the most %d", a.Seen, name, a.Usual, a.Spread, a.Most)
		}
		s.add(a, says, m.condition)
		return nil
	})
}

// inside is the part of a span that lies in the window.
func (s *search) inside(from, to time.Time) (time.Time, time.Time) {
	loc := s.query.location()
	if from.Before(s.query.Since) {
		from = s.query.Since.In(loc)
	}
	if to.After(s.query.Until) {
		to = s.query.Until.In(loc)
	}
	return from, to
}
