package mcpgov

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// maxSteps bounds what one call may add to its record; the record says how many more there were.
const maxSteps = 100

// Step notes in the call's record that the handler began something outside the server, such as a query, and when it ended:
//
//	done := mcpgov.Step(ctx, "query", "orders by customer")
//	rows, err := db.QueryContext(ctx, statement, id)
//	done(err)
//
// The kind is a word, the name says what was done, without values: steps are not masked, only known sensitive arguments and data subjects are taken out. Of an
// error nothing but that there was one is recorded, or that time was up. done may be called once, from any goroutine; what it says after
// the call has ended is dropped, and the step stands there without an end. Outside a call Step does nothing. Of one call 100
// steps are kept.
func Step(ctx context.Context, kind, name string) (done func(error)) {
	c, ok := callFrom(ctx)
	if !ok {
		return func(error) {}
	}
	begun := time.Now()
	i, ok := c.notes.begin(audit.Step{Kind: clip(kind), Name: clip(c.forRecord(name)), Start: begun.Sub(c.begun)})
	if !ok {
		return func(error) {}
	}
	var once sync.Once
	return func(err error) {
		once.Do(func() { c.notes.end(i, stepOutcome(err), time.Since(begun)) })
	}
}

// stepOutcome is what is told of an error: its text may hold anything.
func stepOutcome(err error) string {
	switch {
	case err == nil:
		return string(OK)
	case errors.Is(err, context.DeadlineExceeded):
		return string(Timeout)
	case errors.Is(err, context.Canceled):
		return string(Cancelled)
	}
	if status, ok := errors.AsType[statusError](err); ok {
		return status.Error()
	}
	return string(Failed)
}

func (n *notes) begin(s audit.Step) (index int, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sealed {
		return 0, false
	}
	if len(n.steps) == maxSteps {
		n.stepsCut++
		return 0, false
	}
	n.steps = append(n.steps, s)
	return len(n.steps) - 1, true
}

func (n *notes) end(index int, outcome string, took time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.sealed {
		n.steps[index].Outcome, n.steps[index].Duration = outcome, took
	}
}

// seal puts what the handler reported into the record, and drops what it reports from now on.
func (n *notes) seal(r *audit.Record) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sealed = true
	r.Sources, r.Steps = n.sources, n.steps
	if n.stepsCut > 0 {
		r.Note = joinNote(r.Note, fmt.Sprintf("%d more steps", n.stepsCut))
	}
	if n.sourcesCut > 0 {
		r.Note = joinNote(r.Note, fmt.Sprintf("%d more sources", n.sourcesCut))
	}
}

// StepTransport is an [http.RoundTripper] that notes every request a handler sends as a [Step] of its call: kind "http", and as its name the
// method and the host, because paths and queries hold values. It takes the call from the request's context. A status of 400 or above is the step's outcome, such
// as "status 503". The step ends when the response's header is there.
type StepTransport struct {
	Base http.RoundTripper // nil: http.DefaultTransport
}

// RoundTrip implements [http.RoundTripper].
func (t StepTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	done := Step(r.Context(), "http", r.Method+" "+r.URL.Host)
	response, err := base.RoundTrip(r)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		done(statusError(response.StatusCode))
	} else {
		done(err)
	}
	return response, err //nolint:wrapcheck // a RoundTripper returns what its base does
}

// statusError is a response that says no.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("status %d", int(e)) }
