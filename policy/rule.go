package policy

import "slices"

// Action is what a rule does when its condition holds.
type Action string

// The actions. Deny may stand in input and output rules, allow, require_approval and warn in input rules only, the others in
// output rules only.
const (
	ActionDeny            Action = "deny"
	ActionAllow           Action = "allow"
	ActionRequireApproval Action = "require_approval"
	ActionWarn            Action = "warn"                    // notes in the record that the condition held, and goes on
	ActionFilterFields    Action = "filter_fields"           // removes Fields
	ActionMaskFields      Action = "mask_fields"             // masks Fields
	ActionFilterSensitive Action = "filter_sensitive_fields" // removes labelled fields
	ActionMaskSensitive   Action = "mask_sensitive_fields"   // masks labelled fields
	ActionFilterRows      Action = "filter_rows"             // keeps the rows of Path for which Where holds
	ActionLimitRows       Action = "limit_rows"              // keeps the first Limit rows of Path, after filter_rows
)

// Mode says whether a rule, or a whole set, is followed.
type Mode string

// The modes. The zero value enforces.
const (
	ModeEnforce Mode = "enforce" // followed; the same as ""
	ModeShadow  Mode = "shadow"  // evaluated and noted in the record where it would have changed something, but not followed
)

// Rule is one condition and what follows from it.
//
// Fields are paths of member names. Lists are passed through: orders.card is the card of every order. So are maps: map.iban is the iban of
// every entry, and the entry called iban as well, for either may be meant, and what hides too much is the lesser evil.
type Rule struct {
	ID        string   // for the log; unique in the whole server; "" takes the rule's place ("crm#0.input[2]")
	Condition string   // CEL; "true" holds always, and empty is an error
	Action    Action   // what follows; the zero value is an error
	Reason    string   // for the caller; "" is a plain sentence
	Fields    []string // filter_fields, mask_fields: paths such as email, holdings.quantity, regions.*.margin, **.ssn
	Labels    []string // *_sensitive_fields: only fields with one of these labels; none means every labelled field
	Mask      string   // mask_*: how; "" is the mask= of the field's gov tag, or else redact
	Path      string   // filter_rows, limit_rows: the list whose rows are cut, such as orders or regions.orders
	Where     string   // filter_rows: CEL; the rows for which it holds stay. It sees the row as item beside all the condition sees
	Limit     int      // limit_rows: how many rows stay at most, from the first; 0 is none at all, and negative an error
	Mode      Mode     // "" is ModeEnforce

	line, column int // where the rule stands in its file; zero for Go literals
}

// maxCondition bounds the length of one condition in bytes.
const maxCondition = 16 << 10

func actions() []Action {
	return []Action{
		ActionDeny, ActionAllow, ActionRequireApproval, ActionWarn, ActionFilterFields, ActionMaskFields,
		ActionFilterSensitive, ActionMaskSensitive, ActionFilterRows, ActionLimitRows,
	}
}

func (a Action) known() bool { return slices.Contains(actions(), a) }

// decides reports whether the action is an answer to a call.
func (a Action) decides() bool {
	return a == ActionDeny || a == ActionAllow || a == ActionRequireApproval
}

func (a Action) masks() bool { return a == ActionMaskFields || a == ActionMaskSensitive }

func (a Action) removes() bool { return a == ActionFilterFields || a == ActionFilterSensitive }

func (a Action) byLabel() bool { return a == ActionFilterSensitive || a == ActionMaskSensitive }

func (a Action) cutsRows() bool { return a == ActionFilterRows || a == ActionLimitRows }

func (a Action) effect() Effect {
	switch a {
	case ActionAllow:
		return Allow
	case ActionRequireApproval:
		return RequireApproval
	default:
		return Deny
	}
}

// phase is the half of a block a rule stands in.
type phase string

const (
	input  phase = "input"
	output phase = "output"
)
