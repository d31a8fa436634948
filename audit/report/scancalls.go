package report

import (
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
)

// The keys hold no free text of the caller, such as his purpose: whoever could make a new row with each call could fill a table and hide
// what he does afterwards.
type (
	accessKey struct {
		who     Who
		what    What
		shown   string // joined
		changes bool
	}
	subjectKey struct {
		subject string
		access  accessKey
	}
	refusalKey struct {
		rule, code string
		who        Who
		what       What
	}
	faultKey struct {
		code, category string
		what           What
	}
)

// holder is a caller over the whole log, whomever the tables are about.
type holder struct{ holdings []uint64 } // fingerprints of what he held

// outcome notes how something ended.
func (s *scan) outcome(r *audit.Record, hasIntent bool) {
	s.codes(r)
	if isCall(r) {
		s.call(r, hasIntent)
	} else {
		s.totals.Other++
	}
	switch {
	case r.Outcome == outcomeOK:
	case refused(r):
		s.refusal(r)
	default:
		s.fault(r)
	}
	s.caller(r)
}

// refused reports whether a rule or the server did not let something happen.
func refused(r *audit.Record) bool {
	return r.Decision == decisionDeny || slices.Contains([]string{"denied", "policy_failed", "approval_required", "approval_refused"}, r.Outcome)
}

// call counts one call.
func (s *scan) call(r *audit.Record, hasIntent bool) {
	t := &s.totals
	t.Calls++
	level := string(r.Level)
	if level == "" {
		level = string(audit.LevelDetailed)
	}
	s.coverage.Levels.add(level)
	if r.Server.Policy == "" {
		t.NoRevision++
	}
	if r.User.Anonymous {
		t.Anonymous++
	}
	if r.Cleaned > 0 {
		t.Cleaned += uint64(r.Cleaned)
		t.CleanedCalls++
	}
	s.revision(r)
	if r.Decision == decisionAsk {
		s.approval(r)
	}
	if r.Outcome == outcomeOK {
		s.answered(r, hasIntent)
	}
}

// answered counts a call that returned a result, and what it showed to whom.
func (s *scan) answered(r *audit.Record, hasIntent bool) {
	t := &s.totals
	t.Answered++
	if !r.Target.ReadOnly {
		t.Changing++
		if !hasIntent && !r.Time.Before(s.began) { // the intent of an older call stands before what was read
			t.NoIntent++
		}
	}
	if r.Decision != decisionAllow && r.Decision != decisionAsk {
		t.Undecided++
	}
	switch r.Rule {
	case "":
		t.Unruled++
	case allowAll:
		t.AllowAll++
	}
	switch {
	case r.User.Anonymous:
		t.AnonymousAnswered++
		if r.Client.RemoteIP != "" {
			t.AnonymousRemote++
		}
	case r.User.ID == "":
		t.UnidentifiedAnswer++
	}
	if r.Purpose == "" {
		t.NoPurpose++
	}
	if len(r.Subjects) > 0 {
		t.WithSubjects++
	}
	if len(r.Masked) > 0 || r.Cut > 0 {
		t.Hidden++
	}
	if len(r.Sources) > 0 {
		t.Sourced++
	}
	s.labelled(r)
	s.byContract(r)
	if s.about(r) {
		s.accessed(r)
	}
}

// labelled counts an answered call that showed classes of data.
func (s *scan) labelled(r *audit.Record) {
	t := &s.totals
	if len(r.Shown) == 0 {
		return
	}
	t.Labelled++
	if r.Purpose == "" {
		t.LabelledNoPurpose++
	}
	if len(r.Subjects) == 0 {
		t.LabelledNoSubject++
	}
	if r.Rule == allowAll {
		t.LabelledAllowAll++
	}
	if r.User.Anonymous {
		t.AnonymousLabelled++
	}
	if slices.Contains(r.Shown, "secret") {
		t.SecretShown++
	}
	for _, label := range distinct(r.Shown) {
		s.labels.addUpTo(label, s.opts.Limit)
	}
}

// byContract counts an answered call for what the contract says of its target.
func (s *scan) byContract(r *audit.Record) {
	target := s.known[whatOf(r)]
	if target == nil {
		return
	}
	if len(target.Result) > 0 && len(r.Shown)+len(r.Masked) == 0 {
		s.totals.Unmarked++
	}
	if target.Destructive && r.Decision != decisionAsk {
		s.totals.DestructiveUnasked++
	}
}

