package mcpgov_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// TestFaultyFeatures: every fault of a resource, a template or a prompt is told by New, with its place and what to write.
func TestFaultyFeatures(t *testing.T) {
	t.Parallel()
	type listIn struct {
		IDs []string `json:"ids"`
	}
	resource := func(uri string) mcpgov.Feature {
		return mcpgov.Resource(mcpgov.ResourceSpec{URI: uri, Description: "d"}, func(context.Context) (string, error) { return "", nil })
	}
	template := func(uri string) mcpgov.Feature {
		return mcpgov.Template(mcpgov.ResourceSpec{URI: uri, Description: "d"}, func(context.Context, customerVars) (string, error) { return "", nil })
	}
	prompt := func(text string) mcpgov.Feature {
		return mcpgov.Prompt(mcpgov.PromptSpec{Name: "p", Description: "d", Messages: []mcpgov.PromptMessage{{Text: text}}},
			func(context.Context, struct{}) (dunning, error) { return dunning{}, nil })
	}
	for want, feature := range map[string]mcpgov.Feature{
		`resource "a b": URI: it is not absolute: begin it with a scheme, as in "crm://customers"`:                         resource("a b"),
		`resource ":": URI: it is no URI: parse`:                                                                           resource(":"),
		`resource "crm://x": URI: it has no variables: write them as in "customer://{id}", or make it a Resource`:          template("crm://x"),
		`resource "crm://{": URI: it is no URI template (RFC 6570)`:                                                        template("crm://{"),
		`resource "{id}": URI: it is not absolute`:                                                                         template("{id}"),
		`resource "crm://{id*}": URI: lists of values ({name*}) have no place in the fields of a struct: write {name}`:     template("crm://{id*}"),
		`resource "crm://{key}": the variable {key} has no field of that name in JSON: add one`:                            template("crm://{key}"),
		`resource "crm://{key}": the field id is no variable of the URI: write {id} into it, or leave the field out`:       template("crm://{key}"),
		`resource "crm://a": Description is missing`:                                                                       mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://a"}, func(context.Context) (string, error) { return "", nil }),
		`resource "crm://a": the handler is nil: write a function`:                                                         mcpgov.Resource[string](mcpgov.ResourceSpec{URI: "crm://a", Description: "d"}, nil),
		`resource "crm://a": the output type int is no struct, string or []byte: wrap it in a struct`:                      mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://a", Description: "d"}, func(context.Context) (int, error) { return 0, nil }),
		`resource "crm://a": the output type mcpgov.Content is for tools and prompts`:                                      mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://a", Description: "d"}, func(context.Context) (mcpgov.Content, error) { return nil, nil }),
		`resource "crm://a": Complete names "id", and there is no such argument`:                                           mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://a", Description: "d", Complete: map[string]mcpgov.Completer{"id": nil}}, func(context.Context) (string, error) { return "", nil }),
		`resource "crm://a": AuditLevel: `:                                                                                 mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://a", Description: "d", AuditLevel: "loud"}, func(context.Context) (string, error) { return "", nil }),
		`prompt "p": message 1 is no text/template`:                                                                        prompt("{{"),
		`prompt "p": message 1 reads .emial, and mcpgov_test.dunning has no field "emial" in JSON (did you mean "email"?)`: prompt("{{.emial}}"),
		`prompt "p": message 1 reads .cart, and mcpgov_test.order has no field "cart" in JSON (did you mean "card"?)`:      prompt("{{range .orders}}{{with .id}}{{$.name}}{{end}}{{.cart}}{{end}}"),
		`prompt "p": message 1 reads $.nome, and`:                                                                          prompt("{{if eq $.nome 1}}{{else}}{{end}}"),
		`prompt "p": message 1 reads .name.first, and a string has no fields`:                                              prompt("{{.name.first}}"),
		`prompt "p": the field IDs is a []string, and arguments come as texts`:                                             mcpgov.Prompt(mcpgov.PromptSpec{Name: "p", Description: "d"}, func(context.Context, listIn) (string, error) { return "", nil }),
		`prompt "p": Messages is empty: write what the prompt says, or return a string`:                                    mcpgov.Prompt(mcpgov.PromptSpec{Name: "p", Description: "d"}, func(context.Context, struct{}) (dunning, error) { return dunning{}, nil }),
		`prompt "p": there are Messages, and the output type string fills in none`:                                         mcpgov.Prompt(mcpgov.PromptSpec{Name: "p", Description: "d", Messages: []mcpgov.PromptMessage{{}}}, func(context.Context, struct{}) (string, error) { return "", nil }),
		`prompt "p": message 1: Role is "system": write user or assistant`:                                                 mcpgov.Prompt(mcpgov.PromptSpec{Name: "p", Description: "d", Messages: []mcpgov.PromptMessage{{Role: "system"}}}, func(context.Context, struct{}) (dunning, error) { return dunning{}, nil }),
		`prompt "p": the input type int is no struct: write one whose fields are the arguments`:                            mcpgov.Prompt(mcpgov.PromptSpec{Name: "p", Description: "d"}, func(context.Context, int) (string, error) { return "", nil }),
		`prompt "a b": name "a b": write 1 to 128 letters, digits`:                                                         mcpgov.Prompt(mcpgov.PromptSpec{Name: "a b", Description: "d"}, func(context.Context, struct{}) (string, error) { return "", nil }),
	} {
		config := crmConfig(t, &mcptest.Recorder{})
		config.Policy = policy.AllowAll()
		_, err := mcpgov.New(config, feature)
		require.ErrorContains(t, err, want)
	}
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = policy.AllowAll()
	_, err := mcpgov.New(config, mcpgov.Resource(mcpgov.ResourceSpec{URI: "crm://a", Description: "Nice.\u202e"}, func(context.Context) (string, error) { return "", nil }))
	require.ErrorContains(t, err, `resource "crm://a": the description holds characters nobody sees`)
	_, err = mcpgov.New(config, resource("crm://a"), resource("crm://a"))
	require.ErrorContains(t, err, `resource "crm://a": there is another resource of this name: rename one`)
	config.Policy = rules(t, deskRules)
	_, err = mcpgov.New(config, deskFeatures()[:4]...)
	require.ErrorContains(t, err, `prompts: "dunning" selects nothing; prompts are: (none)`)
}
