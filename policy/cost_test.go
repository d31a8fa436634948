package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestCostIsBoundedAtLoad: two loops, one in the other, load; three do not, nor does what grows as fast.
func TestCostIsBoundedAtLoad(t *testing.T) {
	t.Parallel()
	bind := func(condition string) error {
		_, err := one(policy.Allow, []policy.Rule{{ID: "r", Condition: condition, Action: policy.ActionDeny}}).Bind(policy.Catalog{Targets: []*policy.Target{order()}, User: attributes()})
		return err
	}
	require.NoError(t, bind("tags.exists(a, a == 'x')"))
	require.NoError(t, bind("tags.all(a, user.groups.exists(b, a == b))"))
	require.NoError(t, bind("tags.filter(a, a.startsWith('x')).all(a, user.groups.exists(b, a == b + 'suffix'))"))
	for _, condition := range []string{
		"tags.all(a, tags.all(b, tags.all(c, a == b || b == c)))",
		"tags.exists(a, user.groups.exists(b, user.roles.exists(c, c == a)))",
	} {
		err := bind(condition)
		require.ErrorContains(t, err, `(r): condition: it may take`, condition)
		require.ErrorContains(t, err, "nest fewer loops, or compute part of it in the tool")
	}
}

// TestLint: a rule that can hold for no call is pointed out, wherever it is false for the target alone; and accepted.
func TestLint(t *testing.T) {
	t.Parallel()
	a, b := tool("hr_list", orderIn{}, orderOut{}), tool("crm_list", orderIn{}, orderOut{})
	set := one(policy.Allow, []policy.Rule{
		{ID: "hr", Condition: "tool_name.startsWith('hr_') && id == 'x'", Action: policy.ActionDeny},
		{ID: "typo", Condition: "tool_name == 'hr_lst' && user.role == 'x'", Action: policy.ActionDeny},
		{ID: "fine", Condition: "user.role == 'x' || id == 'y'", Action: policy.ActionDeny},
		{ID: "never", Condition: "false", Action: policy.ActionDeny},
		{ID: "elsewhere", Condition: "env.name == 'staging' && now > timestamp('2020-01-01T00:00:00Z')", Action: policy.ActionDeny},
		{ID: "history", Condition: "history.within(duration('1h')).calls > 5 && request.transport == 'http'", Action: policy.ActionDeny},
	}, policy.Rule{ID: "out", Condition: "tool.name == 'crm_list' && response.id == 'x'", Action: policy.ActionDeny})
	require.Equal(t, []string{
		"rule elsewhere: its condition is false whoever calls and with whatever arguments: correct it, or remove the rule",
		"rule hr: its condition is always false for crm_list: select fewer targets, or leave it if one block is to serve them all",
		"rule never: its condition is false whoever calls and with whatever arguments: correct it, or remove the rule",
		"rule out: its condition is always false for hr_list: select fewer targets, or leave it if one block is to serve them all",
		"rule typo: its condition is false whoever calls and with whatever arguments: correct it, or remove the rule",
	}, policy.Lint(mustBind(t, set, nil, a, b)))
	require.Empty(t, policy.Lint(nil))
}

// TestLintEnds: what takes too long for one target is not tried for a hundred, and no finding.
func TestLintEnds(t *testing.T) {
	t.Parallel()
	list := "[" + strings.Repeat("1, ", 2500) + "1]"
	var targets []*policy.Target
	for i := range 100 {
		targets = append(targets, tool(fmt.Sprintf("tool_%d", i), orderIn{}, nil))
	}
	d := mustBind(t, one(policy.Allow, []policy.Rule{{Condition: list + ".exists(a, " + list + ".exists(b, a > b))", Action: policy.ActionDeny}}), nil, targets...)
	start := time.Now()
	require.Empty(t, policy.Lint(d))
	require.Less(t, time.Since(start), 5*time.Second, "a hundred times the deadline would be ten")
}
