package mcpgov

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/clean"
	"github.com/mcpgov/go-sdk/policy"
)

// Server is a sealed, governed MCP server: what it serves, and under which rules, was settled by [New]. All its
// methods may be called from many goroutines. It holds the SDK's server and never shows it: whoever held that
// could add a tool that nothing governs.
type Server struct {
	sdk                   *mcp.Server
	plan                  *builder // what editions are made of; only read
	targets               targets
	answers               map[string]answerer // methods this server answers itself
	watchers              watchers            // sessions that want to hear of changes
	current               atomic.Pointer[edition]
	reloading             sync.Mutex
	sink                  audit.Sink
	trustSink             bool // it keeps to its context by itself
	bestEffort            bool
	recordErrorTexts      bool
	lost                  atomic.Int64 // records that a best-effort server could not write
	identifier            Identifier
	approver              Approver
	subjects              audit.SubjectKeys
	readOnly              bool
	cleaner               *clean.Cleaner
	limits                Limits
	rates                 *callerRates
	histories             histories
	life                  lifecycle
	started               atomic.Bool // the log knows that the server serves
	shadowed              divergences
	handlers, identifying slots // handlers, and Identifiers, that may run at once
	key                   []byte
	macs                  sync.Pool // of hash.Hash under key
	around                []Interceptor
	// ruleHeaders are the HTTP headers rules may see.
	ruleHeaders []string
	logger      *slog.Logger
	kept        *answerCache
}

// New checks everything that can be known before the first call, and returns either a server or one error that
// lists every fault: in the Config, in struct tags, in rules (each compiled against the types of each tool it
// selects), in masks, in names; each with where it is and what to write instead.
func New(config Config, features ...Feature) (*Server, error) {
	config.Functions = slices.Clone(config.Functions) // a reload reads them again
	b := &builder{config: config, limits: config.Limits.withDefaults(), names: map[featureName]*part{}, broken: map[reflect.Type]bool{}, faults: config.faults()}
	if b.key = bytes.Clone(config.Key); len(b.key) == 0 {
		b.key = make([]byte, minKey)
		_, _ = rand.Read(b.key) // crypto/rand never fails
	}
	for i, f := range features {
		if f == nil {
			b.fault(fmt.Errorf("feature %d of New is nil: leave it out", i+1))
			continue
		}
		f.build(b)
	}
	b.complete()
	b.checkTags()
	first := b.edition()
	if err := report(config.Name, b.faults); err != nil {
		return nil, err
	}
	s := &Server{
		trustSink: trustedSink(config.Audit), plan: b, targets: newTargets(b), sink: config.Audit,
		bestEffort: config.BestEffortAudit, recordErrorTexts: config.RecordErrorTexts, identifier: config.Identify, approver: config.Approver, subjects: config.Subjects, readOnly: config.ReadOnly, limits: b.limits,
		rates: newCallerRates(b.limits.PerMinute), key: b.key,
		handlers: make(slots, min(b.limits.Concurrent, maxSlots)), identifying: make(slots, min(b.limits.Concurrent, maxSlots)),
		around: slices.Clone(config.Interceptors), ruleHeaders: slices.Clone(config.RuleHeaders), logger: config.Logger,
	}
	s.cleaner, _ = config.Clean.cleaner() // its fault is among those of the Config
	if s.logger == nil {
		s.logger = slog.Default()
	}
	s.logger = slog.New(calm{s.logger.Handler()})
	var err error
	if s.kept, err = newAnswerCache(b, s.logger); err != nil {
		return nil, err
	}
	s.current.Store(first)
	b.server = s
	s.answers = s.answerers()
	s.serve(config)
	return s, nil
}

