package mcpgov_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// openRules let everyone call and hide labelled fields from all but admins.
const openRules = `
mcpgov: 1
default: allow
policies:
  - tools: ["*"]
    output:
      - {condition: "user.role != 'admin'", action: mask_sensitive_fields}
`

type askIn struct {
	What string `json:"what,omitempty"`
}

type report struct {
	Title  string         `json:"title"`
	Secret string         `json:"secret" gov:"secret"`
	Blocks mcpgov.Content `json:"blocks,omitempty"`
}

// oneTool is a server under openRules with a tool "report".
func oneTool[Out any](t testing.TB, log *mcptest.Recorder, handler func(context.Context, askIn) (Out, error)) *mcpgov.Server {
	t.Helper()
	return oneToolUnder(t, log, rules(t, openRules), handler)
}

func oneToolUnder[Out any](t testing.TB, log *mcptest.Recorder, p policy.Policy, handler func(context.Context, askIn) (Out, error)) *mcpgov.Server {
	t.Helper()
	config := crmConfig(t, log)
	config.Policy = p
	return newServer(t, config, reporting(handler))
}

func reporting[Out any](handler func(context.Context, askIn) (Out, error)) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{Name: "report", Description: "Reports.", ReadOnly: true}, handler)
}

func link(uri string) *mcp.ResourceLink { return &mcp.ResourceLink{URI: uri, Name: "orders"} }

func resource(r mcp.ResourceContents) *mcp.EmbeddedResource {
	return &mcp.EmbeddedResource{Resource: &r}
}

// TestContentBeside: content next to a structured result is held to the same rules, kind by kind.
func TestContentBeside(t *testing.T) {
	t.Parallel()
	const open = `{"title":"May","secret":"Zebra-4711","rows":[{"SECRET":"Zebra-4711","n":12345678901234567890}]}`
	const masked = `{"title":"May","secret":"[redacted]","rows":[{"SECRET":"[redacted]","n":12345678901234567890}]}`
	const withheld = "[withheld: this content cannot be masked field by field]"
	gone := &mcp.TextContent{Text: withheld}
	for name, test := range map[string]struct{ block, seen mcp.Content }{
		"JSON text":          {&mcp.TextContent{Text: open}, &mcp.TextContent{Text: masked}},
		"JSON text in lists": {&mcp.TextContent{Text: "[" + open + "]"}, &mcp.TextContent{Text: "[" + masked + "]"}},
		"prose":              {&mcp.TextContent{Text: "the secret is Zebra-4711"}, gone},
		"a member twice":     {&mcp.TextContent{Text: `{"secret":"x","secret":"Zebra-4711"}`}, gone},
		"lines of JSON":      {&mcp.TextContent{Text: open + "\n" + open}, &mcp.TextContent{Text: masked + "\n" + masked}},
		"JSON and prose":     {&mcp.TextContent{Text: open + "\nZebra-4711"}, gone},
		"an image":           {&mcp.ImageContent{Data: []byte("Zebra-4711"), MIMEType: "image/png"}, gone},
		"audio":              {&mcp.AudioContent{Data: []byte("Zebra-4711"), MIMEType: "audio/wav"}, gone},
		"a link":             {link("crm://orders/Zebra-4711"), gone},
		"a resource of JSON": {
			resource(mcp.ResourceContents{URI: "crm://Zebra-4711", MIMEType: "application/json", Text: open}),
			resource(mcp.ResourceContents{URI: "withheld:", MIMEType: "application/json", Text: masked}),
		},
		"a resource of prose": {resource(mcp.ResourceContents{URI: "crm://x", Text: "Zebra-4711"}), gone},
		"a blob of JSON": {
			resource(mcp.ResourceContents{URI: "crm://x", Blob: []byte(open)}),
			resource(mcp.ResourceContents{URI: "withheld:", MIMEType: "application/json", Blob: []byte(masked)}),
		},
		"a blob encoded twice": {
			resource(mcp.ResourceContents{URI: "crm://x", Blob: []byte(base64.StdEncoding.EncodeToString([]byte(open)))}),
			resource(mcp.ResourceContents{URI: "withheld:", MIMEType: "application/json", Blob: []byte(masked)}),
		},
		"a blob of bytes": {resource(mcp.ResourceContents{URI: "crm://x", Blob: []byte("\x00Zebra-4711")}), gone},
		"text with _meta": {
			&mcp.TextContent{Text: open, Meta: mcp.Meta{"note": "Zebra-4711"}, Annotations: &mcp.Annotations{Audience: []mcp.Role{"user"}}},
			&mcp.TextContent{Text: masked},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			srv := oneTool(t, log, func(context.Context, askIn) (report, error) {
				return report{Title: "May", Secret: "Zebra-4711", Blocks: mcpgov.Content{test.block}}, nil
			})
			mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
				result := h.As(nobody).Call("report", nil).OK().Has("title", "May").Masked("secret").NoLeak("Zebra-4711")
				raw, _ := result.Raw()
				require.Len(t, raw.Content, 2)
				require.Equal(t, block(t, test.seen), block(t, raw.Content[1]))
				raw, _ = h.As(admin).Call("report", nil).OK().Has("secret", "Zebra-4711").Raw()
				require.Equal(t, block(t, test.block), block(t, raw.Content[1]))
			})
			log.NoLeak(t, "Zebra-4711")
		})
	}
}

