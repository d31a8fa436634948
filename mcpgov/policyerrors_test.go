package mcpgov_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type oddIn struct {
	Text  string         `json:"text,omitempty"`
	Count int            `json:"count,omitempty"`
	Names []string       `json:"names,omitempty"`
	Extra map[string]any `json:"extra,omitempty"`
}

// TestPolicyErrorsRefuse: whatever kind of error a rule meets, the call is refused before its handler, the record says policy_failed and
// names the rule, and the caller learns neither the rule nor what it read.
func TestPolicyErrorsRefuse(t *testing.T) {
	t.Parallel()
	long := make([]string, 100_000)
	for kind, c := range map[string]struct {
		condition string
		in        oddIn
	}{
		"missing key":        {"args.extra.secretname == 'x'", oddIn{Extra: map[string]any{"a": 1}}},
		"absent map key":     {"args.extra['secretname'] == 'x'", oddIn{Extra: map[string]any{"a": 1}}},
		"absent attribute":   {"user.department == 'secretname' && count >= 0", oddIn{}},
		"wrong dynamic type": {"args.extra.a + 1 == 2", oddIn{Extra: map[string]any{"a": "secretname"}}},
		"non-boolean":        {"args.extra.a", oddIn{Extra: map[string]any{"a": "secretname"}}},
		"division by zero":   {"1 / (count - 7) == 1", oddIn{Count: 7}},
		"overflow":           {"count + 9223372036854775807 > 0", oddIn{Count: 1}},
		"bad timestamp":      {"timestamp(text) < now", oddIn{Text: "secretname"}},
		"timeout":            {"names.all(a, names.all(b, a == b))", oddIn{Names: long}},
		"too long a text":    {"text.matches('^(a|aa)+$')", oddIn{Text: strings.Repeat("a", 1<<20-100)}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			config.Limits.ArgumentBytes = 4 << 20
			config.Policy = &policy.Set{User: map[string]policy.Attribute{"department": {Type: "string"}}, Blocks: []policy.Block{{Tools: []string{"odd"}, Input: []policy.Rule{
				{ID: "rule-4711", Condition: c.condition, Action: policy.ActionDeny, Reason: "never told"},
				{Condition: "true", Action: policy.ActionAllow},
			}}}}
			ran := false
			srv := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "odd", Description: "d"},
				func(context.Context, oddIn) (struct{}, error) { ran = true; return struct{}{}, nil }))
			res := mcptest.New(t, srv).As(mcpgov.User{ID: "u", Role: "x"}).Call("odd", c.in)
			require.False(t, ran)
			var told struct{ Code, Message string }
			require.NoError(t, json.Unmarshal([]byte(res.Text()), &told))
			require.Equal(t, "policy_failed", told.Code)
			require.Equal(t, "the request could not be authorized", told.Message)
			require.NotContains(t, res.Text(), "rule-4711")
			require.NotContains(t, res.Text(), "secretname")
			require.Equal(t, "policy_failed", last(log).Outcome)
			require.Equal(t, "rule-4711", last(log).Rule)
			require.Len(t, log.Calls(), 1, "no intent: the handler was never about to run")
		})
	}
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = &policy.Set{Blocks: []policy.Block{{Tools: []string{"odd"}, Input: []policy.Rule{{Condition: "isAdmin(user)", Action: policy.ActionAllow}}}}}
	_, err := mcpgov.New(config, mcpgov.Tool(mcpgov.ToolSpec{Name: "odd", Description: "d"}, func(context.Context, oddIn) (struct{}, error) { return struct{}{}, nil }))
	require.ErrorContains(t, err, "isAdmin", "an unknown function is a fault at load")
}
