package mcpgov_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// ear is a client that notes what it is told.
type ear struct {
	*mcp.ClientSession
	heard chan string
}

func listenAs(t *testing.T, srv *mcpgov.Server, user mcpgov.User, protocol string) *ear {
	t.Helper()
	e := &ear{heard: make(chan string, 100)}
	client := mcp.NewClient(&mcp.Implementation{Name: "ear", Version: "1"}, &mcp.ClientOptions{
		ToolListChangedHandler:     func(context.Context, *mcp.ToolListChangedRequest) { e.heard <- "tools" },
		PromptListChangedHandler:   func(context.Context, *mcp.PromptListChangedRequest) { e.heard <- "prompts" },
		ResourceListChangedHandler: func(context.Context, *mcp.ResourceListChangedRequest) { e.heard <- "resources" },
		ResourceUpdatedHandler:     func(_ context.Context, r *mcp.ResourceUpdatedNotificationRequest) { e.heard <- r.Params.URI },
	})
	here, there := mcp.NewInMemoryTransports()
	session, err := srv.Connect(mcpgov.WithUser(t.Context(), user), there)
	require.NoError(t, err)
	e.ClientSession, err = client.Connect(t.Context(), here, &mcp.ClientSessionOptions{ProtocolVersion: protocol})
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = e.Close() // the pipe may be closed already
		_ = session.Wait()
	})
	return e
}

// hears waits for the next thing a client is told.
func (e *ear) hears(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-e.heard:
		require.Equal(t, want, got)
	case <-time.After(10 * time.Second):
		require.Fail(t, "not told of "+want)
	}
}

// TestUpdatesReachWhoMayRead: of a resource's changes hears who may read it, under the policy in force when it changes.
func TestUpdatesReachWhoMayRead(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := deskServer(t, log)
	customers, staff := listenAs(t, srv, owner, "2025-11-25"), listenAs(t, srv, admin, "2025-11-25")
	const own, foreign, till = "crm://customers/cust_42", "crm://customers/cust_43", "crm://till"
	for _, uri := range []string{own, foreign, till} {
		require.NoError(t, staff.Subscribe(t.Context(), &mcp.SubscribeParams{URI: uri}))
	}
	require.NoError(t, customers.Subscribe(t.Context(), &mcp.SubscribeParams{URI: own}))
	require.ErrorContains(t, customers.Subscribe(t.Context(), &mcp.SubscribeParams{URI: foreign}), "Customers can only view their own data")
	require.ErrorContains(t, customers.Subscribe(t.Context(), &mcp.SubscribeParams{URI: till}), "Resource not found")
	require.Equal(t, "denied", last(log).Outcome)
	require.Equal(t, "subscription", last(log).Target.Kind)
	require.ErrorContains(t, customers.Subscribe(t.Context(), &mcp.SubscribeParams{URI: "crm://nowhere"}), "Resource not found")

	for _, uri := range []string{till, foreign, own} {
		require.NoError(t, srv.ResourceUpdated(t.Context(), uri))
		staff.hears(t, uri)
	}
	customers.hears(t, own)
	require.ErrorContains(t, srv.ResourceUpdated(t.Context(), "crm://nowhere"), "there is no resource")

	// A policy that takes the right away takes the news away, too.
	require.NoError(t, srv.ReloadPolicy(t.Context(), rules(t, `
mcpgov: 1
policies:
  - resources: ["*"]
    input: [{condition: "user.role == 'admin'", action: allow}]
    output: [{condition: "true", action: mask_sensitive_fields}]
  - prompts: ["*"]
    output: [{condition: "true", action: mask_sensitive_fields}]
`)))
	require.NoError(t, srv.ResourceUpdated(t.Context(), own))
	staff.hears(t, own)
	require.NoError(t, staff.Unsubscribe(t.Context(), &mcp.UnsubscribeParams{URI: own}))
	require.NoError(t, srv.ResourceUpdated(t.Context(), own))
	require.NoError(t, srv.ResourceUpdated(t.Context(), till))
	staff.hears(t, till)
	require.Empty(t, customers.heard)
}

// TestListChangedReachesWhoseListChanged: a new policy is news to those who see another list under it.
func TestListChangedReachesWhoseListChanged(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			policyFor := func(role string) string {
				return `{"mcpgov": 1, "policies": [{"tools": ["*"], "input": [{"condition": "user.role == 'admin' || user.role == '` + role + `'", "action": "allow"}],
					"output": [{"condition": "true", "action": "mask_sensitive_fields"}]}]}`
			}
			config.Policy = rules(t, policyFor("nobody"))
			srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
			customers, staff := listenAs(t, srv, owner, protocol), listenAs(t, srv, admin, protocol)
			for _, e := range []*ear{customers, staff} {
				_, err := e.ListTools(t.Context(), nil)
				require.NoError(t, err)
			}
			require.NoError(t, srv.ReloadPolicy(t.Context(), rules(t, policyFor("customer"))))
			customers.hears(t, "tools")
			require.NoError(t, srv.ReloadPolicy(t.Context(), rules(t, policyFor("nobody"))))
			customers.hears(t, "tools")
			require.Empty(t, staff.heard)
		})
	}
}

// TestListenIsBounded: one request does not have any number of resources looked at.
func TestListenIsBounded(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h, err := deskServer(t, log).Handler(&mcpgov.HTTPOptions{JSONResponse: true})
	require.NoError(t, err)
	uris := strings.Repeat(`"crm://handbook",`, 1000) + `"crm://handbook"`
	body := `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":[` + uris + `]},"_meta":{` +
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"}}}}`
	req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen",
	} {
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	require.Contains(t, w.Body.String(), "a stream may watch 1000 resources, not 1001")
	require.Equal(t, "invalid_input", last(log).Outcome)
}
