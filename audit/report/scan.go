package report

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// The words of records that a report reads. They are the format of the log, which this package knows without linking the server.
const (
	decisionAllow = "allow"
	decisionDeny  = "deny"
	decisionAsk   = "require_approval"

	outcomeOK      = "ok"
	outcomeUnknown = "unknown" // of recovery: nobody knows. Of a call that was refused, with clientError: no such target
	clientError    = "client_error"

	allowAll = "allow-all" // the id under which policy.AllowAll admits
)

// scan makes the facts of a report from records, one after the other.
type scan struct {
	opts     *Options
	totals   Totals
	coverage Coverage

	access    counter[accessKey, Access]
	subjects  counter[subjectKey, SubjectAccess]
	refusals  counter[refusalKey, Refusal]
	approvals counter[refusalKey, Approved]
	faults    counter[faultKey, Fault]
	callers   counter[Who, Caller]
	holders   counter[Who, holder]
	revisions counter[revisionKey, revisionState]
	labels    Tally
	shadow    Tally
	changes   list[PolicyChange]
	events    list[Event]
	unknown   list[Unended]

	open      map[string]openCall // intents whose outcome was not read yet, by call
	began     time.Time           // of the first record read that has a time
	announced map[string]bool     // revisions that an event brought into force, by server
	inForce   map[string]string   // the last revision seen, by server
	known     map[What]*Target    // of the contract
}

// list is rows in the order of the log, up to a limit.
type list[R any] struct {
	limit int
	rows  []R
	left  uint64
}

func (l *list[R]) add(row R) {
	if len(l.rows) >= l.limit {
		l.left++
		return
	}
	l.rows = append(l.rows, row)
}

func (l *list[R]) table() Table[R] {
	if l.rows == nil {
		l.rows = []R{}
	}
	return Table[R]{Rows: l.rows, Left: l.left}
}

func newScan(o *Options) *scan {
	s := &scan{
		opts: o, coverage: Coverage{Since: shown(o.Since, o.Location), Until: shown(o.Until, o.Location)},
		access: newCounter[accessKey, Access](o.Limit), subjects: newCounter[subjectKey, SubjectAccess](o.Limit),
		refusals: newCounter[refusalKey, Refusal](o.Limit), approvals: newCounter[refusalKey, Approved](o.Limit),
		faults: newCounter[faultKey, Fault](o.Limit), callers: newCounter[Who, Caller](o.Limit), holders: newCounter[Who, holder](o.Limit),
		revisions: newCounter[revisionKey, revisionState](o.Limit),
		changes:   list[PolicyChange]{limit: o.Limit}, events: list[Event]{limit: o.Limit}, unknown: list[Unended]{limit: o.Limit},
		open: map[string]openCall{}, announced: map[string]bool{}, inForce: map[string]string{}, known: map[What]*Target{},
	}
	if o.Contract != nil {
		for i := range o.Contract.Targets {
			t := &o.Contract.Targets[i]
			s.known[What{t.Kind, clip(t.Name)}] = t
		}
	}
	return s
}

// read takes all records. An error is why it did not get to the end.
func (s *scan) read(ctx context.Context, records iter.Seq2[audit.Record, error]) error {
	for r, err := range records {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s.take(&r)
	}
	return nil
}

// take notes one record.
func (s *scan) take(r *audit.Record) {
	s.coverage.follow(r)
	if chain := s.opts.Chain; chain != nil && r.Seq > chain.Summary.LastSeq {
		s.coverage.Unverified++
	}
	if s.began.IsZero() {
		s.began = r.Time
	}
	within := s.coverage.holds(r)
	started, hasIntent := s.pair(r, within)
	s.follow(r, within)
	if !within {
		return
	}
	s.totals.Records++
	if r.Time.IsZero() {
		s.totals.Untimed++
	}
	s.coverage.span(shown(r.Time, s.opts.Location))
	s.coverage.Servers.add(r.Server.Name)
	if len(r.Shadow) > 0 && r.Kind != audit.KindIntent {
		s.totals.ShadowedRecords++
		for _, would := range r.Shadow {
			s.shadow.addUpTo(would, s.opts.Limit)
		}
	}
	if len(r.Warnings) > 0 && r.Kind != audit.KindIntent {
		s.totals.Warned++
	}
	switch {
	case r.Outcome == outcomeUnknown && r.Category != clientError && r.CallID != "":
		s.ended(r, started)
	case r.Kind == audit.KindIntent:
		s.totals.Intents++
	case r.Kind == audit.KindOutcome:
		s.outcome(r, hasIntent)
	case r.Kind == audit.KindEvent:
		s.event(r)
	default:
		s.totals.Unkinded++
	}
}

// openCall is what is kept of an intent until its outcome comes.
type openCall struct {
	row    Unended
	within bool // the period
	about  bool // whom the tables are about
}

// pair joins intents with outcomes. It returns the intent of an outcome, and whether there was one.
func (s *scan) pair(r *audit.Record, within bool) (openCall, bool) {
	if r.CallID == "" {
		return openCall{}, false
	}
	id := clip(r.CallID)
	if r.Kind == audit.KindIntent {
		s.open[id] = openCall{within: within, about: s.about(r), row: Unended{
			CallID: id, Seq: r.Seq, Time: shown(r.Time, s.opts.Location), Who: whoOf(r), What: whatOf(r), End: "no outcome",
		}}
		return openCall{}, false
	}
	if r.Kind != audit.KindOutcome && r.Outcome != outcomeUnknown {
		return openCall{}, false
	}
	call, found := s.open[id]
	delete(s.open, id)
	return call, found
}

// ended notes a call that recovery found without an end.
func (s *scan) ended(r *audit.Record, call openCall) {
	s.totals.UnknownEnd++
	row := call.row
	if row.CallID == "" {
		row = Unended{CallID: clip(r.CallID), Seq: r.Seq, Time: shown(r.Time, s.opts.Location), Who: whoOf(r), What: whatOf(r)}
	}
	row.End = outcomeUnknown
	if call.about || s.about(r) {
		s.unknown.add(row)
	}
}

// unended lists the calls of the period of which the log does not say how they ended.
func (s *scan) unended() Table[Unended] {
	var rest []Unended
	for _, call := range s.open {
		if !call.within {
			continue
		}
		s.totals.NoOutcome++
		if call.about {
			rest = append(rest, call.row)
		}
	}
	slices.SortFunc(rest, func(a, b Unended) int { return byAll(compareSeq(a.Seq, b.Seq), strings.Compare(a.CallID, b.CallID)) })
	for _, row := range rest {
		s.unknown.add(row)
	}
	return s.unknown.table()
}

func compareSeq(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func whoOf(r *audit.Record) Who {
	u := &r.User
	return Who{clip(u.ID), clip(u.Role), clip(u.Tenant), clip(u.Provider), u.Anonymous}
}

func whatOf(r *audit.Record) What { return What{clip(r.Target.Kind), clip(r.Target.Name)} }

func isCall(r *audit.Record) bool {
	return r.Target.Kind == "tool" || r.Target.Kind == "resource" || r.Target.Kind == "prompt"
}
