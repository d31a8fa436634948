package mcpgov_test

import (
	"context"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

// TestEveryRequestLeavesOneRecord: whatever a client asks, and however it ends, exactly one outcome says so.
func TestEveryRequestLeavesOneRecord(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := deskServer(t, log)
	e := listenAs(t, srv, owner, "2025-11-25")
	prompt := &mcp.CompleteReference{Type: "ref/prompt", Name: "dunning"}
	for name, ask := range map[string]func(ctx context.Context) error{
		"list ok": func(ctx context.Context) error { _, err := e.ListResources(ctx, nil); return err },
		"templates ok": func(ctx context.Context) error {
			_, err := e.ListResourceTemplates(ctx, nil)
			return err
		},
		"prompts ok": func(ctx context.Context) error { _, err := e.ListPrompts(ctx, nil); return err },
		"tools ok":   func(ctx context.Context) error { _, err := e.ListTools(ctx, nil); return err },
		"cursor bad": func(ctx context.Context) error {
			_, err := e.ListTools(ctx, &mcp.ListToolsParams{Cursor: "x"})
			return err
		},
		"read ok":      func(ctx context.Context) error { _, err := read(t, e.ClientSession, "crm://handbook"); return err },
		"read hidden":  func(ctx context.Context) error { _, err := read(t, e.ClientSession, "crm://till"); return err },
		"read unknown": func(ctx context.Context) error { _, err := read(t, e.ClientSession, "crm://x"); return err },
		"read denied": func(ctx context.Context) error {
			_, err := read(t, e.ClientSession, "crm://customers/cust_9")
			return err
		},
		"prompt ok": func(ctx context.Context) error {
			_, err := e.GetPrompt(ctx, &mcp.GetPromptParams{Name: "hello"})
			return err
		},
		"prompt unknown": func(ctx context.Context) error {
			_, err := e.GetPrompt(ctx, &mcp.GetPromptParams{Name: "x"})
			return err
		},
		"tool unknown": func(ctx context.Context) error { _, err := e.CallTool(ctx, &mcp.CallToolParams{Name: "x"}); return err },
		"complete ok": func(ctx context.Context) error {
			_, err := e.Complete(ctx, &mcp.CompleteParams{Ref: prompt, Argument: mcp.CompleteParamsArgument{Name: "customer", Value: "c"}})
			return err
		},
		"complete nothing": func(ctx context.Context) error {
			_, err := e.Complete(ctx, &mcp.CompleteParams{Ref: prompt, Argument: mcp.CompleteParamsArgument{Name: "x", Value: "c"}})
			return err
		},
		"complete unknown": func(ctx context.Context) error {
			_, err := e.Complete(ctx, &mcp.CompleteParams{Ref: &mcp.CompleteReference{Type: "ref/prompt", Name: "x"}, Argument: mcp.CompleteParamsArgument{Name: "x"}})
			return err
		},
		"subscribe ok":      func(ctx context.Context) error { return e.Subscribe(ctx, &mcp.SubscribeParams{URI: "crm://handbook"}) },
		"subscribe hidden":  func(ctx context.Context) error { return e.Subscribe(ctx, &mcp.SubscribeParams{URI: "crm://till"}) },
		"unsubscribe never": func(ctx context.Context) error { return e.Unsubscribe(ctx, &mcp.UnsubscribeParams{URI: "crm://logo"}) },
	} {
		log.Reset()
		err := ask(t.Context())
		all := log.Requests()
		require.Len(t, all, 1, name)
		require.Equal(t, audit.KindOutcome, all[0].Kind)
		require.Equal(t, err == nil, all[0].Outcome == string(mcpgov.OK), "%s: %v, %s", name, err, all[0].Outcome)
	}
}

// TestResourcesThatCannotBeMade: whatever a handler returns ends the read, never the process.
func TestResourcesThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for want, feature := range map[mcpgov.Code]func(mcpgov.ResourceSpec) mcpgov.Feature{
		mcpgov.OutputInvalid: func(s mcpgov.ResourceSpec) mcpgov.Feature {
			return mcpgov.Resource(s, func(context.Context) (*customerVars, error) { return nil, nil })
		},
		mcpgov.Panicked: func(s mcpgov.ResourceSpec) mcpgov.Feature {
			return mcpgov.Resource(s, func(context.Context) (string, error) { panic("secret-4711") })
		},
		mcpgov.OutputTooLarge: func(s mcpgov.ResourceSpec) mcpgov.Feature {
			return mcpgov.Resource(s, func(context.Context) ([]byte, error) { return make([]byte, 5<<20), nil })
		},
		mcpgov.Failed: func(s mcpgov.ResourceSpec) mcpgov.Feature {
			return mcpgov.Resource(s, func(context.Context) (string, error) { return "", context.Canceled })
		},
	} {
		log := &mcptest.Recorder{}
		config := crmConfig(t, log)
		config.Policy = rules(t, `{mcpgov: 1, policies: [{resources: ["*"], input: [{condition: "true", action: allow}]}]}`)
		srv := newServer(t, config, feature(mcpgov.ResourceSpec{URI: "crm://a", Description: "d"}))
		_, err := read(t, mcptest.New(t, srv).As(owner).Session(), "crm://a")
		require.Error(t, err)
		require.NotContains(t, err.Error(), "4711")
		require.Equal(t, string(want), last(log).Outcome)
	}
}
