package mcpgov

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/audit"
)

// Call is what a handler or an interceptor may know of the call it serves. It is a copy: changing it changes
// nothing.
type Call struct {
	ID       string    // stands in the reply and in every record of the call
	Kind     string    // "tool"
	Target   string    // the tool's name
	ReadOnly bool      // the tool changes nothing
	User     User      // who the call is made for
	Agent    Agent     // what acts for the user; zero for nothing
	Begun    time.Time // when the call came in; rules see it as now
}

// call is one governed call on its way along the path: what came in, who asks, and the draft of its record. Only
// the goroutine that walks the path changes it; handlers and interceptors, on theirs, read what was settled before they
// began, and meet it in secrets and notes, which have locks.
type call struct {
	server  *Server
	ctx     context.Context // the caller's; the sink gets a context detached from it
	id      string
	begun   time.Time
	target  *target
	edition *edition  // the policy the call is judged by, from its beginning to its end
	shows   *surfaces // what the target shows under it
	raw     incoming
	caller  *Caller // shared with the connection: read only; empty until identified
	draft   audit.Record
	waited  time.Duration // for an approval
	// recording is how long the sink has taken for the records of this call.
	recording time.Duration
	holds     bool    // a concurrency slot that seal must give back
	read      bool    // the arguments were read: what in them is sensitive is known
	secrets   secrets // what may stand in no text about the call
	people    secrets // whom it is about: named in no text of its record
	persons   persons // the same, and their keys
	notes     notes   // what the handler reports while it runs
	recall    recall  // what of it came from the cache, or goes there
	sourceKey []byte  // of the digests in its sources; nil: they have none
}

// incoming is a request, whatever transport and protocol era it came by.
type incoming struct {
	arguments   json.RawMessage
	credentials Credentials
	connection  *Caller // the identity of the whole connection, if its host fixed one
	client      audit.Client
	headers     map[string]string
	traceparent string
	purpose     string // why the call is made, as the caller says
	alias       string // the deprecated name the target was called by, if any
	notify      func(ctx context.Context, done, total float64, message string)
}

// notes collects what a handler reports. A handler that ignores its deadline may still write after the call was
// sealed; those notes are dropped.
type notes struct {
	mu       sync.Mutex
	sealed   bool
	sources  []audit.Source
	steps    []audit.Step
	stepsCut int // steps beyond those that are kept
	// sourcesCut is the same of sources.
	sourcesCut int
}

// open reports whether the call is still on its way.
func (n *notes) open() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.sealed
}

type callKey struct{}

func callFrom(ctx context.Context) (*call, bool) {
	c, ok := ctx.Value(callKey{}).(*call)
	return c, ok
}

// view is the copy handlers and interceptors get: what they change in it changes nothing.
func (c *call) view() Call {
	return Call{
		ID: c.id, Kind: c.target.kind, Target: c.target.name, ReadOnly: c.target.readOnly,
		User: cloneUser(c.caller.User), Agent: c.caller.Agent, Begun: c.begun,
	}
}

// CallFrom returns the call ctx belongs to; false outside a call.
func CallFrom(ctx context.Context) (Call, bool) {
	c, ok := callFrom(ctx)
	if !ok {
		return Call{}, false
	}
	return c.view(), true
}

// Progress tells the client how far the call is: done of total, total 0 when it is not known. The message is
// sent only by tools none of whose results is ever masked, and without sensitive arguments: before there is a
// result there is no telling what in a free text would have to be hidden. Clients that did not ask for progress
// get none; outside a call, and after its deadline, it does nothing.
func Progress(ctx context.Context, done, total float64, message string) {
	c, ok := callFrom(ctx)
	if !ok || c.raw.notify == nil || !c.notes.open() {
		return
	}
	if c.shows.maskable() {
		message = ""
	}
	c.raw.notify(ctx, done, total, c.secrets.hide(message))
}

// Interceptor is code around every handler: after the decision and the intent record, inside the deadline and
// the recovery, before checking and masking. It calls next at most once, with a context derived from its own,
// and returns what next returned or an error; the first in [Config].Interceptors is outermost. A second call of next is
// an error, another type of result fails the call, and the call's concurrency slot is held until next has returned,
// whether or not the interceptor waits for it. Logging, metrics
// and transactions belong here; governance does not, and cannot be undone here. Where the [Cache] answers, interceptors do not run.
type Interceptor func(ctx context.Context, call Call, next func(context.Context) (any, error)) (any, error)
