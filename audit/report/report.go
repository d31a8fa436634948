package report

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Report is the facts of a period and what they say about each control of a profile. It is data: encode it with encoding/json, or write it
// with [Report.WriteMarkdown].
type Report struct {
	Version int       `json:"v"`                 // format version, 1
	Title   string    `json:"title"`             // stands at the top
	Profile Profile   `json:"profile"`           // whose questions are answered
	Made    time.Time `json:"made"`              // as asked by Options.Now, or the clock's word
	Subject string    `json:"subject,omitempty"` // whom the tables are about; "": everybody
	Limit   int       `json:"limit"`             // rows of a table at most

	Controls  []Control      `json:"controls"`  // in the order of the profile
	Coverage  Coverage       `json:"coverage"`  // what it was made from
	Totals    Totals         `json:"totals"`    // counts over the whole period
	Chain     ChainState     `json:"chain"`     // what is known of the integrity of the log
	Retention RetentionState `json:"retention"` // what is kept of it
	Rules     RuleState      `json:"rules"`     // the live rules

	Access    Table[Access]        `json:"access"`           // who saw which class of data, and why
	Subjects  Table[SubjectAccess] `json:"subjects"`         // the same, for each data subject
	Callers   Table[Caller]        `json:"callers"`          // each user over all
	Refusals  Table[Refusal]       `json:"refusals"`         // what was not let happen
	Approvals Table[Approved]      `json:"approvals"`        // what waited for a person
	Faults    Table[Fault]         `json:"faults"`           // what did not end well
	Unended   Table[Unended]       `json:"unended"`          // calls of which nobody knows how they ended
	Changes   Table[PolicyChange]  `json:"policy_changes"`   // in the order of the log
	Revisions Table[Revision]      `json:"policy_revisions"` // which rules decided how many calls
	Labels    Table[Label]         `json:"labels"`           // classes of data
	Shadow    Tally                `json:"shadow,omitzero"`  // what rules in shadow mode would have done
	Events    Table[Event]         `json:"events"`           // starts, stops, recoveries; in the order of the log
}

// Make reads records, such as those of [audit.Records], and reports on them. It reads them once, in order, to the end; memory grows with the
// number of distinct users, targets and classes of data up to Options.Limit, and with the calls under way, not with the log.
//
// Faults in Options are an error without a report. If the records end in an error, or ctx ends, the error comes back together with a report
// on what was read before, which says so.
func Make(ctx context.Context, records iter.Seq2[audit.Record, error], opts *Options) (*Report, error) {
	o, err := opts.settled()
	if err != nil {
		return nil, err
	}
	if records == nil {
		return nil, fmt.Errorf("report: the records are nil: give audit.Records of the log's directory")
	}
	s := newScan(&o)
	broken := s.read(ctx, records)
	if broken != nil {
		s.coverage.Broken = clip(broken.Error())
		broken = fmt.Errorf("report: reading ended after %d records: %w", s.coverage.Read, broken)
	}
	return s.report(), broken
}

// report puts together what was read.
func (s *scan) report() *Report {
	o := s.opts
	unended, callers := s.unended(), s.callerTable() // which count some of the totals
	r := &Report{
		Version: 1, Title: clip(o.Title), Profile: o.Profile, Made: o.Now.In(o.Location), Subject: clip(o.Subject), Limit: o.Limit,
		Unended: unended, Coverage: s.coverage, Totals: s.totals,
		Chain:     chainState(o.Chain, o.Segments, o.Location),
		Retention: retentionState(o.Segments, &o.Retention, o.Now, o.Location),
		Rules:     o.Contract.state(s.inForce),
		Access: s.access.table(func(a, b *Access) int {
			return byAll(a.Who.order(&b.Who), a.What.order(&b.What), compareAll(a.Shown, b.Shown), btoi(a.Changes)-btoi(b.Changes))
		}),
		Subjects: s.subjects.table(func(a, b *SubjectAccess) int {
			return byAll(strings.Compare(a.Subject, b.Subject), a.Who.order(&b.Who), a.What.order(&b.What), compareAll(a.Shown, b.Shown),
				btoi(a.Changes)-btoi(b.Changes))
		}),
		Refusals: s.refusals.table(func(a, b *Refusal) int {
			return byAll(strings.Compare(a.Rule, b.Rule), strings.Compare(a.Code, b.Code), a.Who.order(&b.Who), a.What.order(&b.What))
		}),
		Approvals: s.approvals.table(func(a, b *Approved) int {
			return byAll(strings.Compare(a.Rule, b.Rule), strings.Compare(a.End, b.End), a.Who.order(&b.Who), a.What.order(&b.What))
		}),
		Faults: s.faults.table(func(a, b *Fault) int {
			return byAll(strings.Compare(a.Code, b.Code), strings.Compare(a.Category, b.Category), a.What.order(&b.What))
		}),
		Callers: callers, Revisions: s.revisionTable(), Changes: s.changes.table(), Events: s.events.table(),
		Labels: o.Contract.labels(&s.labels), Shadow: s.shadow,
	}
	r.Controls = judgeAll(r)
	return r
}

func compareAll(a, b []string) int {
	return strings.Compare(strings.Join(a, "\x00"), strings.Join(b, "\x00"))
}