// who asks for the caller's identity. A connection whose host vouched for a user is that user's.
func (s *Server) who(ctx context.Context, raw *incoming) (*Caller, error) {
	if raw.connection != nil {
		return named(raw.connection)
	}
	if !s.identifying.take() {
		return nil, refuse(Limited, errConcurrency)
	}
	caller, err, left := watch(ctx, s.limits.Identify, func(ctx context.Context) (*Caller, error) {
		caller, err := s.identifier(ctx, raw.credentials)
		return &caller, err
	}, s.identifying.give)
	if !left {
		s.identifying.give()
	}
	switch {
	case errors.Is(err, errCancelled):
		return nil, refuse(Cancelled, err)
	case err != nil:
		return nil, refuse(Unauthenticated, err)
	}
	return named(caller)
}

// named refuses a caller of whom nobody said that he is anonymous.
func named(c *Caller) (*Caller, error) {
	if c.User.ID == "" && !c.User.Anonymous {
		return nil, refuse(Unauthenticated, errNoUser)
	}
	return c, nil
}

// rateOwner is whose allowance a call counts against: the user's, and for callers without a name their address's.
type rateOwner struct{ provider, tenant, id, address string }

func rateKey(c *Caller, raw *incoming) rateOwner {
	if c.User.Anonymous || c.User.ID == "" {
		return rateOwner{address: raw.credentials.RemoteIP}
	}
	return rateOwner{provider: c.User.Provider, tenant: c.User.Tenant, id: c.User.ID}
}

// intercepted runs the handler inside the interceptors, the first outermost. It ends when the handler has ended, also if
// an interceptor would not wait for it: the concurrency slot and the outcome stand for the handler. Who comes to next
// after that comes too late.
func (s *Server) intercepted(ctx context.Context, c *call, in any) (any, error) {
	var called atomic.Bool
	ended := make(chan struct{})
	handle := func(ctx context.Context) (out any, err error) {
		if called.Swap(true) {
			return nil, errCalledTwice
		}
		defer close(ended)
		defer func() { // here, too: an interceptor may call next on a goroutine of its own
			if p := recover(); p != nil {
				out, err = nil, panicError(p)
			}
		}()
		return c.target.invoke(ctx, in)
	}
	for _, interceptor := range slices.Backward(s.around) {
		inner := handle
		handle = func(ctx context.Context) (any, error) { return interceptor(ctx, c.view(), inner) }
	}
	defer func() {
		if called.Swap(true) {
			<-ended
		}
	}()
	out, err := handle(ctx)
	if err == nil && !c.target.returns(out) {
		return nil, fmt.Errorf("an interceptor returned a %T in place of the tool's result", out)
	}
	return out, err
}

// reveal refuses a call of a target the caller may not know of, before anything of the target has run: that it exists
// must not show in an answer, a fault, or the time they take. The record tells the truth; the caller is told what he
// would be told of a name that does not exist. Errors hide.
func (s *Server) reveal(c *call) error {
	if c.target.policy == nil {
		return &Error{Code: Unknown, own: true, concealed: true}
	}
	decision, err := s.visible(c, c.target)
	switch {
	case err != nil:
		e := policyFailure(err)
		e.concealed = e.Code != Cancelled
		return e
	case decision.Effect == policy.Deny:
		c.noteDecision(decision)
		return &Error{Code: Denied, cause: errHidden, own: true, concealed: true, rule: decision.Rule}
	case s.readOnly && !c.target.readOnly:
		return refuse(ReadOnlyMode, errReadOnly) // told openly: that the server is read-only is no secret, and he could see the target
	}
	return nil
}

// visible asks whether some arguments could admit the caller of c to t, and which rule says that none can.
func (s *Server) visible(c *call, t *target) (policy.Decision, error) {
	question := policy.Request{Target: t.policy, User: &c.caller.User, Agent: &c.caller.Agent, Origin: c.raw.origin(), Now: c.begun, History: s.histories.of(c)}
	return ask(context.WithoutCancel(c.ctx), s, c.edition, func(ctx context.Context) (policy.Decision, error) {
		return c.edition.decider.Visible(ctx, &question)
	})
}
