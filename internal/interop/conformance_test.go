package interop_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type headers struct {
	Region   string `json:"region" jsonschema_extras:"x-mcp-header=Region"`
	Priority int    `json:"priority" jsonschema_extras:"x-mcp-header=Priority"`
	Verbose  bool   `json:"verbose" jsonschema_extras:"x-mcp-header=Verbose"`
	Query    string `json:"query"`
}

// everything offers what the conformance suite has fixed the names of, as far as this server can.
func everything() (*mcpgov.Server, error) {
	tool := func(name string, blocks ...mcp.Content) mcpgov.Feature {
		spec := mcpgov.ToolSpec{Name: name, Description: "Returns fixed content.", ReadOnly: true}
		return mcpgov.Tool(spec, func(context.Context, nothing) (mcpgov.Content, error) { return blocks, nil })
	}
	text := &mcp.TextContent{Text: "This is a simple text response for testing."}
	image := &mcp.ImageContent{MIMEType: "image/png", Data: []byte("\x89PNG")}
	resource := &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "test://resource", MIMEType: "text/plain", Text: "a text"}}
	return mcpgov.New(mcpgov.Config{
		Name: "everything", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
		Logger: slog.New(slog.DiscardHandler),
	},
		tool("test_simple_text", text),
		tool("test_image_content", image),
		tool("test_audio_content", &mcp.AudioContent{MIMEType: "audio/wav", Data: []byte("RIFF")}),
		tool("test_embedded_resource", resource),
		tool("test_multiple_content_types", text, image, resource),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "test_error_handling", Description: "Fails.", ReadOnly: true},
			func(context.Context, nothing) (mcpgov.Content, error) { return nil, errors.New("always") }),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "test_tool_with_progress", Description: "Reports progress.", ReadOnly: true},
			func(ctx context.Context, _ nothing) (mcpgov.Content, error) {
				for _, done := range []float64{0, 50, 100} {
					mcpgov.Progress(ctx, done, 100, "working")
				}
				return mcpgov.Content{text}, nil
			}),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "test_custom_headers", Description: "Takes arguments from headers too.", ReadOnly: true},
			func(context.Context, headers) (mcpgov.Content, error) { return mcpgov.Content{text}, nil }),
		mcpgov.Resource(mcpgov.ResourceSpec{URI: "test://static-text", Description: "A text."},
			func(context.Context) (string, error) { return "This is the content of the static text resource.", nil }),
		mcpgov.Resource(mcpgov.ResourceSpec{URI: "test://static-binary", MIMEType: "image/png", Description: "A picture."},
			func(context.Context) ([]byte, error) { return image.Data, nil }),
		mcpgov.Resource(mcpgov.ResourceSpec{URI: "test://watched-resource", Description: "Watched."},
			func(context.Context) (string, error) { return "Watched resource content", nil }),
		mcpgov.Template(mcpgov.ResourceSpec{URI: "test://template/{id}/data", Description: "One of many."},
			func(_ context.Context, v datumID) (datum, error) {
				return datum{ID: v.ID, TemplateTest: true, Data: "Data for ID: " + v.ID}, nil
			}),
		mcpgov.Prompt(mcpgov.PromptSpec{Name: "test_simple_prompt", Description: "A plain prompt."},
			func(context.Context, nothing) (string, error) { return "This is a simple prompt for testing.", nil }),
		mcpgov.Prompt(mcpgov.PromptSpec{
			Name: "test_prompt_with_arguments", Description: "A prompt with arguments.",
			Messages: []mcpgov.PromptMessage{{Text: "Prompt with arguments: arg1='{{.arg1}}', arg2='{{.arg2}}'"}},
			Complete: map[string]mcpgov.Completer{"arg1": func(context.Context, string, map[string]string) ([]string, error) {
				return []string{"paris", "park", "party"}, nil
			}},
		}, func(_ context.Context, in twoTexts) (twoTexts, error) { return in, nil }),
		mcpgov.Prompt(mcpgov.PromptSpec{Name: "test_prompt_with_embedded_resource", Description: "Holds a resource."},
			func(_ context.Context, in whichResource) (mcpgov.Content, error) {
				return mcpgov.Content{
					&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: in.URI, MIMEType: "text/plain", Text: "Embedded resource content for testing."}},
					&mcp.TextContent{Text: "Please process the embedded resource above."},
				}, nil
			}),
		mcpgov.Prompt(mcpgov.PromptSpec{Name: "test_prompt_with_image", Description: "Holds a picture."},
			func(context.Context, nothing) (mcpgov.Content, error) {
				return mcpgov.Content{image, &mcp.TextContent{Text: "Please analyze the image above."}}, nil
			}))
}

