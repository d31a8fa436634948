package mcpgov

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/mcpgov/go-sdk/internal/strictjson"
	"github.com/mcpgov/go-sdk/policy"
)

// Explain tells how the policy in force would decide a call of a tool by a caller, with these arguments (nil for none), now: which rules are
// asked and what each part of their conditions comes to. No handler runs and nothing is recorded. What labelled arguments hold is not
// shown, all else is: an explanation is for those who write rules, and as confidential as the log. Rules that read
// request.purpose or request.remote_ip fail in it, because there is no request.
//
// An error means that there is nothing to explain: no such tool, arguments its schema refuses, or a policy that is not made of rules.
func (s *Server) Explain(ctx context.Context, caller Caller, tool string, arguments json.RawMessage) (policy.Explanation, error) {
	t := s.targets.tools[tool]
	if t == nil {
		return policy.Explanation{}, fmt.Errorf("there is no tool %q", tool)
	}
	bounds := strictjson.Limits{Bytes: s.limits.ArgumentBytes, Depth: s.limits.ArgumentDepth}
	in, err := s.targets.parts[t].input.Decode(arguments, bounds)
	if err != nil {
		return policy.Explanation{}, fmt.Errorf("the arguments of %s: %w", tool, err)
	}
	return policy.Explain(ctx, s.current.Load().decider, &policy.Request{
		Target: t.policy, User: &caller.User, Agent: &caller.Agent, Args: in, Now: time.Now(),
	}, nil)
}
