package policy

import "fmt"

// Effect is what a decision comes to. The zero value denies.
type Effect uint8

// The effects.
const (
	Deny            Effect = iota // the call is refused
	Allow                         // the call may happen
	RequireApproval               // the call may happen once a person has said yes
)

// String returns the word rules use.
func (e Effect) String() string {
	switch e {
	case Deny:
		return string(ActionDeny)
	case Allow:
		return string(ActionAllow)
	case RequireApproval:
		return string(ActionRequireApproval)
	}
	return fmt.Sprintf("Effect(%d)", uint8(e))
}

// Decision is the answer to a call. The zero value denies without a reason.
type Decision struct {
	Effect Effect // what becomes of the call
	Rule   string // for the log, never for the caller: the rule's id, or where it stands ("crm#0.input[2]", "crm#default")
	Reason string // for the caller: what the rule's author wrote, or a plain sentence

	Warnings []string     // for the log: ids of the warn rules that held; nil for none
	Shadow   []Divergence // for the log: what rules in shadow mode would have changed; nil for nothing
	Depends  bool         // of Visible: the arguments decide whether the call is admitted; false if they do not matter
	Volatile bool         // it read the clock, the request or the history, or called a Go function: the same question may be answered otherwise later
}

// Divergence is what a rule, or a whole set, in shadow mode would have changed.
type Divergence struct {
	Rule  string // the rule's id, or that of a default, as in Decision.Rule
	Would string // in words: "deny", "allow", "require_approval", "warn", "fail", "mask email", "remove notes", "cut rows of orders"
}

// Obligations are what must happen to a result before it leaves.
type Obligations struct {
	Deny   *Decision    // an output rule withholds the result; nil if none does
	Rows   []RowCut     // the rows that stay, for each list in which not all do; applied before Edits
	Edits  []Edit       // sorted by path; at most one per path
	Rules  []string     // ids of the output rules that applied, for the log
	Shadow []Divergence // what output rules in shadow mode would have changed, for the log
}

// RowCut says which elements of one list of a result stay. Indexes, here and in the pointers of lists below others, are those before
// anything is cut; of a list in a row that does not stay there is no cut.
type RowCut struct {
	List  string // JSON Pointer (RFC 6901) of the list in the marshalled result, such as /regions/3/orders
	Keep  []int  // indexes of the elements that stay, ascending; empty for none
	Limit bool   // only limit_rows cut here: what is missing is missing for its number, not for what it holds
}

// Edit removes or masks one part of a result. Edits can be compared.
//
// A path passes through lists as in [Rule]; what a rule means at a map is written out: of map.iban come map.*.iban, the member of every
// entry, and map.iban, the entry of that name.
type Edit struct {
	Path   string // member names joined by dots; * is any member, ** any depth, "a.b" a name with a dot
	Remove bool   // the member leaves the document; else it is masked
	Mask   string // redact, null, email, last4, first=N, last=N, hash, zero or year; "" when Remove
}

// Scope is all that may ever be asked for on one target.
type Scope struct {
	Edits     []Edit   // every edit some caller may meet, without duplicates
	Rows      []string // paths of the lists rows may be cut from, sorted, without duplicates
	CoversAll bool     // AllowAll is part of the policy: uncovered sensitive fields are intended
}
