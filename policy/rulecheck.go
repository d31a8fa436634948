package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/internal/suggest"
)

// check finds what is wrong with the rule whatever it is bound to.
func (r *Rule) check(p phase) error {
	var faults ruleFaults
	switch {
	case strings.TrimSpace(r.Condition) == "":
		faults.add("the condition is empty: write condition: \"true\" for a rule that always holds")
	case len(r.Condition) > maxCondition:
		faults.add("the condition is %d bytes long; the limit is %d: split the rule", len(r.Condition), maxCondition)
	}
	if err := r.Mode.check(); err != nil {
		faults = append(faults, err)
	}
	a := r.Action
	switch {
	case a == "":
		faults.add("the action is missing: write one of %s", wordList(actions()))
		return errors.Join(faults...)
	case !a.known():
		faults.add("unknown action %q%s: write one of %s", a, suggest.DidYouMean(string(a), actions()), wordList(actions()))
		return errors.Join(faults...)
	case p == input && !a.decides() && a != ActionWarn:
		faults.add("%s changes a result and has no meaning under input: move the rule under output", a)
	case p == output && a == ActionWarn:
		faults.add("warn notes a call before it happens: move the rule under input")
	case p == output && a.decides() && a != ActionDeny:
		faults.add("%s decides a call before it happens: move the rule under input", a)
	}
	r.checkFields(&faults)
	r.checkRows(&faults)
	return errors.Join(faults...)
}

type ruleFaults []error

func (f *ruleFaults) add(format string, args ...any) { *f = append(*f, fmt.Errorf(format, args...)) }

// checkFields checks what says which fields are removed or masked, and how.
func (r *Rule) checkFields(faults *ruleFaults) {
	a := r.Action
	fieldAction := a == ActionFilterFields || a == ActionMaskFields
	if fieldAction && len(r.Fields) == 0 {
		faults.add("%s names no fields: write fields: [name, ...], or use %s", a, map[Action]Action{
			ActionFilterFields: ActionFilterSensitive, ActionMaskFields: ActionMaskSensitive,
		}[a])
	}
	if !fieldAction && len(r.Fields) > 0 {
		switch {
		case a.byLabel():
			faults.add("%s takes labels, not fields: write labels: [...], or use %s", a, map[Action]Action{
				ActionFilterSensitive: ActionFilterFields, ActionMaskSensitive: ActionMaskFields,
			}[a])
		case a.cutsRows():
			faults.add("%s takes a path, not fields: write path: %s", a, r.Fields[0])
		default:
			faults.add("%s takes no fields: remove them, or use filter_fields or mask_fields under output", a)
		}
	}
	if !a.byLabel() && len(r.Labels) > 0 {
		faults.add("%s takes no labels: use filter_sensitive_fields or mask_sensitive_fields", a)
	}
	if r.Mask != "" {
		if !a.masks() {
			faults.add("%s takes no mask: use mask_fields or mask_sensitive_fields", a)
		} else if _, err := mask.ParseMask(r.Mask); err != nil {
			*faults = append(*faults, err)
		}
	}
}

// checkRows checks what says which rows stay.
func (r *Rule) checkRows(faults *ruleFaults) {
	a := r.Action
	switch {
	case a.cutsRows() && r.Path == "":
		faults.add("%s names no list: write path: name, such as path: orders", a)
	case !a.cutsRows() && r.Path != "":
		faults.add("%s takes no path: use filter_rows or limit_rows, or write fields: [...]", a)
	}
	switch {
	case a == ActionFilterRows && strings.TrimSpace(r.Where) == "":
		faults.add("filter_rows does not say which rows stay: write where: \"item.name == ...\"")
	case a == ActionFilterRows && len(r.Where) > maxCondition:
		faults.add("where is %d bytes long; the limit is %d: split the rule", len(r.Where), maxCondition)
	case a != ActionFilterRows && r.Where != "":
		faults.add("%s takes no where: use filter_rows, or write it into the condition", a)
	}
	switch {
	case a == ActionLimitRows && r.Limit < 0:
		faults.add("the limit is %d: write how many rows stay at most, 0 for none", r.Limit)
	case a != ActionLimitRows && r.Limit != 0:
		faults.add("%s takes no limit: use limit_rows", a)
	}
}

func modes() []Mode { return []Mode{ModeEnforce, ModeShadow} }

func (m Mode) check() error {
	switch m {
	case "", ModeEnforce, ModeShadow:
		return nil
	}
	return fmt.Errorf("unknown mode %q%s: write enforce or shadow, or nothing", m, suggest.DidYouMean(string(m), modes()))
}

func (m Mode) shadow() bool { return m == ModeShadow }

// normal is the mode as a revision knows it: enforce need not be written.
func (m Mode) normal() Mode {
	if m == ModeEnforce {
		return ""
	}
	return m
}
