package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestPurposeInLists: while a list is made nobody knows which purpose the caller will state, so nothing is hidden for it, unless no purpose is
// ever stated.
func TestPurposeInLists(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]struct{ asked, notAsked policy.Effect }{
		"request.purpose != 'support'":                          {policy.Allow, policy.Deny}, // not asked: reading what is absent fails, and hides
		"!request.purpose.matches('^support')":                  {policy.Allow, policy.Deny},
		"!has(request.purpose)":                                 {policy.Allow, policy.Deny},
		"user.role == 'guest' && request.purpose == 'x'":        {policy.Allow, policy.Deny},
		"user.role == 'guest' || request.purpose == 'x'":        {policy.Deny, policy.Deny},
		"user.role == 'admin' && request.purpose == 'anything'": {policy.Allow, policy.Allow},
	} {
		set, err := policy.Parse([]byte("mcpgov: 1\ndefault: allow\npolicies: [{tools: [\"*\"], input: [{condition: \"" + condition + "\", action: deny}]}]"))
		require.NoError(t, err)
		for asked, effect := range map[bool]policy.Effect{true: want.asked, false: want.notAsked} {
			target := &policy.Target{Kind: "tool", Name: "x", Purpose: asked}
			decider, err := set.Bind(policy.Catalog{Targets: []*policy.Target{target}})
			require.NoError(t, err)
			got, _ := decider.Visible(t.Context(), &policy.Request{Target: target, User: &policy.User{Role: "guest"}})
			require.Equal(t, effect, got.Effect, "%s, asked %t", condition, asked)
		}
	}
}
