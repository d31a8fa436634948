package mcpgov_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

func textFiles(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{"README.md": {Data: []byte("# How to write")}, "notes.txt": {Data: []byte("x")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// TestTexts: what stands in files is what clients are told, and the tags are what rules select by.
func TestTexts(t *testing.T) {
	t.Parallel()
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = rules(t, `
mcpgov: 1
user: {customer_id: "string?"}
policies:
  - tools: ["tag:people"]
    input: [{condition: "true", action: allow}]
    output: [{condition: "true", action: mask_sensitive_fields}]
  - prompts: ["*"]
    output: [{condition: "true", action: mask_sensitive_fields}]
  - resources: ["*"]
    output: [{condition: "true", action: mask_sensitive_fields}]
`)
	spec := lookupSpec()
	spec.Description, spec.Tags = "", []string{"crm"}
	files := textFiles(map[string]string{
		"tools/customer.md": "---\ntool: get_customer\ntitle: Customer\ntags: [people]\ninput:\n  customer_id: {description: The number on the invoice., examples: [cust_42]}\noutput:\n  email: {description: Where to write to.}\n  orders.id: {examples: [o1]}\n---\nLooks a customer up.\n\nUse it first.\n",
		"prompts.yaml":      "prompt: dunning\ndescription: Asks for money.\ninput: {days: {description: How long to wait.}}\n",
		"a/b/template.yml":  "resource: crm://customers/{id}\ntitle: A customer\n",
	})
	srv := newServer(t, config, append(deskFeatures(), mcpgov.Tool(spec, found), mcpgov.Texts(files))...)
	m := srv.Manifest()
	tool := m.Tools[0]
	require.Equal(t, "Customer", tool.Title)
	require.Equal(t, "Looks a customer up.\n\nUse it first.", tool.Description)
	require.Equal(t, []string{"crm", "people"}, tool.Meta["mcpgov/tags"])
	var in struct {
		Properties map[string]struct {
			Description string
			Examples    []any
			Pattern     string
		}
	}
	require.NoError(t, json.Unmarshal(tool.InputSchema.(json.RawMessage), &in))
	require.Equal(t, "The number on the invoice.", in.Properties["customer_id"].Description)
	require.Equal(t, []any{"cust_42"}, in.Properties["customer_id"].Examples)
	require.Equal(t, "^cust_[0-9]+$", in.Properties["customer_id"].Pattern)
	require.Equal(t, "Caller PIN", in.Properties["pin"].Description)
	require.Contains(t, string(tool.OutputSchema.(json.RawMessage)), `"description":"Where to write to."`)
	require.Contains(t, string(tool.OutputSchema.(json.RawMessage)), `"examples":["o1"]`)
	require.Equal(t, "A customer", m.Templates[0].Title)
	require.Equal(t, "One customer.", m.Templates[0].Description)
	require.Equal(t, "Asks for money.", m.Prompts[0].Description)
	require.Equal(t, "How long to wait.", m.Prompts[0].Arguments[2].Description)
	mcptest.New(t, srv).As(owner).Call("get_customer", asksForAnn).OK()
}

func TestFaultyTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"tool: get_custmer\ntitle: x":                                 `texts: a.yaml: there is no tool "get_custmer" (did you mean "get_customer"?)`,
		"prompt: get_customer\ntitle: x":                              `texts: a.yaml: there is no prompt "get_customer"`,
		"tool: get_customer\ntitel: x":                                `texts: a.yaml:2:1: unknown key "titel" (did you mean "title"?)`,
		"tool: get_customer\ninput: {customer: {description: x}}":     `texts: a.yaml: input: customer: there is no field "customer" (did you mean "customer_id"?)`,
		"tool: get_customer\noutput: {orders.cart: {description: x}}": `texts: a.yaml: output: orders.cart: there is no field "cart" (did you mean "card"?)`,
		"tool: get_customer\noutput: {name.first: {description: x}}":  `texts: a.yaml: output: name.first: there is nothing in it called "first"`,
		"tool: get_customer\ninput: {customer_id: {}}":                `texts: a.yaml: input: customer_id: it says nothing: write description or examples`,
		"tool: get_customer\ninput: {customer_id: {example: x}}":      `texts: a.yaml:2:23: unknown key "example" (did you mean "examples"?)`,
		"title: x":                      `texts: a.yaml: write one of tool, prompt and resource`,
		"tool: get_customer\nprompt: p": `texts: a.yaml: write one of tool, prompt and resource`,
		"":                              `texts: a.yaml: it is empty`,
		"- a":                           `texts: a.yaml: yaml`,
		"tool: [":                       `texts: a.yaml: yaml`,
	} {
		_, err := mcpgov.New(crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(lookupSpec(), found), mcpgov.Texts(textFiles(map[string]string{"a.yaml": text})))
		require.ErrorContains(t, err, want, text)
	}
	for text, want := range map[string]string{
		"# Title": `texts: a.md: it does not begin with YAML between two lines of "---"`,
		"---\ntool: get_customer\ndescription: x\n---\nbody": `texts: a.md: there are two descriptions`,
		"---\ntool: get_customer\ntitel: x\n---\nbody":       `texts: a.md:3:1: unknown key "titel"`,
	} {
		_, err := mcpgov.New(crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(lookupSpec(), found), mcpgov.Texts(textFiles(map[string]string{"a.md": text})))
		require.ErrorContains(t, err, want, text)
	}
	_, err := mcpgov.New(crmConfig(t, &mcptest.Recorder{}), mcpgov.Tool(lookupSpec(), found), mcpgov.Texts(nil),
		mcpgov.Texts(textFiles(map[string]string{"a.yaml": "tool: get_customer\ntitle: x", "b.yaml": "tool: get_customer\ntitle: x"})))
	require.ErrorContains(t, err, "texts: b.yaml: a.yaml is about tool \"get_customer\" as well: write one file")
	require.ErrorContains(t, err, "texts: the file system is nil")
}
