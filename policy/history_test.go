package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// diary is a history of one call a minute, every second of them denied.
type diary struct{ err error }

func (d diary) Within(window time.Duration) (policy.Counts, error) {
	minutes := int(window / time.Minute)
	return policy.Counts{Calls: minutes, Denials: minutes / 2, Rows: 10 * minutes, Masked: 3}, d.err
}

func TestHistory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		condition string
		history   policy.History
		want      policy.Effect
		err       string
	}{
		{"history.within(duration('1h')).calls >= 60", diary{}, policy.Deny, ""},
		{"history.within(duration('59m')).calls >= 60", diary{}, policy.Allow, ""},
		{"history.within(duration('10m')).denials == 5 && history.within(duration('1m')).rows == 10", diary{}, policy.Deny, ""},
		{"history.within(duration('24h')).masked > 2", diary{}, policy.Deny, ""},
		{"history.within(duration(text)).calls > 2", diary{}, policy.Deny, "write a window between 1s and 24h"},
		{"history.within(duration('1h')).calls > 2", nil, policy.Deny, "history is not remembered here"},
		{"history.within(duration('1h')).calls > 2", diary{errors.New("lost")}, policy.Deny, "history: lost"},
	} {
		target := order()
		d := mustBind(t, one(policy.Allow, []policy.Rule{{ID: "r", Condition: c.condition, Action: policy.ActionDeny}}), nil, target)
		require.True(t, d.(interface{ ReadsHistory() bool }).ReadsHistory())
		r := &policy.Request{Target: target, User: &policy.User{ID: "u"}, Args: &orderIn{Text: "25h"}, History: c.history}
		decision, err := d.Admit(t.Context(), r)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.condition)
			require.Equal(t, policy.Decision{}, decision)
			continue
		}
		require.NoError(t, err, c.condition)
		require.Equal(t, c.want, decision.Effect, c.condition)
		require.True(t, decision.Volatile)
		seen, err := d.Visible(t.Context(), r) // known without arguments
		require.NoError(t, err)
		require.Equal(t, c.want, seen.Effect, c.condition)
	}
	for condition, want := range map[string]string{
		"history.within(duration('25h')).calls > 1":  "history.within(25h0m0s): write a window between 1s and 24h0m0s",
		"history.within(duration('0s')).calls > 1":   "history.within(0s): write a window",
		"history.within(duration('-1h')).calls > 1":  "history.within(-1h0m0s): write a window",
		"history.within('1h').calls > 1":             "within",
		"history.within(duration('1h')).called > 1":  "called",
		"history.calls > 1":                          "calls",
		"history == history && history.within(1s)":   "",
		"history.within(duration('soon')).calls > 1": "invalid duration",
	} {
		_, err := one(policy.Allow, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}}).Bind(policy.Catalog{Targets: []*policy.Target{order()}})
		require.ErrorContains(t, err, want, condition)
	}
	d := mustBind(t, one(policy.Allow, []policy.Rule{{Condition: "user.id == 'x'", Action: policy.ActionDeny}}), nil, order())
	require.False(t, d.(interface{ ReadsHistory() bool }).ReadsHistory())
}