// about reports whether the tables are about the people of this record.
func (s *scan) about(r *audit.Record) bool {
	return s.opts.Subject == "" || slices.Contains(r.Subjects, s.opts.Subject)
}

// accessed puts an answered call into the tables of who saw what.
func (s *scan) accessed(r *audit.Record) {
	when := shown(r.Time, s.opts.Location)
	labels := distinct(r.Shown)
	key := accessKey{whoOf(r), whatOf(r), strings.Join(labels, "\x00"), !r.Target.ReadOnly}
	if row := s.access.row(key); row != nil {
		row.Who, row.What, row.Shown, row.Changes = key.who, key.what, labels, key.changes
		row.note(when)
		row.Purposes.add(r.Purpose)
		row.Unstated += once(r.Purpose == "")
		row.Unseen += once(len(labels) > 0 && len(r.Subjects) == 0)
		row.Agents.add(r.Agent.ID)
		row.Rules.add(r.Rule)
		addAll(&row.Output, r.Rules)
		addAll(&row.Masked, r.Masked)
		for i := range r.Sources {
			row.Sources.add(r.Sources[i].System)
		}
		row.Cut += uint64(max(r.Cut, 0))
		row.Rows += uint64(max(r.Rows, 0))
	}
	for _, subject := range distinct(r.Subjects) {
		if s.opts.Subject != "" && subject != clip(s.opts.Subject) {
			continue // the others of a shared result are nobody's business here
		}
		row := s.subjects.row(subjectKey{subject, key})
		if row == nil {
			continue
		}
		row.Subject, row.Who, row.What, row.Shown, row.Changes = subject, key.who, key.what, labels, key.changes
		row.note(when)
		row.Purposes.add(r.Purpose)
		row.Unstated += once(r.Purpose == "")
		row.Agents.add(r.Agent.ID)
	}
}

func addAll(t *Tally, texts []string) {
	for _, text := range texts {
		t.add(text)
	}
}

// distinct returns the different texts, cut to size and sorted.
func distinct(texts []string) []string {
	if len(texts) == 0 {
		return nil
	}
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = clip(text)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// mostHoldings bounds the different holdings of a caller that are told apart.
const mostHoldings = 9

// caller counts what somebody did over all.
func (s *scan) caller(r *audit.Record) {
	if r.User.ID == "" && !r.User.Anonymous {
		return
	}
	who := whoOf(r)
	who.Role = "" // one person may call under several: that is what Holdings tells
	held := s.holders.row(who)
	// At level basic, which lists always have, the record does not say what the user held.
	if held != nil && r.Level != audit.LevelBasic && len(held.holdings) < mostHoldings {
		if h := holdings(&r.User); !slices.Contains(held.holdings, h) {
			held.holdings = append(held.holdings, h)
		}
	}
	if !s.about(r) {
		return
	}
	row := s.callers.row(who)
	if row == nil {
		return
	}
	row.Who = who
	if row.Name == "" {
		row.Name = clip(r.User.Name)
	}
	row.note(shown(r.Time, s.opts.Location))
	switch {
	case refused(r):
		row.Refused++
	case r.Outcome == outcomeOK && isCall(r):
		row.Answered++
		row.Labelled += once(len(r.Shown) > 0)
	}
}

// callerTable finishes the rows, and counts callers over the whole log.
func (s *scan) callerTable() Table[Caller] {
	s.totals.Callers, s.totals.CallersLeft = count(len(s.holders.rows)), s.holders.left
	for who, held := range s.holders.rows {
		s.totals.Varied += once(len(held.holdings) > 1 && !who.Anonymous)
		if row := s.callers.rows[who]; row != nil {
			row.Holdings = len(held.holdings)
		}
	}
	return s.callers.table(func(a, b *Caller) int { return a.Who.order(&b.Who) })
}

// holdings is a fingerprint of what a user held, whatever its order.
func holdings(u *audit.User) uint64 {
	h := fnv.New64a()
	for _, list := range [][]string{{u.Role}, u.Roles, u.Groups, u.Permissions, u.Scopes} {
		for _, text := range slices.Sorted(slices.Values(list)) {
			_, _ = io.WriteString(h, text) // a hash takes everything
			_, _ = h.Write([]byte{0})
		}
		_, _ = h.Write([]byte{1})
	}
	return h.Sum64()
}
