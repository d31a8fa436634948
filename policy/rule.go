package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

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
		ActionDeny, ActionAllow, ActionRequireApproval, ActionFilterFields, ActionMaskFields,
		ActionFilterSensitive, ActionMaskSensitive,
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

// check finds what is wrong with the rule whatever it is bound to.
func (r *Rule) check(p phase) error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	switch {
	case strings.TrimSpace(r.Condition) == "":
		fault("the condition is empty: write condition: \"true\" for a rule that always holds")
	case len(r.Condition) > maxCondition:
		fault("the condition is %d bytes long; the limit is %d: split the rule", len(r.Condition), maxCondition)
	}
	a := r.Action
	switch {
	case a == "":
		fault("the action is missing: write one of %s", wordList(actions()))
		return errors.Join(faults...)
	case !a.known():
		fault("unknown action %q%s: write one of %s", a, suggest.DidYouMean(string(a), actions()), wordList(actions()))
		return errors.Join(faults...)
	case p == input && !a.decides():
		fault("%s changes a result and has no meaning under input: move the rule under output", a)
	case p == output && a.decides() && a != ActionDeny:
		fault("%s decides a call before it happens: move the rule under input", a)
	}
	fieldAction := a == ActionFilterFields || a == ActionMaskFields
	if fieldAction && len(r.Fields) == 0 {
		fault("%s names no fields: write fields: [name, ...], or use %s", a, map[Action]Action{
			ActionFilterFields: ActionFilterSensitive, ActionMaskFields: ActionMaskSensitive,
		}[a])
	}
	if !fieldAction && len(r.Fields) > 0 {
		if a.byLabel() {
			fault("%s takes labels, not fields: write labels: [...], or use %s", a, map[Action]Action{
				ActionFilterSensitive: ActionFilterFields, ActionMaskSensitive: ActionMaskFields,
			}[a])
		} else {
			fault("%s takes no fields: remove them, or use filter_fields or mask_fields under output", a)
		}
	}
	if !a.byLabel() && len(r.Labels) > 0 {
		fault("%s takes no labels: use filter_sensitive_fields or mask_sensitive_fields", a)
	}
	if r.Mask != "" {
		if !a.masks() {
			fault("%s takes no mask: use mask_fields or mask_sensitive_fields", a)
		} else if _, err := mask.ParseMask(r.Mask); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
