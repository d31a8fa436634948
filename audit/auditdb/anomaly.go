package auditdb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/internal/sqltext"
)

// AnomalyKind says what is unusual.
type AnomalyKind string

// The kinds of anomaly.
const (
	NewTool      AnomalyKind = "new_tool"      // a caller called a target it had never called
	NewAgent     AnomalyKind = "new_agent"     // an agent acted for a user for whom it had never acted
	NewClient    AnomalyKind = "new_client"    // a user's calls came from a program they had never come from
	NewAddress   AnomalyKind = "new_address"   // a user's calls came from an address they had never come from
	DenialBurst  AnomalyKind = "denial_burst"  // a caller was refused far more often in an hour than it ever was
	RowVolume    AnomalyKind = "row_volume"    // a caller got far more rows in a day than it ever did
	MaskedVolume AnomalyKind = "masked_volume" // a caller asked in a day for far more fields that are masked for it than it ever did
)

// Anomaly is one thing that a person should look at. It is a fact and what it is compared with, no judgement.
type Anomaly struct {
	Kind AnomalyKind
	User string // id of the user whose calls they are; empty for anonymous calls
	What string // the target, agent, client or address that is new; empty for bursts and volumes

	From, To time.Time // of the first call and after the last; the hour or day of a burst or volume, as far as it lies in the window
	Count    int64     // calls, denials, rows or masked fields

	// The baseline, from what the user did before the window.
	Usual  float64 // median per hour or day with calls; 0 for what is new
	Spread float64 // median absolute deviation from it
	Most   int64   // the most in any hour or day
	Seen   int64   // how many hours or days with calls there were; for what is new, how many calls

	Text   string // the whole in a sentence
	Filter string // finds the records in question, for [NewFilter]
}

// Anomalies compares the calls between q.Since and q.Until, or the last 24 hours if there is no Since, with what each user did before, and
// returns what is unusual, the earliest first. See [AnomalyKind] for what it looks for.
//
// A user is compared with nobody else. What is new counts only for users with a week and 30 calls of history to whom new things hardly ever
// happen: going by that history, in less than one call in 400 (targets), 100 (addresses) or 60 (agents and clients). Something that
// several users begin to use at the same time and nobody had used before is a roll-out, not an anomaly. Bursts and volumes are measured
// by the median and the median absolute deviation, which a few wild days do not move, must exceed whatever there was before, and must
// reach a size worth looking at: 10 denials in an hour (50 without history), or 1,000 rows or 200 masked fields in a day, for users with at
// least seven days of calls.
func (d *DB) Anomalies(ctx context.Context, q Query) ([]Anomaly, error) {
	all, err := d.anomalies(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("auditdb: anomalies of %s: %w", d.dir, err)
	}
	return all, nil
}

func (d *DB) anomalies(ctx context.Context, q Query) ([]Anomaly, error) {
	if q.Until.IsZero() {
		q.Until = d.opts.Now()
	}
	if q.Since.IsZero() {
		q.Since = q.Until.Add(-24 * time.Hour)
	}
	if !q.Since.Before(q.Until) {
		return nil, fmt.Errorf("the window ends (%s) before it begins (%s)", q.Until.Format(time.RFC3339), q.Since.Format(time.RFC3339))
	}
	history := q
	history.Since = time.Time{}
	var all []Anomaly
	err := d.over(ctx, &history, func(_ *snapshot, from source) error {
		all = nil
		s := search{db: d, query: &q, from: from}
		if err := s.news(ctx); err != nil {
			return err
		}
		if err := s.bursts(ctx); err != nil {
			return err
		}
		if err := s.volumes(ctx); err != nil {
			return err
		}
		all = s.found
		return nil
	})
	slices.SortFunc(all, func(a, b Anomaly) int {
		return cmp.Or(a.From.Compare(b.From), strings.Compare(a.User, b.User), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.What, b.What))
	})
	return all, err
}

// search is one run of Anomalies.
type search struct {
	db    *DB
	query *Query
	from  source // everything up to the end of the window
	found []Anomaly
}

// since is the beginning of the window in SQL.
func (s *search) since() string {
	return "TIMESTAMPTZ " + sqltext.Literal(sqlTime(bound(s.query.Since)))
}

// add completes an anomaly and keeps it.
func (s *search) add(a Anomaly, text string, conditions ...string) {
	a.Text = text
	conditions = append([]string{"kind == 'outcome'", "user.id == " + strconv.Quote(a.User)}, conditions...)
	conditions = append(conditions, "time >= "+celTime(a.From), "time < "+celTime(a.To))
	if s.query.Filter != nil {
		conditions = append(conditions, "("+s.query.Filter.text+")")
	}
	a.Filter = strings.Join(conditions, " && ")
	s.found = append(s.found, a)
}

func celTime(t time.Time) string {
	return "timestamp('" + t.UTC().Format(time.RFC3339Nano) + "')"
}

// who names a user in a sentence.
func who(user string) string {
	if user == "" {
		return "anonymous callers"
	}
	return fmt.Sprintf("user %q", user)
}
