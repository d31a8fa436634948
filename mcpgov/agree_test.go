package mcpgov_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// TestListCallAndLogAgree: for random rules and callers, what is listed is what some call could reach, what is not listed answers as
// what does not exist, and the log says of each call what its caller was told.
func TestListCallAndLogAgree(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 2026))
	atoms := []string{
		"user.role == 'admin'", "user.role == 'customer'", "'p' in user.permissions", "user.email == 'e'", "has(user.email)",
		"customer_id == 'cust_1'", "with_orders", "customer_id == user.id", "true", "false", "tool_name == 'a'", "tool.read_only", "1 / (with_orders ? 0 : 1) == 1",
	}
	condition := func() string {
		c := atoms[random.IntN(len(atoms))]
		for range random.IntN(3) {
			c = fmt.Sprintf([]string{"(%s) && (%s)", "(%s) || (%s)", "!(%s) || (%s)"}[random.IntN(3)], c, atoms[random.IntN(len(atoms))])
		}
		return c
	}
	callers := []mcpgov.User{
		{ID: "cust_1", Role: "customer"}, {ID: "b", Role: "admin"}, {ID: "c", Role: "clerk", Email: "e"}, {ID: "d", Permissions: []string{"p"}},
	}
	names := []string{"a", "b", "c"}
	listed, hidden, admitted := 0, 0, 0
	for round := range 60 {
		set := &policy.Set{Name: "random", Default: policy.Effect(random.IntN(2))}
		for range 1 + random.IntN(4) {
			block := policy.Block{Tools: []string{[]string{"a", "b", "c", "*"}[random.IntN(4)]}}
			for range 1 + random.IntN(2) {
				block.Input = append(block.Input, policy.Rule{
					Condition: condition(), Action: []policy.Action{policy.ActionDeny, policy.ActionAllow, policy.ActionRequireApproval}[random.IntN(3)],
				})
			}
			set.Blocks = append(set.Blocks, block)
		}
		set.Blocks = append(set.Blocks, policy.Block{Tools: []string{"*"}, Output: []policy.Rule{{Condition: "true", Action: policy.ActionMaskSensitive}}})
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		config.Policy, config.Limits.PerMinute, config.Limits.ListPage = set, mcpgov.Unlimited, 1+random.IntN(3)
		var features []mcpgov.Feature
		for _, name := range names {
			features = append(features, mcpgov.Tool(mcpgov.ToolSpec{Name: name, Description: "d", ReadOnly: true}, found))
		}
		srv, err := mcpgov.New(config, features...)
		if err != nil { // what chance put behind a rule that holds always
			require.ErrorContains(t, err, "never reached")
			continue
		}
		h := mcptest.New(t, srv)
		for _, u := range callers {
			session := h.As(u).Session()
			var shown []string
			for tool, err := range session.Tools(t.Context(), nil) { // all pages
				require.NoError(t, err)
				shown = append(shown, tool.Name)
			}
			for _, name := range names {
				reached := false
				for _, arguments := range []string{`{"customer_id":"cust_1"}`, `{"customer_id":"cust_2"}`, `{"customer_id":"cust_1","with_orders":true}`, `{"customer_id":"cust_2","with_orders":true}`} {
					res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
					record := last(log)
					switch {
					case err != nil:
						require.ErrorContains(t, err, fmt.Sprintf("unknown tool %q", name))
						require.Contains(t, []string{"denied", "policy_failed"}, record.Outcome, "round %d", round)
						require.NotContains(t, shown, name, "round %d: listed, and unknown when called", round)
						continue
					case res.IsError:
						told := res.Content[0].(*mcp.TextContent).Text
						require.Contains(t, told, `"code":"`+record.Outcome+`"`)
						require.Contains(t, []string{"denied", "policy_failed", "approval_required"}, record.Outcome)
					default:
						require.Equal(t, "ok", record.Outcome)
						require.Equal(t, "allow", record.Decision)
						admitted++
					}
					reached = true
				}
				require.Equal(t, slices.Contains(shown, name), reached, "round %d: %s for %s, shown %s", round, name, u.ID, strings.Join(shown, ","))
				if reached {
					listed++
				} else {
					hidden++
				}
			}
		}
	}
	require.Greater(t, min(listed, hidden, admitted), 50, "%d listed, %d hidden, %d admitted", listed, hidden, admitted)
}

// TestCursors: pages hold what the caller may see and nothing tells of the rest; a cursor is good for its caller and its list.
func TestCursors(t *testing.T) {
	t.Parallel()
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = rules(t, `
mcpgov: 1
policies:
  - tools: ["t*"]
    input: [{condition: "user.role == 'admin' || !tool_name.endsWith('secret')", action: allow}]
    output: [{condition: "true", action: mask_sensitive_fields}]
`)
	config.Limits.ListPage = 2
	var features []mcpgov.Feature
	for _, name := range []string{"t1", "t2", "t2secret", "t3", "t3secret", "t4", "t4secret"} {
		features = append(features, mcpgov.Tool(mcpgov.ToolSpec{Name: name, Description: "d", ReadOnly: true}, found))
	}
	h := mcptest.New(t, newServer(t, config, features...))
	session := h.As(owner).Session()
	first, err := session.ListTools(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"t1", "t2"}, []string{first.Tools[0].Name, first.Tools[1].Name})
	second, err := session.ListTools(t.Context(), &mcp.ListToolsParams{Cursor: first.NextCursor})
	require.NoError(t, err)
	require.Equal(t, []string{"t3", "t4"}, []string{second.Tools[0].Name, second.Tools[1].Name})
	require.Empty(t, second.NextCursor, "what follows is hidden, and so is that it follows")
	for _, cursor := range []string{"x", "AAAA", first.NextCursor + "A", first.NextCursor[1:]} {
		_, err := session.ListTools(t.Context(), &mcp.ListToolsParams{Cursor: cursor})
		require.ErrorContains(t, err, "the cursor is not one of this list")
	}
	_, err = h.As(admin).Session().ListTools(t.Context(), &mcp.ListToolsParams{Cursor: first.NextCursor})
	require.ErrorContains(t, err, "the cursor is not one of this list")
}
