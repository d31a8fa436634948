package mcpgov

import (
	"errors"
	"fmt"

	"github.com/mcpgov/go-sdk/policy"
)

// Causes the path itself brings. They reach the record, not the caller.
var (
	errZeroReceipt = errors.New("a stage was given a receipt that holds no call")
	errRate        = errors.New("the caller's calls per minute are used up")
	errConcurrency = errors.New("as many handlers run as Limits.Concurrent allows")
	errNoApprover  = errors.New("a rule asks for an approval and the server has no approver")
	errReadOnly    = errors.New("Config.ReadOnly is set and the target is not ReadOnly")
	errHidden      = errors.New("the target is hidden from this caller: no arguments of his could be admitted")
	errCalledTwice = errors.New("an interceptor called next twice")
	errNothing     = errors.New("the handler returned neither a result nor an error")
	errNoUser      = errors.New("the user has no ID and is not Anonymous: set User.ID in the Identifier, or in WithUser")
)

func sizeError(size, limit int) error {
	return fmt.Errorf("the masked result has %d bytes, Limits.ResultBytes is %d", size, limit)
}

// interrupted tells foreign code that was stopped or panicked from foreign code that failed.
func interrupted(err error) (Code, bool) {
	if _, ok := errors.AsType[*panicked](err); ok {
		return Panicked, true
	}
	switch {
	case errors.Is(err, errDeadline):
		return Timeout, true
	case errors.Is(err, errCancelled):
		return Cancelled, true
	}
	return "", false
}

// classify gives an error met while arguments were read its code: it is the caller's, unless the code that made it was stopped or panicked.
func classify(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if code, ok := interrupted(err); ok {
		return &Error{Code: code, cause: err}
	}
	return refuse(InvalidInput, err)
}

// policyFailure refuses because a rule could not be evaluated, whatever went wrong: a panic or a timeout of a
// Decider is no answer either. Only a caller that hung up is told apart.
func policyFailure(err error) *Error {
	if errors.Is(err, errCancelled) {
		return refuse(Cancelled, err)
	}
	e := refuse(PolicyFailed, err)
	if r, ok := errors.AsType[*policy.RuleError](err); ok {
		e.rule = r.Rule
	}
	return e
}

// classify tells how a handler ended. Only what the tool declared, and what Userf says, keeps its text; a
// handler cannot claim one of the path's own codes.
func (t *target) classify(err error) *Error {
	if code, ok := interrupted(err); ok {
		return &Error{Code: code, cause: err}
	}
	if errors.Is(err, errNothing) {
		return refuse(OutputInvalid, err)
	}
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return &Error{Code: Failed, cause: err}
	case e.Code == Failed || t.declares(e.Code):
		return &Error{Code: e.Code, Message: e.Message, cause: e.cause}
	}
	cause := fmt.Errorf("the handler returned code %q, which ToolSpec.Errors does not declare: %w", e.Code, err)
	return &Error{Code: Failed, cause: cause}
}
