package mcpgov

import (
	"errors"
	"fmt"
)

// Error is how a governed call was refused or failed. Message is what the caller may see; the cause never leaves
// the server: it is scrubbed of sensitive values and written to the audit record.
type Error struct {
	Code    Code   // how the call ended
	Message string // for the caller; "" stands for the code's own text
	rule    string // the policy rule that decided, for the record
	cause   error
	own     bool // the cause is the path's own, and quotes nothing sensitive; of others nobody knows what they quote
	// concealed: to be answered as if the target did not exist.
	concealed bool
}

// Error returns the code, the message and the cause: a text for operators, not for callers.
func (e *Error) Error() string {
	text := string(e.Code)
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the cause, which may be nil.
func (e *Error) Unwrap() error { return e.cause }

// message returns the text for the caller.
func (e *Error) message() string {
	if e.Message != "" {
		return e.Message
	}
	return e.Code.info().message
}

// CodeOf returns the code of err: OK for nil, [Failed] for an error that carries none.
func CodeOf(err error) Code {
	if err == nil {
		return OK
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Failed
}

// Userf returns an error whose text the caller may see. The call ends as [Failed]. Sensitive arguments quoted in the
// text are still hidden, and so are sensitive values of a result returned beside it; what the handler has read
// elsewhere nobody can know: leave it out. Every other error a handler returns reaches the caller only as its code. With %w
// the wrapped error joins the record as the cause, and its text the message.
func Userf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: Failed, Message: err.Error(), cause: wrapped(err)}
}

// Fail returns a business error that the tool declared in [ToolSpec.Errors], with a text for the caller, in
// which the same is hidden as in [Userf]'s. A code the tool did not declare ends the call as [Failed], without the text.
func Fail(code Code, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), cause: wrapped(err)}
}

// wrapped returns what a format wrapped with %w, once or many times.
func wrapped(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return errors.Join(many.Unwrap()...)
	}
	return errors.Unwrap(err)
}

// refuse makes the error of a stage. It is the only maker of errors with built-in codes on the path.
func refuse(code Code, cause error) *Error { return &Error{Code: code, cause: cause, own: true} }

// quoting says that the cause may quote what nobody has masked yet.
func (e *Error) quoting() *Error {
	e.own = false
	return e
}
