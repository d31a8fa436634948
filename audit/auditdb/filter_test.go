package auditdb_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/auditdb"
)

func filter(t testing.TB, text string) *auditdb.Filter {
	t.Helper()
	f, err := auditdb.NewFilter(text)
	require.NoError(t, err, text)
	return f
}

// TestFilterFaults: what is wrong with a filter is said with its place and what may have been meant.
func TestFilterFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ filter, says string }{
		{"usr.role == 'x'", `1:1: there is no "usr" (did you mean "user"?)`},
		{"user.rol == 'x'", `1:5: user has no member "rol" (did you mean "role"?)`},
		{"kind == 'outcome' &&\n  target.nam == 'x'", `2:9: target has no member "nam"`},
		{"rows == 'x'", "1:6: found no matching overload for '_==_'"},
		{"duration_ms > '200'", "found no matching overload"},
		{"user.role = 'x'", "1:11: write == instead of ="},
		{"user.role", "it gives a value of type string; write a condition"},
		{"rows + 1", "it gives a value of type int"},
		{"", "it is empty"},
		{"masked.contains('x')", "found no matching overload"},
		{"user.role == ", "1:14"},
		{"@user{id: 'x'} == user", "1:1"},
		{string(make([]byte, 20_000)), "at most 16384"},
	} {
		_, err := auditdb.NewFilter(c.filter)
		require.ErrorContains(t, err, c.says, c.filter)
		require.ErrorContains(t, err, "auditdb: filter")
	}
}

// TestFilterMeaning: what filters find in a log of a few records, compacted or not.
func TestFilterMeaning(t *testing.T) {
	t.Parallel()
	now := monthStart().Add(48 * time.Hour)
	at := func(hours int) time.Time { return monthStart().Add(time.Duration(hours) * time.Hour) }
	dir := writeLog(t, 3, func(yield func(audit.Record) bool) {
		for _, r := range []audit.Record{
			{Kind: audit.KindOutcome, CallID: "1", Time: at(1), User: audit.User{ID: "a", Role: "analyst"}, Target: audit.Target{Name: "crm.get"}, Duration: 300 * time.Millisecond, Masked: []string{"email"}},
			{Kind: audit.KindOutcome, CallID: "2", Time: at(30), User: audit.User{ID: "a", Role: "analyst"}, Target: audit.Target{Name: "crm.get"}, Duration: 300 * time.Millisecond, Masked: []string{"email"}, Arguments: []byte(`{"id":"x","n":7}`)},
			{Kind: audit.KindOutcome, CallID: "3", Time: at(31), User: audit.User{ID: "b"}, Target: audit.Target{Name: "erp.get"}, Duration: 100 * time.Millisecond, Arguments: []byte(`{"id":7}`)},
			{Kind: audit.KindEvent, CallID: "4", Time: at(32), Rows: 5, Sources: []audit.Source{{System: "crm_db", Rows: 3, AsOf: at(1), Tables: []string{"a", "b"}}}, Steps: []audit.Step{{Kind: "query", Duration: time.Second}}},
			{Kind: audit.KindOutcome, CallID: "5", Time: at(33), User: audit.User{ID: "c", Role: "admin", Attributes: []byte(`{"level":3}`)}, Target: audit.Target{ReadOnly: true}},
		} {
			if !yield(r) {
				return
			}
		}
	})
	lines, err := auditdb.Open(t.Context(), dir, &auditdb.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lines.Close()) })
	_, err = auditdb.Compact(t.Context(), dir, nil)
	require.NoError(t, err)
	parquet, err := auditdb.Open(t.Context(), dir, &auditdb.Options{Now: func() time.Time { return now }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, parquet.Close()) })

	for _, c := range []struct{ filter, finds string }{
		{"user.role == 'analyst' && duration_ms > 200 && target.name.startsWith('crm.') && 'email' in masked && time > now - duration('24h')", "2"},
		{"user.role == 'analyst'", "12"},
		{"user.role == ''", "34"},
		{"has(user.role)", "125"},
		{"!has(user.role) && kind == 'outcome'", "3"},
		{"user.id in ['a', 'c']", "125"},
		{"arguments.id == 'x'", "2"},
		{"arguments.id == 7", "3"},
		{"has(arguments.id)", "23"},
		{"!(arguments.id == 'x')", "3"},
		{"arguments.n > 5 || kind == 'event'", "24"},
		{"user.attributes.level >= 3", "5"},
		{"masked.exists(m, m.startsWith('em'))", "12"},
		{"sources.exists(s, s.system == 'crm_db')", "4"},
		{"sources.exists(s, s.rows > 2 && s.as_of < time && 'b' in s.tables)", "4"},
		{"sources.exists(s, s.statement != '')", ""},
		{"steps.exists(s, s.duration_us > 500000)", "4"},
		{"size(masked) == 1", "12"},
		{"rows == 5", "4"},
		{"target.read_only", "5"},
		{"target.name.matches('^(crm|erp)[.]')", "123"},
		{"kind == 'event' ? rows > 1 : duration_us >= 300000", "124"},
		{"time >= timestamp('2026-11-02T07:00:00Z')", "345"},
		{"time.getDayOfMonth() == 0", "1"},
		{"seq == 3", "3"},
		{"call_id > '3'", "45"},
		{"bytes == 0 && level == '' && hash != prev", "12345"},
		{"'x' in [user.id, 'y']", ""},
		{"1 == 1", "12345"},
		{"1 / 0 == 1", ""},
	} {
		f := filter(t, c.filter)
		require.Equal(t, c.filter, f.String())
		for name, db := range map[string]*auditdb.DB{"lines": lines, "parquet": parquet} {
			found := ""
			for _, r := range collect(t, db.Records(t.Context(), auditdb.Query{Filter: f})) {
				found += r.CallID
			}
			require.Equal(t, c.finds, found, "%s: %s", name, c.filter)
		}
	}
	require.NotEmpty(t, collect(t, audit.Records(os.DirFS(dir))))
}
