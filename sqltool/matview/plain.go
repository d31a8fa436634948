package matview

import (
	"context"
	"errors"
	"fmt"
	"strings"

	native "github.com/duckdb/duckdb-go/v2"
)

var (
	// ErrClosed is what a store returns after [Store.Close].
	ErrClosed = errors.New("matview: the store is closed")
	// ErrNeverBuilt says that a view holds nothing yet.
	ErrNeverBuilt = errors.New("matview: never built")
)

// plain says what went wrong without the engine's words where those may hold a value, such as the text that is no number or the key that
// is there twice. The engine's error is not wrapped: it would come out in some log.
func plain(doing string, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", doing, context.Canceled)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, context.DeadlineExceeded)
	}
	if engine, ok := errors.AsType[*native.Error](err); ok {
		// The parser and the binder have seen names and types, no rows.
		switch engine.Type {
		case native.ErrorTypeParser, native.ErrorTypeSyntax, native.ErrorTypeCatalog, native.ErrorTypeBinder, native.ErrorTypeOutOfMemory, native.ErrorTypePermission:
			return fmt.Errorf("%s: %s", doing, engine.Msg)
		}
		if strings.Contains(engine.Msg, "onstraint") { // also found at the commit, as an error of the transaction
			return fmt.Errorf("%s: Constraint Error: rows that must differ do not, or a value is missing (the engine's text may hold values and is left out)", doing)
		}
		kind, _, found := strings.Cut(engine.Msg, ":")
		if !found || len(kind) > 40 {
			kind = "DuckDB error"
		}
		return fmt.Errorf("%s: %s (the engine's text may hold values and is left out)", doing, kind)
	}
	if state, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok {
		if strings.HasPrefix(state.SQLState(), "42") { // syntax error or access rule violation: names, no values
			return fmt.Errorf("%s: %s", doing, state.Error())
		}
		return fmt.Errorf("%s: SQLSTATE %s (the engine's text may hold values and is left out)", doing, state.SQLState())
	}
	if own, ok := errors.AsType[*safeError](err); ok {
		return fmt.Errorf("%s: %w", doing, own)
	}
	return fmt.Errorf("%s: failed (%T; its text may hold values and is left out)", doing, err)
}

// safeError is an error of this package: it holds names and types, never a value.
type safeError struct{ text string }

func (e *safeError) Error() string { return e.text }

func safe(format string, args ...any) error { return &safeError{fmt.Sprintf(format, args...)} }
