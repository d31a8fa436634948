package mcpgov_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

type customerVars struct {
	ID string `json:"id" jsonschema:"pattern=^cust_[0-9]+$"`
}

// deskRules: everybody reads the handbook, customers their own record, and staff the till.
const deskRules = `
mcpgov: 1
user: {customer_id: "string?"}
policies:
  - resources: ["crm://customers/{id}"]
    input:
      - {id: own-record, condition: "user.role == 'customer' && id != user.customer_id", action: deny, reason: "Customers can only view their own data"}
      - {condition: "true", action: allow}
    output:
      - {id: no-notes, condition: "user.role != 'admin'", action: filter_fields, fields: [internal_notes]}
  - resources: ["crm://till"]
    input: [{id: staff, condition: "user.role == 'admin'", action: allow}]
  - resources: ["crm://handbook", "crm://logo"]
    input: [{condition: "true", action: allow}]
    output:
      - {condition: "user.role == 'guest'", action: mask_fields, fields: [text], mask: redact}
      - {condition: "user.role == 'guest'", action: mask_fields, fields: [blob]}
  - prompts: ["dunning"]
    input: [{condition: "customer == user.customer_id || user.role == 'admin'", action: allow}]
  - prompts: ["hello"]
    input: [{condition: "true", action: allow}]
  - resources: ["*"]
    prompts: ["*"]
    output: [{id: pii, condition: "user.role != 'admin'", action: mask_sensitive_fields}]
`

type dunningIn struct {
	Customer string `json:"customer" jsonschema:"description=Whom to write to"`
	Tone     string `json:"tone,omitempty" jsonschema:"enum=kind,enum=firm,default=kind"`
	Days     int    `json:"days,omitempty" jsonschema:"minimum=1,default=14"`
}

type dunning struct {
	Name   string  `json:"name"`
	Email  string  `json:"email" gov:"pii,mask=email"`
	Credit int     `json:"credit_score" gov:"sensitive"`
	Days   int     `json:"days"`
	Orders []order `json:"orders"`
}

func deskFeatures() []mcpgov.Feature {
	guess := func(_ context.Context, typed string, _ map[string]string) ([]string, error) {
		return []string{"cust_1", "cust_42", "cust_43", "other"}, nil
	}
	return []mcpgov.Feature{
		mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://handbook", Description: "How we work."},
			func(context.Context) (string, error) { return "Be kind.", nil }),
		mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://logo", MIMEType: "image/png", Description: "The logo."},
			func(context.Context) ([]byte, error) { return []byte{0x89, 'P', 'N', 'G'}, nil }),
		mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://till", Name: "till", Title: "The till", Description: "What is in the till.", Tags: []string{"money"}},
			func(context.Context) (struct {
				Cents int `json:"cents"`
			}, error,
			) {
				return struct {
					Cents int `json:"cents"`
				}{4711}, nil
			}),
		mcpgov.Template(mcpgov.ResourceSpec{
			URI: "crm://customers/{id}", Name: "customer", Description: "One customer.",
			Errors:   []mcpgov.ErrorSpec{{Code: "gone", Meaning: "The customer left."}},
			Complete: map[string]mcpgov.Completer{"id": guess},
		}, func(_ context.Context, v customerVars) (*customer, error) {
			if v.ID == "cust_7" {
				return nil, mcpgov.Fail("gone", "cust_7 left in May")
			}
			c := ann()
			return &c, nil
		}),
		mcpgov.Prompt(mcpgov.PromptSpec{
			Name: "dunning", Description: "A reminder to pay.",
			Messages: []mcpgov.PromptMessage{
				{Text: "Write to {{.name}} <{{.email}}>{{if .credit_score}}, score {{.credit_score}}{{end}}: {{.days}} days.{{range .orders}} {{.id}}/{{.card}}{{end}}"},
				{Role: "assistant", Text: "Dear {{.name}},"},
			},
			Complete: map[string]mcpgov.Completer{"customer": guess},
		}, func(_ context.Context, in dunningIn) (dunning, error) {
			c := ann()
			return dunning{c.Name, c.Email, c.Credit, in.Days, c.Orders}, nil
		}),
		mcpgov.Prompt(mcpgov.PromptSpec{Name: "hello", Description: "Says hello."},
			func(context.Context, struct{}) (string, error) { return "Say hello.", nil }),
	}
}

func deskServer(t testing.TB, log *mcptest.Recorder) *mcpgov.Server {
	t.Helper()
	config := crmConfig(t, log)
	config.Policy = rules(t, deskRules)
	config.AuditLevel = audit.LevelComplete
	return newServer(t, config, deskFeatures()...)
}

func read(t testing.TB, session *mcp.ClientSession, uri string) (*mcp.ResourceContents, error) {
	t.Helper()
	res, err := session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
	if err != nil {
		return nil, err
	}
	require.Len(t, res.Contents, 1)
	return res.Contents[0], nil
}

