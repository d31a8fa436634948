package mcpgov

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/policy"
)

// Server is a sealed, governed MCP server: what it serves, and under which rules, was settled by [New]. All its
// methods may be called from many goroutines. It holds the SDK's server and never shows it: whoever held that
// could add a tool that nothing governs.
type Server struct {
	sdk     *mcp.Server
	parts   []*part
	targets map[string]*target // by tool name and alias
	decider policy.Decider
	sink    audit.Sink
	// trustPolicy and trustSink: they keep to their context by themselves.
	trustPolicy, trustSink bool
	bestEffort             bool
	lost                   atomic.Int64 // records that a best-effort server could not write
	identifier             Identifier
	identity               audit.Server
	limits                 Limits
	rates                  *callerRates
	slots                  slots
	key                    []byte
	around                 []Interceptor
	// ruleHeaders are the HTTP headers rules may see.
	ruleHeaders []string
	logger      *slog.Logger
}

// New checks everything that can be known before the first call, and returns either a server or one error that
// lists every fault: in the Config, in struct tags, in rules (each compiled against the types of each tool it
// selects), in masks, in names; each with where it is and what to write instead.
func New(config Config, features ...Feature) (*Server, error) {
	b := &builder{config: config, limits: config.Limits.withDefaults(), names: map[string]*part{}, faults: config.faults()}
	if b.key = config.Key; len(b.key) == 0 {
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
	decider := b.bind()
	b.finish(decider)
	if err := report(config.Name, b.faults); err != nil {
		return nil, err
	}
	s := &Server{
		trustPolicy: trusted(decider), trustSink: trusted(config.Audit), parts: b.parts, targets: map[string]*target{}, decider: decider, sink: config.Audit,
		bestEffort: config.BestEffortAudit, identifier: config.Identify, limits: b.limits,
		rates: newCallerRates(b.limits.PerMinute), slots: make(slots, min(b.limits.Concurrent, 1<<20)), key: b.key,
		around: config.Interceptors, ruleHeaders: config.RuleHeaders, logger: config.Logger,
	}
	if s.logger == nil {
		s.logger = slog.Default()
	}
	s.identity = audit.Server{
		Name: config.Name, Version: config.Version, Policy: decider.Revision(),
		Environment: config.Env.Name, Region: config.Env.Region,
	}
	for name, p := range b.names {
		s.targets[name] = p.target
	}
	s.serve(config)
	return s, nil
}

// who asks for the caller's identity. A connection whose host vouched for a user is that user's.
func (s *Server) who(ctx context.Context, raw incoming) (Caller, error) {
	if raw.connection != nil {
		return *raw.connection, nil
	}
	caller, err := within(ctx, s.limits.Identify, func(ctx context.Context) (Caller, error) {
		return s.identifier(ctx, raw.credentials)
	})
	if errors.Is(err, errCancelled) {
		return Caller{}, refuse(Cancelled, err)
	}
	if err == nil && caller.User.ID == "" && !caller.User.Anonymous {
		err = errNoUser
	}
	if err != nil {
		return Caller{}, refuse(Unauthenticated, err)
	}
	return caller, nil
}

// rateKey is whose allowance a call counts against: the user's, and for callers without a name their address's.
func rateKey(c Caller, raw incoming) string {
	if c.User.Anonymous || c.User.ID == "" {
		return "anonymous\x00" + raw.credentials.RemoteIP
	}
	return c.User.Provider + "\x00" + c.User.Tenant + "\x00" + c.User.ID
}

// intercepted runs the handler inside the interceptors, the first outermost.
func (s *Server) intercepted(ctx context.Context, c *call, in any) (any, error) {
	next := func(ctx context.Context) (any, error) { return c.target.invoke(ctx, in) }
	for _, interceptor := range slices.Backward(s.around) {
		inner := next
		next = func(ctx context.Context) (any, error) { return interceptor(ctx, c.view(), inner) }
	}
	return next(ctx)
}

// conceals reports whether a refusal has to look as if the target did not exist: the caller may not know of it.
// Only refusals that would betray the target are asked about; errors hide.
func (s *Server) conceals(c *call, err error) bool {
	switch CodeOf(err) {
	case Unknown:
		return true
	case InvalidInput, Denied, PolicyFailed, ApprovalRequired, MaskFailed:
	default:
		return false
	}
	visible, failure := s.visible(c.ctx, c.target, c.caller, c.raw, c.begun)
	return failure != nil || !visible
}

// visible asks whether some arguments could admit this caller.
func (s *Server) visible(ctx context.Context, t *target, caller Caller, raw incoming, now time.Time) (bool, error) {
	question := policy.Request{Target: t.policy, User: &caller.User, Agent: &caller.Agent, Origin: raw.origin(), Now: now}
	return ask(context.WithoutCancel(ctx), s, func(ctx context.Context) (bool, error) {
		return s.decider.Visible(ctx, &question)
	})
}
