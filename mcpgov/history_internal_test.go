package mcpgov

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

func (h *histories) calls(t *testing.T, id string, now time.Time, window time.Duration) int {
	t.Helper()
	counts, err := past{h, rateOwner{id: id}, now}.Within(window)
	require.NoError(t, err)
	return counts.Calls
}

// TestHistoryWindows: the minute in which a window begins counts whole, none before it does, and what is gone leaves no trace.
func TestHistoryWindows(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 0, 30, 0, time.UTC)
	var h histories
	for i := range 25 * 60 { // a call in the middle of each minute of 25 hours
		h.remember(rateOwner{id: "a"}, start.Add(time.Duration(i)*time.Minute), policy.Counts{Calls: 1})
	}
	now := start.Add((25*60 - 1) * time.Minute)
	for window, want := range map[time.Duration]int{
		time.Nanosecond: 1, 30 * time.Second: 1, 31 * time.Second: 2, time.Minute: 2, time.Hour: 61, 24 * time.Hour: 24*60 + 1,
	} {
		require.Equal(t, want, h.calls(t, "a", now, window), window)
	}
	require.Equal(t, 24*60+1+7, h.calls(t, "a", now.Add(-historySlack/2), 24*time.Hour), "a call that began a while ago misses nothing of its window")
	require.Zero(t, h.calls(t, "b", now, 24*time.Hour))
	h.remember(rateOwner{id: "a"}, now.Add(-time.Hour), policy.Counts{Calls: 1}) // a clock that was set back
	require.Equal(t, 2, h.calls(t, "a", now, time.Second), "is counted late rather than lost")
	h.remember(rateOwner{id: "b"}, now.Add(25*time.Hour), policy.Counts{Calls: 1})
	require.Len(t, h.callers, 1)
	require.Equal(t, 1, h.minutes)
}

// TestHistoryIsBounded: of a caller too many nothing is told, until there is room again; with minutes too many a history grows coarse, and
// never tells too little.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	var h histories
	for i := range maxHistories {
		h.remember(rateOwner{id: fmt.Sprint(i)}, start, policy.Counts{Calls: 1})
	}
	h.remember(rateOwner{id: "one more"}, start, policy.Counts{Calls: 1})
	_, err := past{&h, rateOwner{id: "one more"}, start}.Within(time.Hour)
	require.ErrorIs(t, err, errTooManyCallers)
	require.Equal(t, 1, h.calls(t, "7", start, time.Hour), "who is known stays so")
	require.Zero(t, h.calls(t, "one more", start.Add(25*time.Hour), time.Hour), "and asking finds the room there is")

	// Others go and there is room again: of whoever was left out nobody knows what he did then.
	later := start.Add(remembered - 2*time.Hour)
	for owner := range h.callers {
		if owner.id != "7" {
			delete(h.callers, owner)
		}
	}
	for _, caller := range []string{"one more", "7"} {
		h.remember(rateOwner{id: caller}, later, policy.Counts{Calls: 1})
	}
	_, err = past{&h, rateOwner{id: "one more"}, later}.Within(23 * time.Hour)
	require.ErrorIs(t, err, errTooManyCallers, "his window reaches back to when he was left out")
	_, err = past{&h, rateOwner{id: "never seen"}, later}.Within(23 * time.Hour)
	require.ErrorIs(t, err, errTooManyCallers)
	require.Equal(t, 1, h.calls(t, "one more", later, 3*time.Hour))
	require.Zero(t, h.calls(t, "never seen", later, 3*time.Hour))
	require.Equal(t, 2, h.calls(t, "7", later, 23*time.Hour))

	h = histories{}
	const callers, minutes = maxMinutes / 1000, 1100
	for m := range minutes {
		for i := range callers {
			h.remember(rateOwner{id: fmt.Sprint(i)}, start.Add(time.Duration(m)*time.Minute), policy.Counts{Calls: 1})
		}
	}
	require.Equal(t, maxMinutes, h.minutes)
	now := start.Add((minutes - 1) * time.Minute)
	h.remember(rateOwner{id: "late"}, now, policy.Counts{Calls: 1})
	h.remember(rateOwner{id: "late"}, now.Add(time.Minute), policy.Counts{Calls: 1})
	require.Equal(t, maxMinutes+1, h.minutes, "one for each caller there are, and no more")
	require.Equal(t, 2, h.calls(t, "late", now.Add(time.Minute), time.Second))
	require.Equal(t, minutes, h.calls(t, "0", now, 24*time.Hour), "nothing is lost")
	require.Equal(t, 61, h.calls(t, "0", now, time.Hour), "what is recent is as fine as ever")
}
