package report

import (
	"strings"
	"time"
)

// Who is a caller as the records of his calls name him. Texts over 512 bytes are cut, here and in all rows.
type Who struct {
	ID        string `json:"id,omitempty"`        // stable id at the provider
	Role      string `json:"role,omitempty"`      // main role, as the policy saw it
	Tenant    string `json:"tenant,omitempty"`    // organisation he acted in
	Provider  string `json:"provider,omitempty"`  // who vouched for him
	Anonymous bool   `json:"anonymous,omitempty"` // nobody did
}

// order sorts callers.
func (w *Who) order(o *Who) int {
	return byAll(strings.Compare(w.ID, o.ID), strings.Compare(w.Provider, o.Provider), strings.Compare(w.Tenant, o.Tenant),
		strings.Compare(w.Role, o.Role), btoi(w.Anonymous)-btoi(o.Anonymous))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// What is a target of calls.
type What struct {
	Kind string `json:"kind,omitempty"` // "tool", "resource", "prompt", ...
	Name string `json:"name,omitempty"` // of tools and prompts; URI or URI template of resources
}

func (w *What) order(o *What) int {
	return byAll(strings.Compare(w.Kind, o.Kind), strings.Compare(w.Name, o.Name))
}

// Seen is how often something stands in the log, and from when to when.
type Seen struct {
	Count uint64    `json:"count"`          // records
	First time.Time `json:"first,omitzero"` // the earliest time in them; absent if none has one
	Last  time.Time `json:"last,omitzero"`  // the latest
}

// note counts a record of the time t.
func (s *Seen) note(t time.Time) {
	s.Count++
	s.span(t)
}

func (s *Seen) span(t time.Time) {
	if t.IsZero() {
		return
	}
	if s.First.IsZero() || t.Before(s.First) {
		s.First = t
	}
	if t.After(s.Last) {
		s.Last = t
	}
}

// Access is what a caller got from a target: one row for each set of classes of data that he saw there.
type Access struct {
	Who      Who      `json:"who"`                   // the caller
	What     What     `json:"what"`                  // what he called
	Shown    []string `json:"shown,omitempty"`       // classes of data whose values he saw, sorted; none: no labelled value was recorded as shown
	Changes  bool     `json:"may_change,omitempty"`  // the target may change something
	Purposes Tally    `json:"purposes,omitzero"`     // as stated by the caller
	Unstated uint64   `json:"no_purpose,omitempty"`  // calls without a stated purpose
	Agents   Tally    `json:"agents,omitzero"`       // programs that acted for him
	Rules    Tally    `json:"rules,omitzero"`        // rules that let him
	Output   Tally    `json:"output_rules,omitzero"` // rules that removed, masked or cut
	Masked   Tally    `json:"masked,omitzero"`       // paths that were hidden from him
	Cut      uint64   `json:"rows_cut,omitempty"`    // rows that were cut from his results
	Rows     uint64   `json:"rows_given,omitempty"`  // rows he got
	Unseen   uint64   `json:"no_subjects,omitempty"` // calls that showed labelled values and name nobody they are about
	Sources  Tally    `json:"sources,omitzero"`      // systems the data came from
	Seen
}

// SubjectAccess is what a caller learned about one data subject, or did to him.
type SubjectAccess struct {
	Subject  string   `json:"subject"`              // keyed digest of the person
	Who      Who      `json:"who"`                  // the caller
	What     What     `json:"what"`                 // what he called
	Shown    []string `json:"shown,omitempty"`      // classes of data, as in Access
	Changes  bool     `json:"may_change,omitempty"` // the target may change something
	Purposes Tally    `json:"purposes,omitzero"`    // as stated by the caller
	Unstated uint64   `json:"no_purpose,omitempty"` // calls without a stated purpose
	Agents   Tally    `json:"agents,omitzero"`      // programs that acted for him
	Seen
}

// Refusal is calls that a rule, or the server, did not let happen.
type Refusal struct {
	Rule string `json:"rule,omitempty"` // id of the rule that refused; "" if it was not a rule
	Code string `json:"code"`           // how the call ended
	Who  Who    `json:"who"`            // the caller, as far as he is known
	What What   `json:"what"`           // without a name if there is no such target
	Seen
}

// Approved is calls that a rule made wait for a person.
type Approved struct {
	Rule string `json:"rule,omitempty"` // id of the rule that asks
	End  string `json:"end"`            // "approved", "refused", "nobody to ask" or "ended before an answer"
	Who  Who    `json:"who"`            // the caller
	What What   `json:"what"`           // what he called
	Seen
}

// Fault is calls that were let happen and did not end well.
type Fault struct {
	Code     string `json:"code"`               // how the call ended
	Category string `json:"category,omitempty"` // whose fault it was
	What     What   `json:"what"`               // what was called
	Seen
}

// Caller is one user over all his calls.
type Caller struct {
	Who      Who    `json:"who"`            // the user; Role is empty, for he may call under several
	Name     string `json:"name,omitempty"` // for people, as the first record has it
	Answered uint64 `json:"answered"`       // calls that returned a result
	Refused  uint64 `json:"refused"`        // calls that a rule or the server did not let happen
	Labelled uint64 `json:"labelled"`       // answered calls that showed a labelled value
	Holdings int    `json:"holdings"`       // different sets of roles, groups, permissions and scopes he called with; 9 stands for more
	Seen
}

// PolicyChange is one event about the rules.
type PolicyChange struct {
	Seq     uint64    `json:"seq"`               // of its record
	Time    time.Time `json:"time,omitzero"`     // when
	Server  string    `json:"server,omitempty"`  // whose rules
	Before  string    `json:"before,omitempty"`  // the revision in force before, as the records show; "" if none was seen
	After   string    `json:"after,omitempty"`   // the revision in force after
	Outcome string    `json:"outcome,omitempty"` // "ok", or why the new rules were refused
	Note    string    `json:"note,omitempty"`    // as recorded
	Cause   string    `json:"cause,omitempty"`   // what was wrong with rules that were refused
}

// Revision is how much one revision of the rules decided.
type Revision struct {
	Revision  string `json:"revision"`            // "" if the records name none
	Server    string `json:"server,omitempty"`    // on which server
	Version   string `json:"version,omitempty"`   // and version of its contract
	Announced bool   `json:"announced,omitempty"` // an event in the log says that it came into force; the first of a server needs none
	Allowed   uint64 `json:"allowed"`             // calls it allowed
	Asked     uint64 `json:"asked"`               // calls it made wait for an approval
	Denied    uint64 `json:"denied"`              // calls it denied
	Other     uint64 `json:"other"`               // calls it was not asked about, or could not decide
	Seen
}

// Event is one record of kind event that is not about rules.
type Event struct {
	Seq     uint64    `json:"seq"`               // of its record
	Time    time.Time `json:"time,omitzero"`     // when
	Server  string    `json:"server,omitempty"`  // which server wrote it
	What    string    `json:"what,omitempty"`    // "start", "stop", "log recovered", "records lost", or the name of the event's target
	Outcome string    `json:"outcome,omitempty"` // as recorded
	Note    string    `json:"note,omitempty"`    // as recorded
}

// Unended is a call of which the log does not say how it ended.
type Unended struct {
	CallID string    `json:"call_id"`       // of the call
	Seq    uint64    `json:"seq"`           // of its intent
	Time   time.Time `json:"time,omitzero"` // when it began
	Who    Who       `json:"who"`           // the caller
	What   What      `json:"what"`          // what he called
	End    string    `json:"end"`           // "no outcome", or "unknown" if recovery said so
}

// Label is one class of data.
type Label struct {
	Label  string `json:"label"`  // the word in the gov tag
	Fields int    `json:"fields"` // fields of results that carry it, by the contract
	Rules  int    `json:"rules"`  // output rules that are followed and name it, or name every label
	Calls  uint64 `json:"calls"`  // answered calls that showed it
}
