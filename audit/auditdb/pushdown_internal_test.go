package auditdb

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPush: what SQL gets of a filter. Every value is bound; what SQL cannot decide exactly is left to CEL.
func TestPush(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 8, 0, 0, 500, time.UTC)
	for _, c := range []struct {
		filter, where string
		args          []any
		whole         bool
	}{
		{
			"user.role == 'analyst' && duration_ms > 200 && target.name.startsWith('crm.') && 'email' in masked && time > now - duration('24h')",
			`("user_role" = ?::VARCHAR) AND (("duration_us"::DOUBLE / 1000::DOUBLE) > ?::DOUBLE) AND starts_with("target_name", ?::VARCHAR) AND ` +
				`list_contains("masked", ?::VARCHAR) AND ("time" > ?::TIMESTAMPTZ)`,
			[]any{"analyst", 200.0, "crm.", "email", "2026-11-20 08:00:00.000000+00"},
			true,
		},
		{"!(outcome == 'ok') || has(user.role)", `((NOT ("outcome" = ?::VARCHAR)) OR ("user_role" <> ''))`, []any{"ok"}, true},
		{"user.id in ['a', \"'; DROP TABLE x\"]", `("user_id" IN (?::VARCHAR, ?::VARCHAR))`, []any{"a", "'; DROP TABLE x"}, true},
		{"target.read_only ? rows > 1 : cut == 2", `(CASE WHEN "target_read_only" THEN ("rows" > ?::BIGINT) ELSE ("cut" = ?::BIGINT) END)`, []any{int64(1), int64(2)}, true},
		{"200 < duration_us", `("duration_us" > ?::BIGINT)`, []any{int64(200)}, true},
		{"kind == 'outcome' && arguments.id == 'x'", `("kind" = ?::VARCHAR)`, []any{"outcome"}, false},
		{"kind == 'outcome' || arguments.id == 'x'", "", nil, false},
		{"user.id == 'a' && (rule == 'b' || note.matches('x'))", `("user_id" = ?::VARCHAR)`, []any{"a"}, false},
		{"user.id == 'a\\x00'", "", nil, false}, // C would cut it off
		{"duration_ms > 9007199254740993", "", nil, false},
		{"prev == ''", "", nil, false},
		{"time == timestamp('2026-11-01T00:00:00.0000001Z')", "false", nil, true},
		{"size(masked) > 2", `(len("masked") > ?::BIGINT)`, []any{int64(2)}, true},
		{"1 + 1 == 2", "true", nil, true},
	} {
		f, err := NewFilter(c.filter)
		require.NoError(t, err)
		p := f.push(now)
		require.Equal(t, c.where, p.where, c.filter)
		require.Equal(t, c.whole, p.whole, c.filter)
		require.Len(t, p.args, len(c.args), c.filter)
		for i := range c.args {
			require.Equal(t, c.args[i], p.args[i], c.filter)
		}
		require.Equal(t, len(p.args), strings.Count(p.where, "?"))
	}
}

// FuzzNewFilter: whatever is written, a filter is made or refused, and what SQL gets of it has a place for each value and no text of the
// filter.
func FuzzNewFilter(f *testing.F) {
	for _, s := range []string{
		"user.role == 'analyst' && duration_ms > 200", "'email' in masked", "time > now - duration('24h')", "user.id in ['a']", "has(user.role)",
		"arguments.x == 1 || size(masked) == 2", "!(rows > 1) ? true : target.name.contains('x')", "user.rol == 'x'", "\"", "a.b.c", "[1,2].exists(x, x == rows)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		made, err := NewFilter(text)
		if err != nil {
			require.ErrorContains(t, err, "auditdb: filter")
			return
		}
		p := made.push(time.Unix(0, 0))
		require.Equal(t, len(p.args), strings.Count(p.where, "?"))
		require.NotContains(t, p.where, ";")
		require.NotContains(t, p.where, "--")
	})
}
