package policy

import (
	"encoding/json"
	"time"
)

// Recorded is one call as a log holds it, for [Replay].
//
// What a log does not hold is not what was not there. So everything that is not told is taken for unknown: Args or Response that are nil; every
// field with a label in its gov tag, for it is masked in a log; every path in Missing, Masked and Cut; a zero Time; and the caller's history.
// A declared attribute the user did not have stands in User.Attributes as nil; one that is not there at all was not recorded.
type Recorded struct {
	CallID string    // names the call in the report
	Kind   string    // of the target: tool, resource or prompt
	Name   string    // of the target
	Time   time.Time // of the decision

	User     User            // who called
	Agent    Agent           // the program that called
	Origin   Origin          // how the call came in
	Args     json.RawMessage // the arguments, without what the server takes out before it reads them; nil where they were not recorded
	Response json.RawMessage // the result as the caller got it; nil where it was not recorded
	Answered bool            // a result left the server; needed only where Response is nil

	// Missing lists what the record holds only masked, cut or not at all, as paths: args.ssn, response.email, response.orders,
	// request.headers, user.email, user.*, agent, now.
	Missing []string

	Effect string   // what was decided: "allow", "deny" or "require_approval"; anything else makes the call unknown
	Failed bool     // a rule failed: the call was refused, or its result withheld
	Rule   string   // that decided
	Rules  []string // that applied to the result
	Masked []string // paths of the result that were masked or removed
	Cut    []string // paths of lists in the result that rows were cut from; "**" where it is not known of which
}

// was is what became of the call, in the words of [Change]; not ok where the record does not tell.
func (r *Recorded) was() (word string, e Effect, ok bool) {
	if r.Failed {
		return wordFail, Deny, true
	}
	for _, e := range []Effect{Deny, Allow, RequireApproval} {
		if e.String() == r.Effect {
			return r.Effect, e, true
		}
	}
	return r.Effect, Deny, false
}
