package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestRulesThatAreNeverReached: somebody believes in a rule that nobody will ever ask.
func TestRulesThatAreNeverReached(t *testing.T) {
	rule := func(condition string, action policy.Action) policy.Rule {
		return policy.Rule{Condition: condition, Action: action}
	}
	block := func(selector string, rules ...policy.Rule) policy.Block {
		return policy.Block{Tools: []string{selector}, Input: rules}
	}
	const some = "user.role == 'admin'"
	for _, c := range []struct {
		name   string
		blocks []policy.Block
		want   string // "" for none
	}{
		{
			"behind an allow",
			[]policy.Block{block("*", rule("true", policy.ActionAllow), rule(some, policy.ActionDeny))},
			`set "test", block 0, input[1]: never reached: input[0] holds always: move this rule above it, or remove it`,
		},
		{"behind a deny", []policy.Block{block("*", rule("true", policy.ActionDeny), rule(some, policy.ActionAllow))}, "input[1]: never reached: input[0]"},
		{"behind an approval", []policy.Block{block("*", rule("1 < 2", policy.ActionRequireApproval), rule(some, policy.ActionAllow))}, "never reached"},
		{"whatever the rest", []policy.Block{block("*", rule(some+" || true", policy.ActionDeny), rule(some, policy.ActionAllow))}, "never reached"},
		{"named", []policy.Block{block("*", policy.Rule{ID: "open", Condition: "true", Action: policy.ActionAllow}, rule(some, policy.ActionDeny))}, "input[0] (open) holds always"},
		{
			"in another block",
			[]policy.Block{block("*", rule("true", policy.ActionAllow)), block("ping", rule(some, policy.ActionDeny))},
			"block 1, input[0]: never reached: block 0, input[0] holds always",
		},
		{"for one tool of two", []policy.Block{block("ping", rule("true", policy.ActionAllow)), block("*", rule(some, policy.ActionDeny))}, ""},
		{"last", []policy.Block{block("*", rule(some, policy.ActionDeny), rule("true", policy.ActionAllow))}, ""},
		{"a condition that may hold", []policy.Block{block("*", rule("user.anonymous || !user.anonymous", policy.ActionDeny), rule(some, policy.ActionAllow))}, ""},
		{"never", []policy.Block{block("*", rule("false", policy.ActionDeny), rule(some, policy.ActionAllow))}, ""},
		{"the time", []policy.Block{block("*", rule("now == timestamp.now()", policy.ActionDeny), rule(some, policy.ActionAllow))}, ""},
		{"a loop", []policy.Block{block("*", rule("[1].all(i, i == 1)", policy.ActionDeny), rule(some, policy.ActionAllow))}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := &policy.Set{Name: "test", Blocks: c.blocks}
			_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{order(), tool("ping", nil, nil)}, User: attributes()})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}

	own := &policy.Own{Input: []policy.Rule{rule("true", policy.ActionAllow), rule(some, policy.ActionDeny)}}
	_, err := policy.All(one(policy.Deny, []policy.Rule{rule("true", policy.ActionAllow)}), own.For("tool", "get_order")).
		Bind(policy.Catalog{Targets: []*policy.Target{order()}})
	require.EqualError(t, err, `own rules "get_order", input[1]: never reached: input[0] holds always: move this rule above it, or remove it`,
		"another list hides nothing")

	// Several tools with the same list of their own, and outputs, of which all apply.
	both := policy.All(brought().For("tool", "get_order"), brought().For("tool", "ping"))
	_, err = both.Bind(policy.Catalog{Targets: []*policy.Target{order(), tool("ping", nil, orderOut{})}})
	require.NoError(t, err)
}

func brought() *policy.Own {
	mask := policy.Rule{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"email"}}
	return &policy.Own{Input: []policy.Rule{{Condition: "true", Action: policy.ActionAllow}}, Output: []policy.Rule{mask, mask}}
}
