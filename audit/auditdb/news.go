package auditdb

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"
)

// novelty is one thing that can be new to a user.
type novelty struct {
	kind   AnomalyKind
	column string  // SQL
	path   string  // CEL
	rate   float64 // news: if more than this share of the user's calls meet something new, one is no news
	says   string  // sentence: who, what, how many calls, first time
}

func novelties() []novelty {
	return []novelty{
		{NewTool, `"target_name"`, "target.name", 1. / 400, "%s called %q, %d times from %s on, for the first time in %d calls"},
		{NewAgent, `"agent_id"`, "agent.id", 1. / 60, "agent %[2]q acted for %[1]s, %[3]d times from %[4]s on, for the first time in %[5]d calls"},
		{NewClient, `"client_name"`, "client.name", 1. / 60, "calls of %s came from client %q, %d times from %s on, for the first time in %d calls"},
		{NewAddress, `"client_remote_ip"`, "client.remote_ip", 1. / 100, "calls of %s came from address %q, %d times from %s on, for the first time in %d calls"},
	}
}

const (
	leastHistory = 30                 // calls before the window
	leastAge     = 7 * 24 * time.Hour // between the first call and the window
	rollOut      = 3                  // more users than this who begin to use something unknown at once are a roll-out
	mostExpected = 0.05               // new things in the window: if more are to be expected, one is no news
)

// news looks for what is new to a user.
func (s *search) news(ctx context.Context) error {
	for _, n := range novelties() {
		if err := s.newsOf(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// pair is a user and something that the user had not used before the window.
type pair struct {
	user, what  string
	first, last time.Time
	calls       int64 // in the window
	before      int64 // calls of the user before the window
}

func (s *search) newsOf(ctx context.Context, n novelty) error {
	// once: the things that a user had met exactly once before the window. Their share of all calls estimates (after Good and Turing) how
	// likely the next call meets something new, and so how many in the window do if all is as usual. The half stands for what a short
	// history has not shown yet.
	query := fmt.Sprintf(`
WITH pairs AS (
	SELECT user_id, %[1]s AS what, count(*) FILTER ("time" < %[2]s) AS before, count(*) FILTER ("time" >= %[2]s) AS calls,
		min("time") AS born, min("time") FILTER ("time" >= %[2]s) AS first, max("time") AS last
	FROM (%[3]s) WHERE kind = 'outcome' AND %[1]s <> '' GROUP BY ALL
), users AS (
	SELECT user_id, sum(before)::BIGINT AS before, sum(calls)::BIGINT AS calls, count(*) FILTER (before = 1) AS once, min(born) AS born
	FROM pairs GROUP BY ALL
), things AS (
	SELECT what, sum(before) AS before, count(*) FILTER (before = 0) AS beginners FROM pairs GROUP BY ALL
)
SELECT p.user_id, p.what, p.first, p.last, p.calls, u.before
FROM pairs p JOIN users u USING (user_id) JOIN things t USING (what)
WHERE p.before = 0 AND (p.user_id <> '' OR %[4]t)
	AND u.before >= %[5]d AND epoch_us(%[2]s) - epoch_us(u.born) >= %[6]d
	AND NOT (t.before = 0 AND t.beginners > %[7]d)
	AND (u.once + 0.5) / u.before <= %[9]g AND u.calls * (u.once + 0.5) / u.before <= %[8]g
ORDER BY ALL`, n.column, s.since(), s.from.sql, n.kind == NewTool, leastHistory, leastAge.Microseconds(), rollOut, mostExpected, n.rate)
	return each(ctx, s.db.engine, query, s.from.args, func(rows *sql.Rows) error {
		var p pair
		if err := rows.Scan(&p.user, &p.what, &p.first, &p.last, &p.calls, &p.before); err != nil {
			return err
		}
		loc := s.query.location()
		a := Anomaly{
			Kind: n.kind, User: p.user, What: p.what, From: p.first.In(loc), To: p.last.Add(time.Microsecond).In(loc), Count: p.calls, Seen: p.before,
		}
		text := fmt.Sprintf(n.says, who(p.user), p.what, p.calls, a.From.Format(time.RFC3339), p.before)
		s.add(a, text, n.path+" == "+strconv.Quote(p.what))
		return nil
	})
}
