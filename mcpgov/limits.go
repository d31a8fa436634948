package mcpgov

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Unlimited switches one limit off. It must be written: zero means the default.
const Unlimited = -1

// Limits bounds every call. Each zero field stands for its default, [Unlimited] for none (for ArgumentDepth 1000, and
// for Concurrent a million, because a stack and a process have their ends).
type Limits struct {
	Tool           time.Duration // a handler's time; default 5 s; ToolSpec.Timeout overrides it
	Identify       time.Duration // the Identifier's time; default 2 s
	Policy         time.Duration // the Decider's time, per question; default 1 s
	Approval       time.Duration // the Approver's time; default 60 s. It counts against no handler's
	Audit          time.Duration // the sink's time, for all records of a call; default 2 s. An outcome gets 100 ms at least
	Concurrent     int           // handlers running at once; default 100. A slot is held until the handler really ends
	PerMinute      int           // calls and lists per caller and minute; default 1000, with bursts of as many. Callers without a name count by address
	ArgumentBytes  int           // the size of the arguments; default 1 MiB
	ArgumentDepth  int           // the nesting of the arguments; default 64
	ResultBytes    int           // the size of a result after masking; default 4 MiB
	ListPage       int           // entries in one page of a list; default 1000
	RequestBytes   int64         // the size of an HTTP body; default 4 MiB
	SessionTimeout time.Duration // an idle HTTP session of the 2025-11-25 protocol ends after it; default 10 min
}

const noLimit = time.Duration(1<<63 - 1)

// withDefaults fills in what zero and Unlimited mean.
func (l Limits) withDefaults() Limits {
	l.Tool = orDefault(l.Tool, 5*time.Second, noLimit)
	l.Identify = orDefault(l.Identify, 2*time.Second, noLimit)
	l.Policy = orDefault(l.Policy, time.Second, noLimit)
	l.Approval = orDefault(l.Approval, time.Minute, noLimit)
	l.Audit = orDefault(l.Audit, 2*time.Second, noLimit)
	l.Concurrent = orDefault(l.Concurrent, 100, 1<<31-1)
	l.PerMinute = orDefault(l.PerMinute, 1000, 1<<31-1)
	l.ArgumentBytes = orDefault(l.ArgumentBytes, 1<<20, 1<<31-1)
	l.ArgumentDepth = orDefault(l.ArgumentDepth, 64, 1000)
	l.ResultBytes = orDefault(l.ResultBytes, 4<<20, 1<<31-1)
	l.ListPage = orDefault(l.ListPage, 1000, 1<<31-1)
	l.RequestBytes = orDefault(l.RequestBytes, 4<<20, 1<<62)
	l.SessionTimeout = orDefault(l.SessionTimeout, 10*time.Minute, noLimit)
	return l
}

func orDefault[T int | int64 | time.Duration](value, standard, none T) T {
	switch value {
	case 0:
		return standard
	case Unlimited:
		return none
	}
	return value
}

func (l Limits) faults() []error {
	var faults []error
	for _, limit := range []struct {
		name  string
		value any
		below bool
	}{
		{"Tool", l.Tool, l.Tool < Unlimited},
		{"Identify", l.Identify, l.Identify < Unlimited},
		{"Policy", l.Policy, l.Policy < Unlimited},
		{"Approval", l.Approval, l.Approval < Unlimited},
		{"Audit", l.Audit, l.Audit < Unlimited},
		{"Concurrent", l.Concurrent, l.Concurrent < Unlimited},
		{"PerMinute", l.PerMinute, l.PerMinute < Unlimited},
		{"ArgumentBytes", l.ArgumentBytes, l.ArgumentBytes < Unlimited},
		{"ArgumentDepth", l.ArgumentDepth, l.ArgumentDepth < Unlimited},
		{"ResultBytes", l.ResultBytes, l.ResultBytes < Unlimited},
		{"ListPage", l.ListPage, l.ListPage < Unlimited},
		{"RequestBytes", l.RequestBytes, l.RequestBytes < Unlimited},
		{"SessionTimeout", l.SessionTimeout, l.SessionTimeout < Unlimited},
	} {
		if limit.below {
			faults = append(faults, fmt.Errorf("config: field Limits.%s is %v: write a positive value, 0 for the default or mcpgov.Unlimited",
				limit.name, limit.value))
		}
	}
	return faults
}

// bounded returns ctx with a deadline, unless there is none.
func bounded(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == noLimit {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, limit)
}

// callerRates counts the calls of each caller in this process. Callers that have been quiet long enough to have
// their whole allowance back are forgotten, so memory is bounded by the callers of the last minute.
type callerRates struct {
	perMinute int
	mu        sync.Mutex
	callers   map[rateOwner]*rate.Limiter
	swept     time.Time
}

func newCallerRates(perMinute int) *callerRates {
	return &callerRates{perMinute: perMinute, callers: map[rateOwner]*rate.Limiter{}}
}

func (r *callerRates) allow(caller rateOwner, now time.Time) bool {
	if r.perMinute >= 1<<31-1 {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.swept) > time.Minute {
		for id, l := range r.callers {
			if l.TokensAt(now) >= float64(r.perMinute) {
				delete(r.callers, id)
			}
		}
		r.swept = now
	}
	l := r.callers[caller]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(float64(r.perMinute)/60), r.perMinute)
		r.callers[caller] = l
	}
	return l.AllowN(now, 1)
}
