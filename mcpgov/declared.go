package mcpgov

import "errors"

// declares reports whether the target's spec lists the business error.
func (t *target) declares(code Code) bool {
	_, ok := t.business(code)
	return ok
}

// retryable reports whether trying again may help: the spec says so of business errors, and being limited passes.
func (t *target) retryable(code Code) bool {
	e, ok := t.business(code)
	return ok && e.Retryable || code == Limited
}

func (t *target) business(code Code) (ErrorSpec, bool) {
	for _, e := range t.errors {
		if e.Code == code {
			return e, true
		}
	}
	return ErrorSpec{}, false
}

// told is the error a call ended with, as the path's own kind of error.
func (t *target) told(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return refuse(Failed, err)
}
