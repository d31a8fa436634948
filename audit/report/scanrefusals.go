package report

import (
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

// codes counts how outcomes of all kinds ended.
func (s *scan) codes(r *audit.Record) {
	t := &s.totals
	switch {
	case r.Category == "server_error" && r.Outcome != "policy_failed":
		t.ServerFaults++
	case r.Category == "business_error":
		t.Business++
	}
	switch r.Outcome {
	case "policy_failed":
		t.PolicyFailed++
	case "unauthenticated":
		t.Unauthentic++
	case "invalid_input":
		t.BadInput++
	case "limited":
		t.Limited++
	case "panicked":
		t.Panicked++
	case "timeout":
		t.Timeouts++
	case "output_invalid", "output_too_large", "mask_failed":
		t.BadOutput++
	case "audit_failed":
		t.AuditFailed++
	}
}

// refusal counts something a rule or the server did not let happen.
func (s *scan) refusal(r *audit.Record) {
	s.totals.Denied++
	if !s.about(r) {
		return
	}
	key := refusalKey{clip(r.Rule), clip(r.Outcome), whoOf(r), s.vouched(r)}
	if row := s.refusals.row(key); row != nil {
		row.Rule, row.Code, row.Who, row.What = key.rule, key.code, key.who, key.what
		row.note(shown(r.Time, s.opts.Location))
	}
}

// approval counts a call that waited for a person.
func (s *scan) approval(r *audit.Record) {
	end := "ended before an answer"
	switch {
	case slices.Contains(strings.Split(r.Note, "; "), "approved"):
		end = "approved"
		s.totals.ApprovalsDone++
	case r.Outcome == "approval_refused":
		end = "refused"
	case r.Outcome == "approval_required":
		end = "nobody to ask"
	}
	s.totals.Approvals++
	if !s.about(r) {
		return
	}
	key := refusalKey{clip(r.Rule), end, whoOf(r), whatOf(r)}
	if row := s.approvals.row(key); row != nil {
		row.Rule, row.End, row.Who, row.What = key.rule, key.code, key.who, key.what
		row.note(shown(r.Time, s.opts.Location))
	}
}

// fault counts something that was let happen and did not end well.
func (s *scan) fault(r *audit.Record) {
	if !s.about(r) {
		return
	}
	key := faultKey{clip(r.Outcome), clip(r.Category), s.vouched(r)}
	if row := s.faults.row(key); row != nil {
		row.Code, row.Category, row.What = key.code, key.category, key.what
		row.note(shown(r.Time, s.opts.Location))
	}
}

// vouched is the target of something that was refused or failed, without its name where the caller may have made that up: he could fill the
// tables with such names.
func (s *scan) vouched(r *audit.Record) What {
	what := whatOf(r)
	early := r.Outcome == outcomeUnknown || r.Outcome == "unauthenticated" || r.Outcome == "limited" // before anybody looked for the target
	if r.Target.Kind == serverKind || early && s.known[what] == nil {
		what.Name = ""
	}
	return what
}
