package auditdb

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseSince reads the beginning of a window as people write it: how long before now it was ("30m", "24h", "7d", "2w"), "now", "today" or
// "yesterday" (from midnight), a day ("2026-11-01"), a minute or second of one ("2026-11-01T10:00", "2026-11-01 10:00:30"), or an instant with
// a zone ("2026-11-01T10:00:00Z", "2026-11-01T10:00:00+02:00"). What names no zone is meant in loc; nil means UTC. A day is from midnight to
// midnight there, so that 1d is not 24h where clocks change in between.
func ParseSince(text string, loc *time.Location, now time.Time) (time.Time, error) {
	if loc == nil {
		loc = time.UTC
	}
	now = now.In(loc)
	midnight := func(daysAgo int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()-daysAgo, 0, 0, 0, 0, loc)
	}
	s := strings.TrimSpace(text)
	switch strings.ToLower(s) {
	case "now":
		return now, nil
	case "today":
		return midnight(0), nil
	case "yesterday":
		return midnight(1), nil
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, ok := before(now, s); ok {
		return t, nil
	}
	return time.Time{}, fmt.Errorf(
		"auditdb: %q is no time; write how long ago (30m, 24h, 7d, 2w), today, yesterday, or a time such as 2026-11-01 or 2026-11-01T10:00", clipped(text))
}

// before reads "24h", "7d" and the like.
func before(now time.Time, s string) (time.Time, bool) {
	if s == "" || s[0] == '-' || s[0] == '+' {
		return time.Time{}, false
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return now.AddDate(0, 0, -int(n)), err == nil // 16 bits
	}
	if weeks, ok := strings.CutSuffix(s, "w"); ok {
		n, err := strconv.ParseUint(weeks, 10, 12)
		return now.AddDate(0, 0, -7*int(n)), err == nil // 12 bits
	}
	d, err := time.ParseDuration(s)
	return now.Add(-d), err == nil && d >= 0 && d < math.MaxInt64
}

// clipped is a text as an error may show it.
func clipped(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "..."
	}
	return s
}
