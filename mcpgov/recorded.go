package mcpgov

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/internal/mask"
	"github.com/mcpgov/go-sdk/policy"
)

// Recorded makes of the records of a log what [policy.Replay] puts to a candidate: one call for each outcome that a policy decided. Calls that
// were refused before, such as those with faulty arguments, are left out. What a record does not hold, or holds masked, is marked as missing,
// so that nothing is guessed: at level basic arguments and responses, below complete the responses.
//
//	candidate, err := srv.BindPolicy(set)
//	...
//	report, err := policy.Replay(ctx, candidate, mcpgov.Recorded(audit.Records(os.DirFS("audit"))))
func Recorded(records iter.Seq2[audit.Record, error]) iter.Seq2[policy.Recorded, error] {
	return func(yield func(policy.Recorded, error) bool) {
		for r, err := range records {
			if err != nil {
				yield(policy.Recorded{}, err)
				return
			}
			if decidedByPolicy(&r) && !yield(recordedCall(&r), nil) {
				return
			}
		}
	}
}

// decidedByPolicy reports whether a record is the outcome of a call that came as far as a policy: one it refused, or one that ended otherwise
// after it had been admitted. What was refused before stands in the log as denied, too, but no policy said so.
func decidedByPolicy(r *audit.Record) bool {
	if r.Kind != audit.KindOutcome || !slices.Contains([]string{kindTool, kindResource, kindPrompt}, r.Target.Kind) {
		return false
	}
	return slices.Contains([]Code{Denied, PolicyFailed, ApprovalRequired, ApprovalRefused}, Code(r.Outcome)) ||
		r.Decision == policy.Allow.String() || r.Decision == policy.RequireApproval.String()
}

// recordedCall reads one record. The log never holds the user's e-mail address, chosen headers and the name of the agent.
func recordedCall(r *audit.Record) policy.Recorded {
	c := policy.Recorded{
		CallID: r.CallID, Kind: r.Target.Kind, Name: r.Target.Name, Time: r.Time,
		User: policy.User{
			ID: r.User.ID, Name: r.User.Name, Role: r.User.Role, Tenant: r.User.Tenant, Provider: r.User.Provider, Anonymous: r.User.Anonymous,
			Roles: r.User.Roles, Groups: r.User.Groups, Permissions: r.User.Permissions, Scopes: r.User.Scopes,
		},
		Agent:    policy.Agent{ID: r.Agent.ID, Kind: r.Agent.Kind},
		Origin:   policy.Origin{Transport: r.Client.Transport, Client: r.Client.Name, RemoteIP: r.Client.RemoteIP, Purpose: r.Purpose},
		Answered: r.Outcome == string(OK),
		Missing:  []string{"user.email", "request.headers", "agent.name"},
		Effect:   r.Decision, Rule: r.Rule, Rules: r.Rules, Masked: r.Masked,
		Failed: r.Outcome == string(PolicyFailed),
	}
	if r.Level == audit.LevelBasic {
		c.Missing = append(c.Missing, "user.roles", "user.groups", "user.permissions", "user.scopes")
	}
	if r.ArgumentsDigest == "" || strings.Contains(r.Purpose, mask.Redacted) { // refused before it was read, or something is hidden in it
		c.Missing = append(c.Missing, "request.purpose")
	}
	if len(r.User.Attributes) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(r.User.Attributes))
		decoder.UseNumber()
		if decoder.Decode(&c.User.Attributes) != nil {
			c.User.Attributes = nil // what was not recorded is unknown
		}
	}
	if !bytes.HasPrefix(r.Arguments, []byte(omittedPrefix)) {
		c.Args = r.Arguments
	}
	if r.Cut > 0 { // of which lists is not recorded
		c.Cut = []string{"**"}
	}
	if r.Cut == 0 && r.Cleaned == 0 && !r.ResponseTruncated { // else rules saw another one than the caller
		c.Response = r.Response
	}
	return c
}
