package mcpgov_test

import (
	"context"
	"errors"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// TestToken: a verified token becomes a user, and its client the agent.
func TestToken(t *testing.T) {
	t.Parallel()
	identify := mcpgov.Token(func(info *auth.TokenInfo) (mcpgov.User, error) {
		if info.UserID == "locked" {
			return mcpgov.User{}, errors.New("account locked")
		}
		return mcpgov.User{ID: info.UserID, Scopes: info.Scopes}, nil
	})
	for name, test := range map[string]struct {
		token *auth.TokenInfo
		want  mcpgov.Caller
		fault string
	}{
		"no token": {nil, mcpgov.Caller{}, "HTTPOptions.Verify"},
		"a user":   {&auth.TokenInfo{UserID: "u1", Scopes: []string{"crm"}}, mcpgov.Caller{User: mcpgov.User{ID: "u1", Scopes: []string{"crm"}}}, ""},
		"a client": {
			&auth.TokenInfo{UserID: "u1", Extra: map[string]any{"client_id": "app"}},
			mcpgov.Caller{User: mcpgov.User{ID: "u1"}, Agent: mcpgov.Agent{ID: "app", Kind: "oauth_client"}},
			"",
		},
		"an authorized party first": {
			&auth.TokenInfo{UserID: "u1", Extra: map[string]any{"client_id": "app", "azp": "party"}},
			mcpgov.Caller{User: mcpgov.User{ID: "u1"}, Agent: mcpgov.Agent{ID: "party", Kind: "oauth_client"}},
			"",
		},
		"a client that is no text": {
			&auth.TokenInfo{UserID: "u1", Extra: map[string]any{"azp": 7, "client_id": ""}}, mcpgov.Caller{User: mcpgov.User{ID: "u1"}}, "",
		},
		"a user nobody knows": {&auth.TokenInfo{UserID: "locked"}, mcpgov.Caller{}, "account locked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caller, err := identify(t.Context(), mcpgov.Credentials{Token: test.token})
			require.Equal(t, test.want, caller)
			if test.fault != "" {
				require.ErrorContains(t, err, test.fault)
				return
			}
			require.NoError(t, err)
		})
	}
}

// TestAgentIsJudgedAndRecorded: who calls is a pair.
func TestAgentIsJudgedAndRecorded(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	agent := mcpgov.Agent{ID: "app-1", Kind: "api_key"}
	config.Identify = func(context.Context, mcpgov.Credentials) (mcpgov.Caller, error) {
		return mcpgov.Caller{User: admin, Agent: agent}, nil
	}
	config.Policy = &policy.Set{Blocks: []policy.Block{{
		Tools:  []string{"*"},
		Input:  []policy.Rule{{Condition: "agent.id == 'app-1' && agent.kind == 'api_key' && customer_id != ''", Action: policy.ActionAllow}},
		Output: []policy.Rule{{Condition: "true", Action: policy.ActionMaskSensitive}},
	}}}
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), func(ctx context.Context, _ lookupIn) (customer, error) {
		call, ok := mcpgov.CallFrom(ctx)
		require.True(t, ok)
		require.Equal(t, agent, call.Agent)
		return ann(), nil
	})))
	h.Client().Call("get_customer", asksForAnn).OK()
	require.Equal(t, "app-1", log.Outcomes()[0].Agent.ID)
	require.Equal(t, "api_key", log.Outcomes()[0].Agent.Kind)
	h.As(admin).Call("get_customer", asksForAnn).Ended(mcpgov.PolicyFailed) // without an agent the rule reads what is absent
}

// TestAnonymous: letting everyone in without a name is written down, seen by rules and recorded.
func TestAnonymous(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Policy = &policy.Set{Blocks: []policy.Block{{
		Tools:  []string{"*"},
		Input:  []policy.Rule{{Condition: "user.anonymous && customer_id != ''", Action: policy.ActionAllow}},
		Output: []policy.Rule{{Condition: "user.anonymous", Action: policy.ActionMaskSensitive}},
	}}}
	h := mcptest.New(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)))
	h.Client().Call("get_customer", asksForAnn).OK().Masked("email")
	require.True(t, log.Outcomes()[0].User.Anonymous)
	require.Empty(t, log.Outcomes()[0].User.ID)
	h.As(owner).Call("get_customer", asksForAnn).Ended(mcpgov.Unknown) // somebody the host vouches for is not anonymous
}

// TestWithUser: a host vouches for the user of a connection; the Identifier is not asked, and connections do not mix.
func TestWithUser(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Identify = func(_ context.Context, c mcpgov.Credentials) (mcpgov.Caller, error) {
		require.Equal(t, mcpgov.Credentials{Transport: "memory"}, c)
		return mcpgov.Caller{}, errors.New("asked")
	}
	mcptest.EachEra(t, newServer(t, config, mcpgov.Tool(lookupSpec(), found)), func(t *testing.T, h *mcptest.Harness) {
		log.Reset()
		first, second, third := h.As(admin), h.As(nobody), h.Client()
		first.Call("get_customer", asksForAnn).OK().Has("credit_score", 612)
		second.Call("get_customer", asksForAnn).Denied()
		third.Call("get_customer", asksForAnn).Ended(mcpgov.Unauthenticated)
		first.Call("get_customer", asksForAnn).OK()
		var users []string
		for _, r := range log.Outcomes() {
			users = append(users, r.User.ID)
			require.Equal(t, "memory", r.Client.Transport)
		}
		require.Equal(t, []string{admin.ID, nobody.ID, "", admin.ID}, users)
	})
}

// TestCallersContextIsNotTheServers: a user in the client's own context says nothing to the server.
func TestCallersContextIsNotTheServers(t *testing.T) {
	t.Parallel()
	h := mcptest.New(t, newServer(t, crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(lookupSpec(), found)))
	client := h.As(nobody)
	client.CallContext(mcpgov.WithUser(t.Context(), admin), "get_customer", asksForAnn).Denied()
	_, err := client.Session().CallTool(t.Context(), &mcp.CallToolParams{
		Meta: mcp.Meta{"user": map[string]any{"id": "root", "role": "admin"}}, Name: "get_customer", Arguments: map[string]any{"customer_id": "cust_42"},
	})
	require.NoError(t, err)
	client.Call("get_customer", `{"customer_id":"cust_42","user":{"role":"admin"}}`).Invalid("/user")
}
