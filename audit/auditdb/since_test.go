package auditdb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit/auditdb"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func TestParseSince(t *testing.T) {
	t.Parallel()
	zurich := zone(t, "Europe/Zurich")
	now := time.Date(2026, 10, 25, 12, 0, 0, 0, zurich) // clocks went back this morning
	for _, c := range []struct{ text, want string }{
		{"24h", "2026-10-24T13:00:00+02:00"},
		{"1d", "2026-10-24T12:00:00+02:00"},
		{"7d", "2026-10-18T12:00:00+02:00"},
		{"2w", "2026-10-11T12:00:00+02:00"},
		{"90m", "2026-10-25T10:30:00+01:00"},
		{"0d", "2026-10-25T12:00:00+01:00"},
		{"now", "2026-10-25T12:00:00+01:00"},
		{"today", "2026-10-25T00:00:00+02:00"},
		{" Yesterday ", "2026-10-24T00:00:00+02:00"},
		{"2026-11-01", "2026-11-01T00:00:00+01:00"},
		{"2026-11-01T10:00", "2026-11-01T10:00:00+01:00"},
		{"2026-07-01 10:00:30", "2026-07-01T10:00:30+02:00"},
		{"2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"},
	} {
		got, err := auditdb.ParseSince(c.text, zurich, now)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, got.Format(time.RFC3339), c.text)
	}
	for _, text := range []string{"", "d", "-1d", "+1h", "-24h", "1y", "24", "2026-13-01", "2026-11-01T25:00", "99999d", "tomorrow", "1h; drop", "\x00"} {
		_, err := auditdb.ParseSince(text, nil, now)
		require.ErrorContains(t, err, "is no time; write", text)
	}
}

func FuzzParseSince(f *testing.F) {
	for _, s := range []string{"24h", "7d", "2026-11-01", "2026-11-01T10:00", "yesterday", "1h30m", "65535d", "99999999h"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := auditdb.ParseSince(text, nil, now)
		require.Equal(t, err != nil, got.IsZero() && err != nil)
		if err == nil {
			again, err := auditdb.ParseSince(got.Format(time.RFC3339), nil, now)
			if got.Year() >= 0 && got.Year() < 10_000 {
				require.NoError(t, err)
				require.WithinDuration(t, got, again, time.Second)
			}
		}
	})
}