func block(t *testing.T, c mcp.Content) string {
	t.Helper()
	encoded, err := json.Marshal(c)
	require.NoError(t, err)
	return string(encoded)
}

// TestContentOnly: a tool whose Out is Content has no output schema and no structured result.
func TestContentOnly(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.AuditLevel = audit.LevelComplete
	config.Policy = rules(t, `
mcpgov: 1
default: allow
policies:
  - tools: ["*"]
    output:
      - {condition: "user.role == 'customer'", action: filter_fields, fields: ["content"]}
`)
	answers := map[string]mcpgov.Content{
		"":        {&mcp.TextContent{Text: "done"}, link("crm://orders/1")},
		"empty":   {},
		"nothing": nil,
	}
	srv := newServer(t, config, mcpgov.Tool(mcpgov.ToolSpec{Name: "report", Description: "Reports.", ReadOnly: true},
		func(_ context.Context, in askIn) (mcpgov.Content, error) { return answers[in.What], nil }))
	require.Nil(t, srv.Manifest().Tools[0].OutputSchema)
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		log.Reset()
		client := h.As(admin)
		raw, err := client.Call("report", nil).OK().Raw()
		require.NoError(t, err)
		require.Nil(t, raw.StructuredContent)
		require.Len(t, raw.Content, 2)
		require.Equal(t, "done", raw.Content[0].(*mcp.TextContent).Text)
		raw, _ = client.Call("report", askIn{"empty"}).OK().Raw()
		require.Empty(t, raw.Content)
		client.Call("report", askIn{"nothing"}).Ended(mcpgov.OutputInvalid)
		raw, _ = h.As(nobody).Call("report", nil).OK().NoLeak("done", "crm://").Raw()
		require.Empty(t, raw.Content)
		outcome := log.Outcomes()[0]
		require.Nil(t, outcome.Response, "content has no shape a record could hold")
		require.NotEmpty(t, outcome.ResponseDigest)
		require.Positive(t, outcome.Bytes)
	})
}

// Results whose JSON is made by their own code.
type (
	panicking struct{ X int }
	erring    struct{ X int }
	garbage   struct{ X int }
)

func (panicking) MarshalJSON() ([]byte, error) { panic("marshal me not") }
func (erring) MarshalJSON() ([]byte, error)    { return nil, errors.New("pq: cursor closed") }
func (garbage) MarshalJSON() ([]byte, error)   { return []byte(`{"x":`), nil }

type holder[T any] struct {
	Value T `json:"value"`
}

func holding[T any](value T) mcpgov.Feature {
	return reporting(func(context.Context, askIn) (holder[T], error) { return holder[T]{value}, nil })
}

// TestResultsThatCannotBeMade: whatever a result's own code does ends the call, never the process.
func TestResultsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tool  mcpgov.Feature
		ends  mcpgov.Code
		cause string
	}{
		"nothing at all": {
			reporting(func(context.Context, askIn) (*report, error) { return nil, nil }), mcpgov.OutputInvalid, "neither a result nor an error",
		},
		"a nil block": {
			reporting(func(context.Context, askIn) (report, error) { return report{Blocks: mcpgov.Content{nil}}, nil }), mcpgov.MaskFailed, "",
		},
		"MarshalJSON panics":         {holding(panicking{}), mcpgov.Panicked, "marshal me not"},
		"MarshalJSON fails":          {holding(erring{}), mcpgov.Failed, "cursor closed"},
		"MarshalJSON writes no JSON": {holding(garbage{}), mcpgov.Failed, ""},
		"raw JSON that is none":      {holding(json.RawMessage(`{"a":1,`)), mcpgov.Failed, ""},
		"a channel in any":           {holding[any](make(chan int)), mcpgov.Failed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &mcptest.Recorder{}
			config := crmConfig(t, log)
			config.Policy = policy.AllowAll()
			mcptest.EachEra(t, newServer(t, config, test.tool), func(t *testing.T, h *mcptest.Harness) {
				log.Reset()
				client := h.As(nobody)
				client.Call("report", nil).Ended(test.ends).NoLeak("marshal me", "cursor")
				client.Call("report", nil).Ended(test.ends)
				require.Len(t, log.Outcomes(), 2)
				require.Contains(t, log.Outcomes()[0].Cause, test.cause)
			})
		})
	}
}

// TestNilMeansEmpty: what Go leaves nil leaves as the empty list and object the schema promises.
func TestNilMeansEmpty(t *testing.T) {
	t.Parallel()
	type lists struct {
		List []string       `json:"list"`
		Map  map[string]int `json:"map"`
	}
	srv := oneToolUnder(t, &mcptest.Recorder{}, policy.AllowAll(), func(context.Context, askIn) (*lists, error) { return &lists{}, nil })
	mcptest.New(t, srv).As(nobody).Call("report", nil).OK().JSON(json.RawMessage(`{"list":[],"map":{}}`))
}
