package sqltool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// Reason says why a statement failed, whatever the database.
type Reason string

// The reasons.
const (
	Unknown  Reason = "failed"   // anything else
	Conflict Reason = "conflict" // a unique, foreign, check or not-null constraint said no, or another transaction was first
	TimedOut Reason = "timeout"  // the database gave up, or was stopped, because time was up
	Busy     Reason = "busy"     // no connection was free in time
	Unasked  Reason = "writes"   // a statement without Writes wanted to change something
)

// Error is how a statement failed. Its text holds no value and nothing the database said, because that may quote both: only the reason and
// the database's code. The driver's error is behind it, for [errors.As] in handlers.
type Error struct {
	Statement string // its name
	Reason    Reason
	Code      string // the database's own, such as an SQLSTATE; "" if it has none
	cause     error
}

// Error says which statement failed, why, and the database's code.
func (e *Error) Error() string {
	text := fmt.Sprintf("statement %q: %s", e.Statement, e.Reason)
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	return text
}

// Unwrap returns the driver's error.
func (e *Error) Unwrap() error { return e.cause }

// Explainer is an [Engine] that knows its driver's errors.
type Explainer interface {
	// Explain says why a statement failed and with which code. It gets no nil.
	Explain(err error) (Reason, string)
}

// failed wraps an error of the driver.
func (p *prepared) failed(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*fault](err); ok {
		return err
	}
	e := &Error{Statement: p.statement.Name, Reason: Unknown, cause: err}
	if explainer, ok := p.db.options.Engine.(Explainer); ok {
		e.Reason, e.Code = explainer.Explain(err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Reason = TimedOut
	}
	return e
}

// answer turns the error of a statement tool into what its caller is told. Nothing but words of this file and of the spec reach him.
// Where the call itself is at its end, the path says so.
func (p *prepared) answer(ctx context.Context, err error, spec *mcpgov.ToolSpec) error {
	if ctx.Err() != nil {
		return err
	}
	if e, ok := errors.AsType[*Error](err); ok {
		switch {
		case e.Reason == Conflict && p.statement.Conflict != "":
			return mcpgov.Fail(p.statement.Conflict, "%s%w", meaning(spec, p.statement.Conflict), silent{e})
		case e.Reason == TimedOut:
			return mcpgov.Userf("the database did not answer in time%w", silent{e})
		case e.Reason == Busy:
			return mcpgov.Userf("the database is busy: try again later%w", silent{e})
		}
	}
	if errors.Is(err, errNoRow) && p.statement.NotFound != "" {
		return mcpgov.Fail(p.statement.NotFound, "%s", meaning(spec, p.statement.NotFound))
	}
	if told, ok := errors.AsType[*tellable](err); ok {
		return mcpgov.Userf("%s", told.text)
	}
	return err
}

// silent is a cause for the record that adds nothing to the text for the caller.
type silent struct{ error }

func (s silent) Unwrap() error { return s.error }

// Format writes nothing: [mcpgov.Userf] makes the caller's text with it.
func (s silent) Format(fmt.State, rune) {}

// fault is an error of this package's own making: what was read does not fit, or there is nothing to read. Its text holds names, no values.
type fault struct {
	text  string
	cause error
}

func (f *fault) Error() string { return f.text }
func (f *fault) Unwrap() error { return f.cause }

// tellable is an error whose text the caller may see: it holds names of the input and numbers, no values.
type tellable struct{ text string }

func (t *tellable) Error() string { return t.text }

func meaning(spec *mcpgov.ToolSpec, code mcpgov.Code) string {
	for _, e := range spec.Errors {
		if e.Code == code {
			return e.Meaning
		}
	}
	return string(code)
}

var (
	errNoRow    = &fault{"there is no such row", sql.ErrNoRows}
	errManyRows = &fault{text: "the statement returned more than one row: use sqltool.Query, or write LIMIT 1"}
	errTooLarge = &fault{"the row is larger than MaxBytes", &tellable{"the result is too large"}}
)
