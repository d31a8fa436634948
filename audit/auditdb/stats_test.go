package auditdb_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// quantile is what Stats promises, worked out by hand: between two neighbours, cut to microseconds.
func quantile(durations []time.Duration, q float64) time.Duration {
	slices.Sort(durations)
	at := q * float64(len(durations)-1)
	low, high := float64(durations[int(math.Floor(at))].Microseconds()), float64(durations[int(math.Ceil(at))].Microseconds())
	return time.Duration(low+(high-low)*(at-math.Floor(at))) * time.Microsecond
}

// TestStats: the numbers are those that counting the records one by one gives, in a zone with a change of clocks, with a filter that SQL
// decides, one that it cannot, and none.
func TestStats(t *testing.T) {
	t.Parallel()
	zurich := zone(t, "Europe/Zurich")
	begin := time.Date(2026, 10, 24, 0, 0, 0, 0, zurich)
	dir := writeLog(t, 700, func(yield func(audit.Record) bool) {
		i := 0
		for r := range usualCalls(4, 2000) {
			r.Time = begin.Add(time.Duration(i) * 130 * time.Second)
			if i++; !yield(r) {
				return
			}
			if i%3 == 0 { // what is no call must not be counted
				r.Kind, r.Outcome = []audit.Kind{audit.KindIntent, audit.KindEvent}[i%2], ""
				if !yield(r) {
					return
				}
			}
		}
	})
	_, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	db := open(t, dir)
	for _, text := range []string{"", "user.role == 'analyst' && duration_ms > 10", "time.getMinutes() < 30 && target.read_only"} {
		q := auditdb.Query{Location: zurich, Since: begin.Add(5 * time.Hour), Until: begin.Add(50 * time.Hour)}
		if text != "" {
			q.Filter = filter(t, text)
		}
		for _, by := range [][]auditdb.Dimension{
			nil, {auditdb.ByTool}, {auditdb.ByTool, auditdb.ByHour}, {auditdb.ByDay}, {auditdb.ByUser}, {auditdb.ByRule, auditdb.ByOutcome}, {auditdb.ByHour},
		} {
			got, err := db.Stats(t.Context(), q, by...)
			require.NoError(t, err)
			want := countByHand(collect(t, db.Records(t.Context(), q)), zurich, by)
			require.Len(t, got, len(want))
			for i, stat := range got {
				w := want[key(stat)]
				for _, pair := range [][2]*time.Duration{{&w.P50, &stat.P50}, {&w.P95, &stat.P95}, {&w.P99, &stat.P99}} {
					require.InDelta(t, *pair[0], *pair[1], float64(time.Microsecond)) // two ways to round
					*pair[0] = *pair[1]
				}
				require.Equal(t, w, stat, "%v %q", by, text)
				if i > 0 {
					require.False(t, stat.Time.Before(got[i-1].Time))
				}
			}
		}
	}
	_, err = db.Stats(t.Context(), auditdb.Query{}, "size")
	require.ErrorContains(t, err, `there is no dimension "size"`)
	_, err = db.Stats(t.Context(), auditdb.Query{}, auditdb.ByDay, auditdb.ByHour)
	require.ErrorContains(t, err, "not by both")
}

func key(s auditdb.Stat) auditdb.Stat {
	return auditdb.Stat{Tool: s.Tool, Time: s.Time, User: s.User, Rule: s.Rule, Outcome: s.Outcome}
}

func countByHand(records []audit.Record, loc *time.Location, by []auditdb.Dimension) map[auditdb.Stat]auditdb.Stat {
	counts, durations := map[auditdb.Stat]auditdb.Stat{}, map[auditdb.Stat][]time.Duration{}
	for _, r := range records {
		if r.Kind != audit.KindOutcome {
			continue
		}
		var k auditdb.Stat
		for _, dimension := range by {
			local := r.Time.In(loc)
			switch dimension {
			case auditdb.ByTool:
				k.Tool = r.Target.Name
			case auditdb.ByUser:
				k.User = r.User.ID
			case auditdb.ByRule:
				k.Rule = r.Rule
			case auditdb.ByOutcome:
				k.Outcome = r.Outcome
			case auditdb.ByHour:
				k.Time = local.Add(-time.Duration(local.Minute())*time.Minute - time.Duration(local.Second())*time.Second - time.Duration(local.Nanosecond()))
			case auditdb.ByDay:
				k.Time = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, loc)
			}
		}
		c, ok := counts[k]
		if !ok {
			c = k
		}
		c.Calls++
		if r.Decision == "deny" {
			c.Denials++
		} else if r.Outcome != "ok" {
			c.Errors++
		}
		counts[k] = c
		durations[k] = append(durations[k], r.Duration)
	}
	for k, c := range counts {
		c.P50, c.P95, c.P99 = quantile(durations[k], 0.5), quantile(durations[k], 0.95), quantile(durations[k], 0.99)
		counts[k] = c
	}
	return counts
}
