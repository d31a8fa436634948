package auditdb_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

// randomFilters writes filters over all kinds of fields, with hostile texts in them.
type randomFilters struct{ r *rand.Rand }

func (g randomFilters) one(of ...string) string { return of[g.r.IntN(len(of))] }

func (g randomFilters) text() string {
	all := hostileTexts()
	s := all[g.r.IntN(len(all))]
	if g.r.IntN(2) == 0 {
		s = g.one("u-1", "u-2", "analyst", "crm.get", "crm.", "email", "ok", "a", "")
	}
	return strconv.Quote(s) // CEL reads Go's escapes
}

func (g randomFilters) textField() string {
	return g.one("user.id", "user.role", "user.name", "target.name", "call_id", "outcome", "rule", "trace_id", "arguments_digest", "note", "hash", "prev",
		"client.remote_ip", "level", "kind", "server.policy", "target.kind", "decision", "category", "cause", "purpose", "span_id", "response_digest")
}

func (g randomFilters) list() string {
	return g.one("masked", "user.roles", "user.groups", "rules", "shadow", "shown", "subjects", "user.scopes", "rules_warned")
}

func (g randomFilters) number() string {
	return g.one("0", "1", "-1", "2", "5", "200", "1099511627776", "9223372036854775807", "-9223372036854775808")
}

func (g randomFilters) comparison() string { return g.one("==", "!=", "<", "<=", ">", ">=") }

func (g randomFilters) filter(depth int) string {
	if depth > 0 {
		switch g.r.IntN(6) {
		case 0, 1:
			return "(" + g.filter(depth-1) + " && " + g.filter(depth-1) + ")"
		case 2, 3:
			return "(" + g.filter(depth-1) + " || " + g.filter(depth-1) + ")"
		case 4:
			return "!(" + g.filter(depth-1) + ")"
		default:
			return fmt.Sprintf("(%s ? %s : %s)", g.filter(depth-1), g.filter(depth-1), g.filter(depth-1))
		}
	}
	switch g.r.IntN(19) {
	case 17:
		return "seq " + g.comparison() + " " + g.one("0", "1", "149", "150", "151", "200", "221", "222", "223")
	case 0, 1, 2:
		return g.textField() + " " + g.comparison() + " " + g.text()
	case 3:
		return g.text() + " " + g.comparison() + " " + g.textField()
	case 4:
		return g.textField() + " " + g.comparison() + " " + g.textField()
	case 5:
		return g.textField() + "." + g.one("startsWith", "endsWith", "contains") + "(" + g.one(g.text(), g.textField()) + ")"
	case 6:
		return g.one(g.text(), g.textField()) + " in " + g.list()
	case 7:
		return g.textField() + " in [" + g.text() + ", " + g.text() + "]"
	case 8:
		return g.one("rows", "cut", "bytes", "cleaned", "duration_us", "seq") + " " + g.comparison() + " " + g.one(g.number(), "0.5", "1e19", "double('NaN')", "18446744073709551615u")
	case 9:
		return "duration_ms " + g.comparison() + " " + g.one("0.5", "200", "1.0", "1e300", "-1.5", "0", "-0.0", "9007199254740993", "double('NaN')", "1.0 / 0.0", "-1.0 / 0.0")
	case 10:
		return "size(" + g.one(g.list(), "user.name", "sources", "steps") + ") " + g.comparison() + " " + g.number()
	case 11:
		return "has(" + g.one("user.role", "user.roles", "user.anonymous", "target.name", "user.attributes", "agent.id", "arguments.customer_id") + ")"
	case 12:
		return g.one("user.anonymous", "target.read_only", "response_truncated", "target.read_only == user.anonymous", "true", "false")
	case 13:
		return "time " + g.comparison() + " " + g.one("now", "now - duration('100h')", "now - duration('100h') + duration('1ns')",
			"timestamp('2026-11-10T00:00:00Z')", "timestamp('2026-11-10T00:00:00.0000005Z')", "timestamp('0001-01-01T00:00:00Z')")
	case 14:
		return g.one("arguments.n", "arguments.customer_id", "response.a", "user.attributes.x") + " " + g.comparison() + " " + g.one(g.text(), g.number())
	case 15:
		return g.one(
			g.list()+".exists(x, x == "+g.text()+")",
			"steps.exists(s, s.name == "+g.text()+" && s.start_us < "+g.number()+")", "steps.all(s, s.duration_us == "+g.number()+")",
			"sources.exists(s, s.system < "+g.text()+")", g.list()+".all(x, x in "+g.list()+")",
		)
	case 16:
		return g.one("rows", "cut") + " in [1, 2, " + g.number() + "]"
	default:
		return g.one("time.getHours() < 12", "rows + 1 > 2", "target.name.matches('^c')", "1 / rows == 1", "masked == user.roles")
	}
}

// TestFiltersAgree: what SQL and Go make of a filter together is what CEL alone makes of it, for random filters over random records, read
// from lines and from Parquet.
func TestFiltersAgree(t *testing.T) {
	t.Parallel()
	filters := 300
	if testing.Short() {
		filters = 50
	}
	now := monthStart().Add(600*time.Hour + 123*time.Nanosecond)
	dir := writeLog(t, 150, randomRecords(3, 220))
	_, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	db, err := auditdb.Open(t.Context(), dir, &auditdb.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	all := collect(t, audit.Records(os.DirFS(dir)))
	g := randomFilters{rand.New(rand.NewPCG(uint64(filters), 7))}
	held := 0
	for range filters {
		text := g.filter(g.r.IntN(4))
		f, err := auditdb.NewFilter(text)
		if err != nil && strings.Contains(err.Error(), "no matching overload") {
			continue // has() of a text, and the like
		}
		require.NoError(t, err, text)
		var want, got []uint64
		for i := range all {
			holds, err := f.Match(t.Context(), &all[i], now)
			require.NoError(t, err)
			if holds {
				want = append(want, all[i].Seq)
			}
		}
		for r, err := range db.Records(t.Context(), auditdb.Query{Filter: f}) {
			require.NoError(t, err, text)
			got = append(got, r.Seq)
		}
		require.Equal(t, want, got, text)
		held += len(want)
	}
	require.Greater(t, held, filters*20, "the filters must find something to say something")
}

// TestFilterCannotInject: hostile texts in a filter are compared, never run.
func TestFilterCannotInject(t *testing.T) {
	t.Parallel()
	texts := hostileTexts()
	dir := writeLog(t, 20, func(yield func(audit.Record) bool) {
		for _, text := range texts {
			if !yield(audit.Record{Kind: audit.KindOutcome, User: audit.User{ID: text, Roles: []string{text}}}) {
				return
			}
		}
	})
	_, err := auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	db := open(t, dir)
	for i, text := range texts {
		written := strconv.Quote(text)
		for _, form := range []string{"user.id == %s", "%s in user.roles", "user.id in [%s]", "user.id.startsWith(%s) && user.id.endsWith(%s) && size(user.id) == size(%s)"} {
			query := strings.ReplaceAll(form, "%s", written)
			found := collect(t, db.Records(t.Context(), auditdb.Query{Filter: filter(t, query)}))
			require.NotEmpty(t, found, query)
			for _, r := range found {
				require.Equal(t, texts[i], r.User.ID, query)
			}
		}
	}
	require.Len(t, collect(t, db.Records(t.Context(), auditdb.Query{})), len(texts))
}
