package policy

import "fmt"

// RuleError is a rule that could not be evaluated. It refuses the call. Its text names the rule and what went wrong and
// may quote values: it is for the log, never for the caller.
type RuleError struct {
	Rule string // the rule's id, as in Decision.Rule
	Err  error  // what went wrong
}

// Error returns the rule and the cause.
func (e *RuleError) Error() string { return fmt.Sprintf("rule %s: %v", e.Rule, e.Err) }

// Unwrap returns the cause.
func (e *RuleError) Unwrap() error { return e.Err }
