package mcpgov_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestUserf: the text is for the caller, and what it wraps stays in reach of the program.
func TestUserf(t *testing.T) {
	t.Parallel()
	err := mcpgov.Userf("cannot read page %d: %w", 3, io.ErrUnexpectedEOF)
	require.Equal(t, mcpgov.Failed, mcpgov.CodeOf(err))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	var e *mcpgov.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "cannot read page 3: unexpected EOF", e.Message)
	require.NoError(t, errors.Unwrap(mcpgov.Userf("no cause")))
}

// TestFail: a business error carries its code through any number of wrappings.
func TestFail(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("outer: %w", mcpgov.Fail("sold_out", "no %s left: %w", "tickets", io.EOF))
	require.Equal(t, mcpgov.Code("sold_out"), mcpgov.CodeOf(err))
	require.Equal(t, mcpgov.BusinessError, mcpgov.CodeOf(err).Category())
	require.ErrorIs(t, err, io.EOF)
	require.ErrorContains(t, err, "no tickets left")
}

// TestCodeOf: nil is OK, and whatever is no error of ours failed.
func TestCodeOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, mcpgov.OK, mcpgov.CodeOf(nil))
	require.Equal(t, mcpgov.Failed, mcpgov.CodeOf(io.EOF))
	require.Equal(t, mcpgov.Denied, mcpgov.CodeOf(errors.Join(io.EOF, &mcpgov.Error{Code: mcpgov.Denied})))
}

// TestErrorText is for operators: code, message and cause.
func TestErrorText(t *testing.T) {
	t.Parallel()
	require.EqualError(t, &mcpgov.Error{Code: mcpgov.Denied}, "denied")
	require.EqualError(t, &mcpgov.Error{Code: mcpgov.Denied, Message: "not today"}, "denied: not today")
}

// evil is an error whose text cannot be had.
type evil struct{}

func (evil) Error() string { panic("no text") }

// TestErrorsOfHandlers: what a handler's error tells the caller, and what only the log holds.
func TestErrorsOfHandlers(t *testing.T) {
	t.Parallel()
	inner := errors.New("pq: duplicate key value")
	for name, test := range map[string]struct {
		fault error
		ends  mcpgov.Code
		told  string
		cause string
	}{
		"a plain error":           {inner, mcpgov.Failed, "the tool failed", "pq: duplicate"},
		"Userf":                   {mcpgov.Userf("the name is taken"), mcpgov.Failed, "the name is taken", "the name is taken"},
		"Userf, wrapped":          {fmt.Errorf("store: %w", mcpgov.Userf("the name is taken")), mcpgov.Failed, "the name is taken", "the name is taken"},
		"Fail":                    {mcpgov.Fail("customer_archived", "since 2019: %w", inner), "customer_archived", "since 2019: pq: duplicate", "pq: duplicate"},
		"joined":                  {errors.Join(inner, mcpgov.Fail("customer_archived", "since 2019")), "customer_archived", "since 2019", ""},
		"an undeclared code":      {mcpgov.Fail("eaten", "by a bear"), mcpgov.Failed, "the tool failed", "by a bear"},
		"a code of the path":      {mcpgov.Fail(mcpgov.AuditFailed, "ha"), mcpgov.Failed, "the tool failed", "ha"},
		"an Error of its own":     {&mcpgov.Error{Code: mcpgov.Failed, Message: "said aloud"}, mcpgov.Failed, "said aloud", ""},
		"no code":                 {&mcpgov.Error{Message: "nothing"}, mcpgov.Failed, "the tool failed", "nothing"},
		"OK as an error":          {&mcpgov.Error{Code: mcpgov.OK, Message: "fine"}, mcpgov.Failed, "the tool failed", "fine"},
		"a text that panics":      {evil{}, mcpgov.Failed, "the tool failed", "whose Error method panics"},
		"its own context's error": {context.Canceled, mcpgov.Failed, "the tool failed", "canceled"},
		"a deadline of its own":   {context.DeadlineExceeded, mcpgov.Failed, "the tool failed", "deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			config.RecordErrorTexts = true
			h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), func(context.Context, lookupIn) (customer, error) {
				return customer{}, test.fault
			})))
			result := h.As(owner).Call("get_customer", asksForAnn).Ended(test.ends)
			require.Equal(t, test.told, result.Message()[:min(len(test.told), len(result.Message()))])
			require.Len(t, log.Outcomes(), 1)
			require.Contains(t, log.Outcomes()[0].Cause, test.cause)
		})
	}
}

// TestTextsOfSensitiveTools: an error of a tool with sensitive results may quote a value that nobody has seen yet;
// unless the operator asks for it, the record holds its kind and a digest instead.
func TestTextsOfSensitiveTools(t *testing.T) {
	t.Parallel()
	const value = "ann.example@example.com"
	for name, test := range map[string]struct {
		handler lookup
		kind    string // in the record when the text is withheld
		aloud   bool   // the text is for the caller, so it is for the log
	}{
		"a plain error": {func(context.Context, lookupIn) (customer, error) {
			return customer{}, errors.New("bad address " + value)
		}, "*errors.errorString", false},
		"a wrapped error": {func(context.Context, lookupIn) (customer, error) {
			return customer{}, fmt.Errorf("row 7: %w", errors.New("bad address "+value))
		}, "*fmt.wrapError of *errors.errorString", false},
		"a panic": {func(context.Context, lookupIn) (customer, error) { panic("bad address " + value) }, "panic", false},
		"Userf":   {func(context.Context, lookupIn) (customer, error) { return customer{}, mcpgov.Userf("bad address") }, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, recorded := range []bool{false, true} {
				log := &mcptest.Recorder{}
				config := crmConfig(t, log)
				config.RecordErrorTexts = recorded
				client := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), test.handler))).As(owner)
				client.Call("get_customer", asksForAnn).NoLeak(value)
				client.Call("get_customer", asksForAnn)
				first, second := log.Outcomes()[0].Cause, log.Outcomes()[1].Cause
				if recorded || test.aloud {
					require.Contains(t, first, "bad address")
					continue
				}
				log.NoLeak(t, value)
				require.Contains(t, first, test.kind)
				require.Contains(t, first, "digest")
				require.Equal(t, first[:80], second[:80], "the same fault twice can be told to be the same")
			}
		})
	}
}
