package report

import (
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

type (
	revisionKey   struct{ revision, server, version string }
	revisionState struct{ row Revision }
)

// follow keeps track of which rules are in force where, in and before the period.
func (s *scan) follow(r *audit.Record, within bool) {
	server, revision := clip(r.Server.Name), clip(r.Server.Policy)
	if r.Kind != audit.KindEvent {
		if revision == "" {
			return
		}
		// A call ends under the rules it began with, so an older revision may come back for a while. Only one that was never seen is news.
		if _, known := s.announced[announcement(server, revision)]; known || len(s.announced) >= s.opts.Limit {
			return
		}
		_, several := s.inForce[server]
		s.announced[announcement(server, revision)] = !several // with the first one seen the log begins
		s.inForce[server] = revision
		if several && within {
			s.totals.Unannounced++
		}
		return
	}
	switch {
	case r.Target.Kind == serverKind && r.Target.Name == "policy":
		if within {
			s.change(r, s.inForce[server])
		}
		if r.Outcome != outcomeOK {
			return
		}
	case !isStart(r):
		return
	}
	if revision != "" && len(s.announced) < s.opts.Limit {
		s.announced[announcement(server, revision)] = true
		s.inForce[server] = revision
	}
}

func announcement(server, revision string) string { return server + "\x00" + revision }

// change notes an event about the rules.
func (s *scan) change(r *audit.Record, before string) {
	row := PolicyChange{
		Seq: r.Seq, Time: shown(r.Time, s.opts.Location), Server: clip(r.Server.Name), Before: before, After: clip(r.Server.Policy),
		Outcome: clip(r.Outcome), Note: clip(r.Note), Cause: clip(r.Cause),
	}
	if r.Outcome == outcomeOK {
		s.totals.PolicyLoads++
	} else {
		s.totals.PolicyRefusals++
	}
	s.changes.add(row)
}

// revision counts what the rules in force decided of a call.
func (s *scan) revision(r *audit.Record) {
	key := revisionKey{clip(r.Server.Policy), clip(r.Server.Name), clip(r.Server.Version)}
	state := s.revisions.row(key)
	if state == nil {
		return
	}
	row := &state.row
	row.Revision, row.Server, row.Version = key.revision, key.server, key.version
	row.note(shown(r.Time, s.opts.Location))
	switch {
	case r.Outcome == "policy_failed":
		row.Other++
	case r.Outcome == "denied": // by an input rule, or by an output rule after the call
		row.Denied++
	case r.Decision == decisionAllow:
		row.Allowed++
	case r.Decision == decisionAsk:
		row.Asked++
	case r.Decision == decisionDeny && r.Rule != "":
		row.Denied++
	default:
		row.Other++
	}
}

// revisionTable finishes the rows.
func (s *scan) revisionTable() Table[Revision] {
	rows := newCounter[revisionKey, Revision](s.opts.Limit)
	rows.left = s.revisions.left
	for key, state := range s.revisions.rows {
		state.row.Announced = s.announced[announcement(key.server, key.revision)]
		*rows.row(key) = state.row
	}
	return rows.table(func(a, b *Revision) int {
		return byAll(a.First.Compare(b.First), strings.Compare(a.Server, b.Server), strings.Compare(a.Revision, b.Revision), strings.Compare(a.Version, b.Version))
	})
}