// TestResources: what a caller may not read is not listed, does not exist when read, and what he may read is masked for him.
func TestResources(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := mcptest.New(t, deskServer(t, log))
	customers, staff, guest := h.As(owner).Session(), h.As(admin).Session(), h.As(mcpgov.User{ID: "g", Role: "guest"}).Session()

	list, err := customers.ListResources(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"crm://handbook", "crm://logo"}, []string{list.Resources[0].URI, list.Resources[1].URI})
	require.Equal(t, "private", list.CacheScope)
	list, err = staff.ListResources(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list.Resources, 3)
	require.Equal(t, &mcp.Resource{
		Meta: mcp.Meta{"mcpgov/tags": []any{"money"}}, URI: "crm://till", Name: "till", Title: "The till",
		Description: "What is in the till.", MIMEType: "application/json",
	}, list.Resources[2])
	templates, err := customers.ListResourceTemplates(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "crm://customers/{id}", templates.ResourceTemplates[0].URITemplate)

	got, err := read(t, customers, "crm://handbook")
	require.NoError(t, err)
	require.Equal(t, &mcp.ResourceContents{URI: "crm://handbook", MIMEType: "text/plain", Text: "Be kind."}, got)
	got, err = read(t, customers, "crm://logo")
	require.NoError(t, err)
	require.Equal(t, &mcp.ResourceContents{URI: "crm://logo", MIMEType: "image/png", Blob: []byte{0x89, 'P', 'N', 'G'}}, got)
	got, err = read(t, guest, "crm://handbook")
	require.NoError(t, err)
	require.Equal(t, "[redacted]", got.Text)
	got, err = read(t, guest, "crm://logo")
	require.NoError(t, err)
	require.Empty(t, got.Blob)
	require.Contains(t, got.Text, "withheld")

	got, err = read(t, customers, "crm://customers/cust_42")
	require.NoError(t, err)
	require.Equal(t, "application/json", got.MIMEType)
	require.JSONEq(t, `{"name":"Ann","email":"a***@example.com","credit_score":null,"orders":[{"id":"o1","card":"****1234"},{"id":"o2","card":"****9876"}]}`, got.Text)
	record := last(log)
	require.Equal(t, audit.Target{Kind: "resource", Name: "crm://customers/{id}", ReadOnly: true}, record.Target)
	require.JSONEq(t, `{"id":"cust_42"}`, string(record.Arguments))
	require.Equal(t, "ok", record.Outcome)
	require.NotContains(t, string(record.Response), "ann.example")

	// What is there and what is not are told apart by nothing, whoever hides it.
	_, hidden := read(t, customers, "crm://till")
	_, missing := read(t, customers, "crm://nill")
	require.Equal(t, strings.ReplaceAll(wireError(t, hidden), "till", "nill"), wireError(t, missing))
	require.Equal(t, "denied", log.Requests()[len(log.Requests())-2].Outcome)
	require.Equal(t, "unknown", last(log).Outcome)

	for uri, want := range map[string]struct {
		code    mcpgov.Code
		message string
	}{
		"crm://customers/cust_43":   {mcpgov.Denied, "Customers can only view their own data"},
		"crm://customers/ann":       {mcpgov.InvalidInput, "pattern"},
		"crm://customers/cust_7":    {"gone", "cust_7 left in May"},
		"crm://customers/cust%5F42": {mcpgov.Unknown, "Resource not found"}, // another spelling of cust_42
		"crm://customers/":          {mcpgov.InvalidInput, ""},
	} {
		caller := customers
		if want.code == "gone" {
			caller = staff
		}
		_, err := read(t, caller, uri)
		require.ErrorContains(t, err, want.message, uri)
		require.Equal(t, string(want.code), last(log).Outcome, uri)
	}
}

func wireError(t testing.TB, err error) string {
	t.Helper()
	var wire *jsonrpc.Error
	require.ErrorAs(t, err, &wire)
	encoded, failure := json.Marshal(wire)
	require.NoError(t, failure)
	return string(encoded)
}

