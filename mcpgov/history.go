package mcpgov

import (
	"errors"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/policy"
)

// This file is what the server remembers of each caller for rules that read history. It is kept in this process, for the longest window
// there is, and only while some rule asks for it: a server whose policy begins to ask by a reload begins to count then.

// remembered is how far back a history reaches; historyGrain how finely it knows when. What happened in the minute in which a window
// begins counts whole: a history may tell too much by up to a minute, never too little.
const (
	remembered   = 24 * time.Hour
	historyGrain = time.Minute
)

// maxHistories bounds the callers that are remembered at once. Of one more nobody can say what he did, and rules that ask fail.
const maxHistories = 100_000

var errTooManyCallers = errors.New("more callers than can be remembered have called in the last 24 hours")

// histories remembers the callers.
type histories struct {
	mu      sync.Mutex
	callers map[rateOwner]*history
	swept   time.Time
}

// history is what one caller did, in the minutes in which he did anything, oldest first.
type history struct{ minutes []minute }

type minute struct {
	at time.Time // its beginning
	policy.Counts
}

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
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweep(c.begun)
	owner := rateKey(c.caller, &c.raw)
	known := h.callers[owner]
	if known == nil {
		if len(h.callers) >= maxHistories {
			return
		}
		known = &history{}
		if h.callers == nil {
			h.callers = map[rateOwner]*history{}
		}
		h.callers[owner] = known
	}
	known.add(time.Now().Truncate(historyGrain), counts)
}

// add counts into the minute now is in.
func (h *history) add(now time.Time, counts policy.Counts) {
	if n := len(h.minutes); n == 0 || h.minutes[n-1].at.Before(now) {
		for len(h.minutes) > 0 && h.minutes[0].at.Before(now.Add(-remembered-historyGrain)) {
			h.minutes = h.minutes[1:]
		}
		h.minutes = append(h.minutes, minute{at: now})
	}
	m := &h.minutes[len(h.minutes)-1]
	m.Calls += counts.Calls
	m.Denials += counts.Denials
	m.Rows += counts.Rows
	m.Masked += counts.Masked
}

// sweep forgets, once a minute, who has done nothing for as long as is remembered.
func (h *histories) sweep(now time.Time) {
	if now.Sub(h.swept) < historyGrain {
		return
	}
	h.swept = now
	for owner, known := range h.callers {
		if last := known.minutes[len(known.minutes)-1]; last.at.Before(now.Add(-remembered - historyGrain)) {
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
	p.histories.mu.Lock()
	defer p.histories.mu.Unlock()
	known := p.histories.callers[p.owner]
	if known == nil {
		if len(p.histories.callers) >= maxHistories {
			return policy.Counts{}, errTooManyCallers
		}
		return policy.Counts{}, nil
	}
	var sum policy.Counts
	from := p.now.Add(-window).Truncate(historyGrain)
	for _, m := range known.minutes {
		if !m.at.Before(from) {
			sum.Calls += m.Calls
			sum.Denials += m.Denials
			sum.Rows += m.Rows
			sum.Masked += m.Masked
		}
	}
	return sum, nil
}

// readsHistory reports whether a decider may ask for a caller's history.
func readsHistory(d policy.Decider) bool {
	asks, ok := d.(interface{ ReadsHistory() bool })
	return !ok || asks.ReadsHistory()
}
