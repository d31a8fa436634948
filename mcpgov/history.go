package mcpgov

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/policy"
)

// This file is what the server remembers of each caller for rules that read history. It is kept in this process, for the longest window
// there is, and only while some rule asks for it: a server whose policy begins to ask by a reload begins to count then. A call counts when
// it has ended, so that calls which run side by side do not see each other: Limits.Concurrent bounds how many those are.

// remembered is how far back a history reaches; historyGrain how finely it knows when. What happened in the minute in which a window
// begins counts whole: a history may tell too much by up to a minute, never too little.
const (
	remembered   = 24 * time.Hour
	historyGrain = time.Minute
	historySlack = 15 * time.Minute // kept beyond, for calls that began so long ago and are not through yet
)

// What is remembered at most, of all callers together: some hundred megabytes. Of a caller too many nobody can say what he did, and rules
// that ask fail. Where minutes are too many, each caller that needs another gives one up: his two oldest become one, the later.
const (
	maxHistories = 100_000
	maxMinutes   = 2_000_000
)

var errTooManyCallers = errors.New("more callers than can be remembered have called in the last 24 hours")

// histories remembers the callers.
type histories struct {
	mu      sync.Mutex
	callers map[rateOwner]*history
	minutes int // of all callers
	swept   time.Time
	leftOut int64 // the last minute in which a caller found no room, so that nobody knows what he did; 0: never
}

// history is what one caller did, in the minutes in which he did anything, oldest first.
type history struct {
	minutes []minute
	blind   int64 // the last minute before the first of minutes in which he may have found no room; 0: none
}

type minute struct {
	at int64 // its beginning, in Unix time: a third of what a time.Time takes
	policy.Counts
}

func (m *minute) add(counts policy.Counts) {
	m.Calls += counts.Calls
	m.Denials += counts.Denials
	m.Rows += counts.Rows
	m.Masked += counts.Masked
}

// minuteOf is when the minute of a moment begins.
func minuteOf(t time.Time) int64 { return t.Truncate(historyGrain).Unix() }

// note adds a call that has come to its end.
func (h *histories) note(c *call) {
	switch {
	case !c.edition.readsBack, c.caller == nil || c.caller.User.ID == "" && !c.caller.User.Anonymous:
		return
	case c.target.kind != kindTool && c.target.kind != kindResource && c.target.kind != kindPrompt:
		return
	}
	counts := policy.Counts{Calls: 1, Rows: c.draft.Rows, Masked: len(c.draft.Masked)}
	if c.draft.Outcome == string(Denied) {
		counts.Denials = 1
	}
	h.remember(rateKey(c.caller, &c.raw), time.Now(), counts)
}

// remember adds what a caller did, now.
func (h *histories) remember(owner rateOwner, now time.Time, counts policy.Counts) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweep(now)
	known := h.callers[owner]
	if known == nil {
		if len(h.callers) >= maxHistories {
			h.leftOut = minuteOf(now)
			return
		}
		known = &history{blind: h.leftOut}
		if h.callers == nil {
			h.callers = map[rateOwner]*history{}
		}
		h.callers[owner] = known
	}
	at := minuteOf(now)
	if n := len(known.minutes); n > 0 && (known.minutes[n-1].at >= at || n == 1 && h.minutes >= maxMinutes) {
		known.minutes[n-1].at = max(known.minutes[n-1].at, at)
	} else {
		if n > 1 && h.minutes >= maxMinutes {
			known.minutes[1].add(known.minutes[0].Counts)
			known.minutes = known.minutes[1:]
			h.minutes--
		}
		known.minutes = append(known.minutes, minute{at: at})
		h.minutes++
	}
	known.minutes[len(known.minutes)-1].add(counts)
}

// sweep forgets, once a minute, what is too long ago.
func (h *histories) sweep(now time.Time) {
	if now.Sub(h.swept) < historyGrain {
		return
	}
	h.swept = now
	from := minuteOf(now.Add(-remembered - historySlack))
	for owner, known := range h.callers {
		before := len(known.minutes)
		for len(known.minutes) > 0 && known.minutes[0].at < from {
			known.minutes = known.minutes[1:]
		}
		h.minutes -= before - len(known.minutes)
		if len(known.minutes) == 0 {
			delete(h.callers, owner)
		}
	}
}

// of is what rules may ask about the caller of c; nil where none asks.
func (h *histories) of(c *call) policy.History {
	if !c.edition.readsBack {
		return nil
	}
	return past{h, rateKey(c.caller, &c.raw), c.begun}
}

// past is what one caller did before a moment.
type past struct {
	histories *histories
	owner     rateOwner
	now       time.Time
}

// Within implements [policy.History].
func (p past) Within(window time.Duration) (policy.Counts, error) {
	h := p.histories
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.callers[p.owner]
	from := minuteOf(p.now.Add(-window))
	if known == nil {
		// Whoever is not remembered has done nothing, unless he was left out: when there was no room, what he did went unseen.
		if h.leftOut != 0 && from <= h.leftOut {
			return policy.Counts{}, errTooManyCallers
		}
		return policy.Counts{}, nil
	}
	if known.blind != 0 && from <= known.blind {
		return policy.Counts{}, errTooManyCallers
	}
	var sum minute
	for _, m := range slices.Backward(known.minutes) {
		if m.at < from {
			break
		}
		sum.add(m.Counts)
	}
	return sum.Counts, nil
}

// readsHistory reports whether a decider may ask for a caller's history.
func readsHistory(d policy.Decider) bool {
	asks, ok := d.(interface{ ReadsHistory() bool })
	return !ok || asks.ReadsHistory()
}
