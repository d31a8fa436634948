package mcpgov

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"reflect"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/policy"
)

// ReloadPolicy puts p in the place of the server's policy, which every tool's own rules stay joined with. It is checked as [New] checks it,
// against the tools that are served; on any fault the old policy stays, and the error lists every one.
//
// Calls that have begun end under the policy they began with, later ones are judged by p alone: none by half of each. Both outcomes are
// recorded as events, a new policy before it takes effect: one that cannot be recorded does not take effect, unless
// [Config].BestEffortAudit. Clients are told that the list of tools has changed, for what they may see, and which
// fields a result may lack, may have.
func (s *Server) ReloadPolicy(ctx context.Context, p policy.Policy) error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	before := s.current.Load()
	next, err := s.plan.again(p)
	event := s.event("policy", "")
	if err != nil {
		event.Outcome, event.Category = string(PolicyFailed), string(ServerError)
		event.Note = "a new policy was refused; the old one stays"
		event.Cause = clipTo(err.Error(), maxRecordedCause)
		if failure := s.write(ctx, &event); failure != nil {
			s.logger.Error("the refusal of a policy could not be recorded", slog.Any("error", failure))
		}
		return err
	}
	event.Server = next.identity
	event.Note = fmt.Sprintf("policy %s takes the place of %s", next.identity.Policy, before.identity.Policy)
	if err := s.write(ctx, &event); err != nil {
		return fmt.Errorf("the new policy could not be recorded and the old one stays: %w", err)
	}
	s.current.Store(next)
	s.advertise(next)
	return nil
}

// BindPolicy checks p as [Server.ReloadPolicy] does, joined with the features' own rules, and returns it without putting it in force: for
// [policy.Replay] and [policy.Lint].
func (s *Server) BindPolicy(p policy.Policy) (policy.Decider, error) {
	e, err := s.plan.again(p)
	if err != nil {
		return nil, err
	}
	return e.decider, nil
}

// again makes an edition of another policy for the same tools. Foreign code in a Bind may panic.
func (b *builder) again(p policy.Policy) (e *edition, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, err = nil, fmt.Errorf("the new policy panicked while it was bound and the old one stays: %w", panicError(r))
		}
	}()
	next := *b
	next.config.Policy, next.faults, next.broken = p, nil, map[reflect.Type]bool{}
	next.faults = next.config.faults()
	e = next.edition()
	if err := reportReload(next.faults); err != nil {
		return nil, err
	}
	return e, nil
}

func reportReload(faults []error) error {
	if err := report("policy", faults); err != nil {
		return fmt.Errorf("the new policy was refused and the old one stays: %w", err)
	}
	return nil
}

// contractNow puts the contract as it is now into what a client is told of the server.
func (s *Server) contractNow(res mcp.Result) mcp.Result {
	switch r := res.(type) {
	case *mcp.InitializeResult:
		told := *r
		told.Capabilities = s.governance(told.Capabilities)
		return &told
	case *mcp.DiscoverResult:
		told := *r
		told.Capabilities = s.governance(told.Capabilities)
		return &told
	}
	return res
}

// governance returns the capabilities with what stands in them under mcpgov's own name.
func (s *Server) governance(c *mcp.ServerCapabilities) *mcp.ServerCapabilities {
	if c == nil {
		c = &mcp.ServerCapabilities{}
	}
	told := *c
	told.Extensions = maps.Clone(c.Extensions)
	told.AddExtension("mcpgov/governance", map[string]any{
		"contract": s.current.Load().contract, "version": s.plan.config.Version, "audit": recordingMode(s.plan.config),
	})
	return &told
}