// TestPrompts: a prompt is filled in with what its reader may see.
func TestPrompts(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := mcptest.New(t, deskServer(t, log))
	customers, staff := h.As(owner).Session(), h.As(admin).Session()

	list, err := customers.ListPrompts(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list.Prompts, 2)
	require.Equal(t, []*mcp.PromptArgument{
		{Name: "customer", Description: "Whom to write to", Required: true}, {Name: "tone"}, {Name: "days"},
	}, list.Prompts[0].Arguments)

	get := func(session *mcp.ClientSession, arguments map[string]string) (*mcp.GetPromptResult, error) {
		return session.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "dunning", Arguments: arguments})
	}
	got, err := get(staff, map[string]string{"customer": "cust_42", "days": "30"})
	require.NoError(t, err)
	require.Equal(t, mcp.Role("user"), got.Messages[0].Role)
	require.Equal(t, "Write to Ann <ann.example@example.com>, score 612: 30 days. o1/4000123412341234 o2/5000987698769876", text(t, got, 0))
	require.Equal(t, mcp.Role("assistant"), got.Messages[1].Role)
	require.Equal(t, "Dear Ann,", text(t, got, 1))

	got, err = get(customers, map[string]string{"customer": "cust_42"})
	require.NoError(t, err)
	require.Equal(t, "Write to Ann <a***@example.com>: 14 days. o1/****1234 o2/****9876", text(t, got, 0))
	require.Equal(t, audit.Target{Kind: "prompt", Name: "dunning", ReadOnly: true}, last(log).Target)

	hello, err := customers.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "hello"})
	require.NoError(t, err)
	require.Equal(t, "Say hello.", text(t, hello, 0))

	_, err = get(customers, map[string]string{"customer": "cust_43"})
	require.ErrorContains(t, err, "not permitted")
	_, err = get(customers, map[string]string{"customer": "cust_42", "days": "many"})
	require.ErrorContains(t, err, "/days")
	_, err = get(customers, map[string]string{"customer": "cust_42", "tone": "rude"})
	require.ErrorContains(t, err, "/tone")
	_, err = customers.GetPrompt(t.Context(), &mcp.GetPromptParams{Name: "nothing"})
	require.ErrorContains(t, err, `unknown prompt "nothing"`)
}

func text(t testing.TB, got *mcp.GetPromptResult, i int) string {
	t.Helper()
	require.Greater(t, len(got.Messages), i)
	block, ok := got.Messages[i].Content.(*mcp.TextContent)
	require.True(t, ok)
	return block.Text
}

// TestCompletion: a caller is suggested what he could use.
func TestCompletion(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	h := mcptest.New(t, deskServer(t, log))
	complete := func(u mcpgov.User, ref *mcp.CompleteReference, name, typed string) ([]string, error) {
		res, err := h.As(u).Session().Complete(t.Context(), &mcp.CompleteParams{Ref: ref, Argument: mcp.CompleteParamsArgument{Name: name, Value: typed}})
		if err != nil {
			return nil, err
		}
		return res.Completion.Values, nil
	}
	template := &mcp.CompleteReference{Type: "ref/resource", URI: "crm://customers/{id}"}
	prompt := &mcp.CompleteReference{Type: "ref/prompt", Name: "dunning"}
	for _, c := range []struct {
		user mcpgov.User
		ref  *mcp.CompleteReference
		name string
		want []string
	}{
		{owner, template, "id", []string{"cust_42"}},
		{admin, template, "id", []string{"cust_1", "cust_42", "cust_43"}}, // "other" does not fit the schema
		{owner, prompt, "customer", []string{"cust_42"}},
		{admin, prompt, "customer", []string{"cust_1", "cust_42", "cust_43"}},
		{admin, prompt, "tone", []string{"kind", "firm"}},
		{owner, prompt, "tone", []string{}}, // the customer decides, and is not settled
		{admin, prompt, "days", []string{}},
	} {
		typed := "cust"
		if c.name != "id" && c.name != "customer" {
			typed = ""
		}
		got, err := complete(c.user, c.ref, c.name, typed)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%s for %s", c.name, c.user.ID)
	}
	_, err := complete(nobody, &mcp.CompleteReference{Type: "ref/prompt", Name: "none"}, "a", "")
	require.ErrorContains(t, err, `unknown prompt "none"`)
	_, err = complete(nobody, &mcp.CompleteReference{Type: "ref/resource", URI: "crm://till"}, "a", "")
	require.ErrorContains(t, err, "Resource not found")
}

// TestSensitiveVariables: a value in a URI is masked in the log like any other argument, also where the URI is misspelt or only watched.
func TestSensitiveVariables(t *testing.T) {
	t.Parallel()
	type vars struct {
		SSN string `json:"ssn" gov:"pii"`
	}
	log := &mcptest.Recorder{}
	config := crmConfig(t, log)
	config.AuditLevel = audit.LevelComplete
	config.Policy = rules(t, `{mcpgov: 1, policies: [{resources: ["tax://{ssn}"], input: [{condition: "ssn != '1'", action: allow}]}]}`)
	h := mcptest.New(t, newServer(t, config, mcpgov.Template(mcpgov.ResourceSpec{URI: "tax://{ssn}", Description: "d"},
		func(context.Context, vars) (string, error) { return "ok", nil })))
	session := h.As(owner).Session()
	_, err := read(t, session, "tax://756-1234")
	require.NoError(t, err)
	require.NoError(t, session.Subscribe(t.Context(), &mcp.SubscribeParams{URI: "tax://756-1234"}))
	for _, uri := range []string{"tax://756-1234/", "taxes://756-1234", "tax://756%2D1234"} {
		_, err := read(t, session, uri)
		require.ErrorContains(t, err, "Resource not found")
		// In this era it opens a stream, on which the server acknowledges what it may send: nothing.
		require.NoError(t, session.Subscribe(t.Context(), &mcp.SubscribeParams{URI: uri}))
	}
	log.NoLeak(t, "756-1234")
}
