package mcpgov_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// reloaded is a policy that everybody may call under, and that masks one field.
func reloaded(field string) string {
	return fmt.Sprintf(`
mcpgov: 1
policies:
  - tools: ["*"]
    input: [{id: in-%[1]s, condition: "true", action: allow}]
    output:
      - {id: out-%[1]s, condition: "true", action: mask_fields, fields: [%[1]s], mask: redact}
      - {condition: "false", action: mask_sensitive_fields}
`, field)
}

// TestReloadIsWhole: 64 callers while the policy is replaced a thousand times. Every call is decided, shaped and recorded by one whole policy.
func TestReloadIsWhole(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.Policy = rules(t, reloaded("name"))
	config.Limits.PerMinute, config.Limits.Concurrent = mcpgov.Unlimited, mcpgov.Unlimited
	srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
	sets := map[string]*policy.Set{"name": rules(t, reloaded("name")), "internal_notes": rules(t, reloaded("internal_notes"))}
	session := mcptest.New(t, srv).As(owner).Session()
	done := make(chan struct{})
	var callers sync.WaitGroup
	faults := make(chan error, 64)
	for range 64 {
		callers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_customer", Arguments: json.RawMessage(asksForAnn)})
				if err != nil {
					faults <- err
					return
				}
				var got map[string]any
				if err := json.Unmarshal([]byte(res.Content[0].(*mcp.TextContent).Text), &got); err != nil {
					faults <- err
					return
				}
				if res.IsError {
					faults <- fmt.Errorf("a call was refused: %v", got)
					return
				}
				if (got["name"] == "[redacted]") == (got["internal_notes"] == "[redacted]") {
					faults <- fmt.Errorf("masked by both policies or by neither: %v", got)
					return
				}
			}
		})
	}
	for i := range 1000 {
		require.NoError(t, srv.ReloadPolicy(t.Context(), sets[[]string{"internal_notes", "name"}[i%2]]))
	}
	close(done)
	callers.Wait()
	close(faults)
	require.NoError(t, <-faults)

	revisions := map[string]string{}
	seen := map[string]int{}
	for _, r := range log.Calls() {
		if r.Target.Kind != "tool" {
			continue
		}
		require.Equal(t, string(mcpgov.OK), r.Outcome)
		require.Len(t, r.Masked, 1)
		require.Equal(t, "in-"+r.Masked[0], r.Rule)
		require.Contains(t, r.Rules, "out-"+r.Masked[0])
		seen[r.Masked[0]]++
		if before, ok := revisions[r.Masked[0]]; ok {
			require.Equal(t, before, r.Server.Policy, "one policy, one revision")
		}
		revisions[r.Masked[0]] = r.Server.Policy
	}
	require.Len(t, seen, 2, "calls met both policies")
	require.NotEqual(t, revisions["name"], revisions["internal_notes"])
	events := slices.DeleteFunc(log.All(), func(r audit.Record) bool { return r.Kind != audit.KindEvent || r.Target.Name != "policy" })
	require.Len(t, events, 1000)
}

// TestReloadRefused: whatever is wrong with a new policy, the old one stays, and the log says so.
func TestReloadRefused(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
	revision := srv.Manifest().PolicyRevision
	for name, test := range map[string]struct {
		policy policy.Policy
		want   string
	}{
		"nothing":              {nil, "Policy is missing"},
		"a field nobody has":   {rules(t, reloaded("nome")), `did you mean "name"?`},
		"one that panics":      {panickyPolicy{}, "panicked"},
		"sensitive, uncovered": {rules(t, "mcpgov: 1\npolicies: [{tools: [\"*\"], input: [{condition: \"true\", action: allow}]}]"), "covered by no output rule"},
	} {
		t.Run(name, func(t *testing.T) {
			err := srv.ReloadPolicy(t.Context(), test.policy)
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, "the old one stays")
			require.Equal(t, revision, srv.Manifest().PolicyRevision)
			event := log.All()[len(log.All())-1]
			require.Equal(t, audit.KindEvent, event.Kind)
			require.Equal(t, string(mcpgov.PolicyFailed), event.Outcome)
			require.Equal(t, revision, event.Server.Policy)
			require.Contains(t, event.Cause, test.want)
		})
	}
	log.FailWhen(func(audit.Record) error { return errors.New("disk full") })
	require.ErrorContains(t, srv.ReloadPolicy(t.Context(), rules(t, reloaded("name"))), "could not be recorded and the old one stays")
	log.FailWhen(nil)
	require.Equal(t, revision, srv.Manifest().PolicyRevision)
	mcptest.New(t, srv).As(owner).Call("get_customer", asksForAnn).OK().Has("name", "Ann").Has("email", "a***@example.com")
}

type panickyPolicy struct{}

func (panickyPolicy) Bind(policy.Catalog) (policy.Decider, error) { panic("no policy today") }

// TestReloadTellsClients: what a new policy may mask stands in the schema clients list anew, and they are told to.
func TestReloadTellsClients(t *testing.T) {
	t.Parallel()
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = rules(t, reloaded("name"))
	srv := newServer(t, config, mcpgov.Tool(lookupSpec(), found))
	before := srv.Manifest()
	told := make(chan struct{}, 8)
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, &mcp.ClientOptions{
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) { told <- struct{}{} },
	})
	ours, theirs := mcp.NewInMemoryTransports()
	serving, err := srv.Connect(mcpgov.WithUser(t.Context(), owner), ours)
	require.NoError(t, err)
	session, err := client.Connect(t.Context(), theirs, &mcp.ClientSessionOptions{ProtocolVersion: "2025-11-25"})
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = session.Close(), serving.Wait() })

	_, err = session.ListTools(t.Context(), nil) // who has seen no list has none that could change
	require.NoError(t, err)
	require.NoError(t, srv.ReloadPolicy(t.Context(), rules(t, reloaded("internal_notes"))))
	<-told
	list, err := session.ListTools(t.Context(), nil)
	require.NoError(t, err)
	schema, err := json.Marshal(list.Tools[0].OutputSchema)
	require.NoError(t, err)
	require.Contains(t, string(schema), `"internal_notes":{"type":["string","null"]}`)
	require.NotEqual(t, before.Contract, srv.Manifest().Contract)
	require.NotEqual(t, before.PolicyRevision, srv.Manifest().PolicyRevision)
}