type (
	datumID struct {
		ID string `json:"id"`
	}
	datum struct {
		ID           string `json:"id"`
		TemplateTest bool   `json:"templateTest"`
		Data         string `json:"data"`
	}
	twoTexts struct {
		Arg1 string `json:"arg1" jsonschema:"description=First test argument"`
		Arg2 string `json:"arg2" jsonschema:"description=Second test argument"`
	}
	whichResource struct {
		URI string `json:"resourceUri" jsonschema:"description=URI of the resource to embed"`
	}
)

// notServed are the checks, by scenario or by their own id, that ask for what this server does not offer, with the reason. Every other
// check must pass, and none of these may: what begins to pass leaves the table.
var notServed = map[string]string{
	"logging-set-level":       "no log messages to clients",
	"tools-call-with-logging": "no log messages to clients",
	"tools-call-sampling":     "tools do not ask the client's model",
	"json-schema-2020-12":     "schemas come from Go types, not from a text that a test can fix",

	"elicitation-":                                           "nobody can be asked yet",
	"tools-call-elicitation":                                 "nobody can be asked yet",
	"input-required-result-":                                 "nobody can be asked yet",
	"sep-2575-server-rejects-undeclared-capability":          "needs a tool that asks somebody",
	"sep-2575-missing-capability-http-400":                   "needs a tool that asks somebody",
	"sep-2575-http-server-no-independent-requests-on-stream": "needs a tool that asks somebody",
	"sep-2575-server-no-log-without-loglevel":                "needs a tool that logs to clients",

	"tasks-": "an extension of the protocol that is not implemented",
}

// resultFolder is where the suite leaves the checks of one scenario: its name and the time.
var resultFolder = regexp.MustCompile(`^server-(.+)-\d{4}-\d\d-\d\dT[^T]*$`)

// conform runs all scenarios that each revision of the protocol requires, on one address.
func (w *world) conform(t *testing.T) {
	t.Helper()
	srv, err := everything()
	require.NoError(t, err)
	url := serveHTTP(t, srv, mcpgov.HTTPOptions{})
	failing := map[string]bool{}
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			results := t.TempDir()
			suite := filepath.Join("node_modules", "@modelcontextprotocol", "conformance", "dist", "index.js")
			// It exits with an error where any scenario fails; which may fail is decided below.
			out, _ := w.node(t, suite, "server", "--url", url, "--requirements", revision, "-o", results).CombinedOutput()
			files, err := filepath.Glob(filepath.Join(results, "server-*", "checks.json"))
			require.NoError(t, err)
			require.NotEmpty(t, files, "%s", out)
			passed := 0
			for _, file := range files {
				scenario := resultFolder.FindStringSubmatch(filepath.Base(filepath.Dir(file)))
				require.NotNil(t, scenario, file)
				passed += judge(t, scenario[1], file, failing)
			}
			t.Logf("%d scenarios, %d checks passed", len(files), passed)
		})
	}
	for check := range notServed {
		require.True(t, failing[check], "%s passes: take it out of notServed", check)
	}
}

// judge counts the checks of one scenario that passed, and notes in failing which rows of notServed the others fall under.
func judge(t *testing.T, scenario, file string, failing map[string]bool) (passed int) {
	t.Helper()
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	var checks []struct{ ID, Status, ErrorMessage string }
	require.NoError(t, json.Unmarshal(source, &checks))
	for _, c := range checks {
		if c.Status == "SUCCESS" {
			passed++
		}
		if c.Status != "FAILURE" { // warnings are about what a server should, not must do
			continue
		}
		known := false
		for row := range notServed {
			if c.ID == row || scenario == row || strings.HasSuffix(row, "-") && strings.HasPrefix(scenario, row) {
				known, failing[row] = true, true
			}
		}
		if !known {
			t.Errorf("%s: %s: %s", scenario, c.ID, c.ErrorMessage)
		}
	}
	return passed
}
