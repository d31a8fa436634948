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

type page struct {
	Title   string         `json:"title" jsonschema:"minLength=1"`
	Email   string         `json:"email,omitempty" gov:"pii,mask=email"`
	Extra   map[string]any `json:"extra,omitempty"`
	Content mcpgov.Content `json:"content"`
}

func pageServer(t testing.TB, log *mcptest.Recorder, c mcpgov.Clean, result page, err error) *mcptest.Harness {
	t.Helper()
	config := crmConfig(t, log)
	config.Clean, config.AuditLevel = c, audit.LevelComplete
	config.Policy = rules(t, `
mcpgov: 1
policies:
  - tools: ["*"]
    input: [{condition: "true", action: allow}]
    output: [{condition: "user.role != 'admin'", action: mask_sensitive_fields}]
`)
	return mcptest.New(t, newServer(t, config, mcpgov.Tool(
		mcpgov.ToolSpec{Name: "fetch", Description: "Fetches a page.", ReadOnly: true, Untrusted: true},
		func(context.Context, struct{}) (page, error) { return result, err })))
}

// TestCleanOutput: what nobody sees is in none of the texts that go out, nor in the record, and is counted.
func TestCleanOutput(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	hidden := "\u200b\U000E0069\U000E0067\x1b[8m\u202e"
	dirty := page{
		Title: "Hello" + hidden, Extra: map[string]any{"ke\u200by": []any{"v\u0000alue"}},
		Content: mcpgov.Content{
			&mcp.TextContent{Text: "text" + hidden},
			&mcp.ResourceLink{URI: "https://example.com/", Name: "name" + hidden, Description: "see" + hidden},
			&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "https://example.com/", Text: "inside" + hidden}},
			&mcp.ImageContent{Data: []byte{1, 2, 3}, MIMEType: "image/png"},
		},
	}
	res, err := pageServer(t, log, mcpgov.Clean{}, dirty, nil).As(admin).Session().CallTool(t.Context(), &mcp.CallToolParams{Name: "fetch"})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"title": "Hello", "extra": map[string]any{"key": []any{"value"}}}, res.StructuredContent)
	require.Equal(t, true, res.Meta["mcpgov/untrusted"])
	require.Equal(t, `{"title":"Hello","extra":{"key":["value"]}}`, res.Content[0].(*mcp.TextContent).Text)
	require.Equal(t, "text", res.Content[1].(*mcp.TextContent).Text)
	require.Equal(t, "see", res.Content[2].(*mcp.ResourceLink).Description)
	require.Equal(t, "inside", res.Content[3].(*mcp.EmbeddedResource).Resource.Text)
	require.Equal(t, []byte{1, 2, 3}, res.Content[4].(*mcp.ImageContent).Data)
	require.Equal(t, 5+2+4*5, last(log).Cleaned)
	require.JSONEq(t, `{"title":"Hello","extra":{"key":["value"]}}`, string(last(log).Response))

	marked := pageServer(t, log, mcpgov.Clean{Mode: mcpgov.CleanMark}, page{Title: "a\u202eb"}, nil).As(admin).Call("fetch", nil)
	marked.OK().Has("title", "a[U+202E]b")
	off := pageServer(t, log, mcpgov.Clean{Mode: mcpgov.CleanOff}, page{Title: "a\u202eb"}, nil).As(admin).Call("fetch", nil)
	off.OK().Has("title", "a\u202eb")

	refused := pageServer(t, log, mcpgov.Clean{Mode: mcpgov.CleanRefuse}, page{Title: "a\u202eb"}, nil).As(admin).Call("fetch", nil)
	require.NotContains(t, refused.Text(), "\u202e")
	require.Equal(t, "output_invalid", last(log).Outcome)
	require.Contains(t, last(log).Cause, "direction character")
}

// TestCleanedResultsFitTheirSchema: a text of which nothing is left does not go out as one its schema forbids.
func TestCleanedResultsFitTheirSchema(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	pageServer(t, log, mcpgov.Clean{}, page{Title: "\u200b\u200b"}, nil).As(admin).Call("fetch", nil)
	require.Equal(t, "output_invalid", last(log).Outcome)
	require.Contains(t, last(log).Cause, "/title")
}

// TestCleanErrors: messages to the caller are texts that go out like any other.
func TestCleanErrors(t *testing.T) {
	t.Parallel()
	for mode, want := range map[mcpgov.CleanMode]string{
		mcpgov.CleanRemove: "no such page", mcpgov.CleanMark: "no such [U+202E]page", mcpgov.CleanRefuse: "the tool failed", mcpgov.CleanOff: "no such \u202epage",
	} {
		log := &mcptest.Recorder{}
		res := pageServer(t, log, mcpgov.Clean{Mode: mode}, page{}, mcpgov.Userf("no such \u202epage")).As(admin).Call("fetch", nil)
		require.Contains(t, res.Text(), want)
	}
	config := crmConfig(t, &mcptest.Recorder{})
	config.Clean.Mode = 9
	_, err := mcpgov.New(config)
	require.ErrorContains(t, err, "config: field Clean.Mode is 9: write CleanRemove, CleanMark, CleanRefuse or CleanOff")
}

// TestCleanDoesNotUndoMasks: invisible characters in a sensitive value keep it from being masked no more than from being cleaned.
func TestCleanDoesNotUndoMasks(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := pageServer(t, log, mcpgov.Clean{Patterns: true}, page{
		Title: "t", Email: "a\u200bnn@exa\u200bmple.com",
		Extra: map[string]any{"note": "4111\u200b1111\u200b1111\u200b1111", "key": "AKIAIOSFODNN7EXAMPLE"},
	}, nil)
	h.As(owner).Call("fetch", nil).OK().Has("email", "[redacted]").Has("extra.note", "[redacted]").Has("extra.key", "[redacted]")
	require.Equal(t, 3+2, last(log).Cleaned)
}
