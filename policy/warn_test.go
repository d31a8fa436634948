package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

func warn(id, condition string) policy.Rule {
	return policy.Rule{ID: id, Condition: condition, Action: policy.ActionWarn, Reason: "for the log"}
}

// TestWarn: a warn is noted, whatever becomes of the call, and decides nothing.
func TestWarn(t *testing.T) {
	target := order()
	rule := func(condition string, action policy.Action) policy.Rule {
		return policy.Rule{ID: string(action), Condition: condition, Action: action}
	}
	set := one(policy.Deny, []policy.Rule{
		warn("many", "count > 10"), rule("user.role == 'guest'", policy.ActionDeny), warn("always", "true"), rule("user.role == 'clerk'", policy.ActionAllow), warn("late", "count > 10"),
	})
	own := &policy.Own{Input: []policy.Rule{warn("mail", "has(user.email)")}}
	admit := func(p policy.Policy, u policy.User, count int32) policy.Decision {
		d, err := mustBind(t, p, nil, target).Admit(t.Context(), &policy.Request{Target: target, User: &u, Args: &orderIn{Count: count}})
		require.NoError(t, err)
		return d
	}
	both := policy.All(set, own.For("tool", "get_order"))
	for _, c := range []struct {
		user   policy.User
		count  int32
		effect policy.Effect
		rule   string
		want   []string
	}{
		{policy.User{Role: "clerk"}, 1, policy.Allow, "allow", []string{"always"}},
		{policy.User{Role: "clerk"}, 11, policy.Allow, "allow", []string{"many", "always"}},
		{policy.User{Role: "clerk", Email: "e"}, 11, policy.Allow, "allow", []string{"many", "always", "mail"}},
		{policy.User{Role: "guest", Email: "e"}, 11, policy.Deny, "deny", []string{"many"}},
		{policy.User{Role: "other"}, 11, policy.Deny, "test#default", []string{"many", "always", "late"}},
		{policy.User{Role: "guest"}, 1, policy.Deny, "deny", nil},
	} {
		d := admit(both, c.user, c.count)
		require.Equal(t, policy.Decision{Effect: c.effect, Rule: c.rule, Reason: d.Reason, Warnings: c.want}, d)
	}

	require.Equal(t, policy.Allow, admit(own.For("tool", "get_order"), policy.User{}, 0).Effect, "a tool's list of warns ends like an empty one")
	require.Equal(t, policy.Deny, admit(one(policy.Deny, []policy.Rule{warn("w", "true")}), policy.User{}, 0).Effect, "and so does a server's")
}

// TestWarnRefusesOnErrors: an error refuses, whatever the action.
func TestWarnRefusesOnErrors(t *testing.T) {
	target := order()
	d := mustBind(t, one(policy.Allow, []policy.Rule{warn("w", "user.email == 'x'")}), nil, target)
	decision, err := d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}})
	var rule *policy.RuleError
	require.ErrorAs(t, err, &rule)
	require.Equal(t, "w", rule.Rule)
	require.Zero(t, decision)
}

// TestWarnHidesNothing: a list knows no arguments and passes warns over, even those that would fail.
func TestWarnHidesNothing(t *testing.T) {
	target := order()
	d := mustBind(t, one(policy.Allow, []policy.Rule{warn("args", "count > 3"), warn("fails", "user.email == 'x'"), warn("true", "true")}), nil, target)
	visible, err := d.Visible(t.Context(), &policy.Request{Target: target, User: &policy.User{}})
	require.NoError(t, err)
	require.Equal(t, policy.Decision{Effect: policy.Allow}, visible)
}

func TestWarnsAreReachedAndHideNoRule(t *testing.T) {
	bind := func(rules ...policy.Rule) error {
		_, err := one(policy.Deny, rules).Bind(policy.Catalog{Targets: []*policy.Target{order()}})
		return err
	}
	allow := policy.Rule{Condition: "true", Action: policy.ActionAllow}
	require.NoError(t, bind(warn("w", "true"), allow))
	require.ErrorContains(t, bind(allow, warn("w", "true")), "input[1] (w): never reached: input[0] holds always")
	_, err := one(policy.Deny, nil, warn("w", "true")).Bind(policy.Catalog{Targets: []*policy.Target{order()}})
	require.ErrorContains(t, err, "warn notes a call before it happens: move the rule under input")
}

// TestVolatile: what read the clock or the request may be answered otherwise the next time.
func TestVolatile(t *testing.T) {
	target := order()
	for condition, want := range map[string]bool{
		"user.role == 'x'":                             false,
		"now.getHours() < 25":                          true,
		"timestamp.now() > timestamp(0)":               true,
		"has(request.purpose)":                         true,
		"user.role != 'x' || now < now":                false, // not read
		"user.role == 'x' || now < now":                true,
		"env.name == 'x' || agent.id == 'x'":           false,
		"tool.name == 'x' && request.transport == 'x'": false,
	} {
		t.Run(condition, func(t *testing.T) {
			set := one(policy.Allow, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}})
			d := mustBind(t, set, nil, target)
			r := &policy.Request{
				Target: target, User: &policy.User{ID: "u", Role: "clerk"}, Agent: &policy.Agent{ID: "a"}, Args: &orderIn{}, Now: time.Unix(1, 0),
			}
			decision, err := d.Admit(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, want, decision.Volatile)
			visible, err := d.Visible(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, want, visible.Volatile)

			decision, err = mustBind(t, policy.All(policy.AllowAll(), foreign{admit: policy.Decision{Effect: policy.Allow, Volatile: want}}), nil, target).Visible(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, want, decision.Volatile, "somebody else's")
		})
	}
}
