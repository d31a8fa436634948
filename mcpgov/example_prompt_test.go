package mcpgov_test

import (
	"context"
	"fmt"
	"log"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type reminderIn struct {
	Customer string `json:"customer" jsonschema:"description=Whom to remind"`
}

type debtor struct {
	Name  string `json:"name"`
	Email string `json:"email" gov:"pii,mask=email"`
	Score int    `json:"credit_score" gov:"sensitive"`
}

// A prompt is filled in with what its reader may see: the same masks as for tools, before the template.
func ExamplePrompt() {
	rules := &policy.Set{Blocks: []policy.Block{{
		Prompts: []string{"reminder"},
		Input:   []policy.Rule{{Condition: "true", Action: policy.ActionAllow}},
		Output:  []policy.Rule{{Condition: "user.role != 'admin'", Action: policy.ActionMaskSensitive}},
	}}}
	srv, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: rules, Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		mcpgov.Prompt(mcpgov.PromptSpec{
			Name: "reminder", Description: "A reminder to pay.",
			Messages: []mcpgov.PromptMessage{{Text: "Write to {{.name}} <{{.email}}>. Their credit score is {{.credit_score}}."}},
		}, func(context.Context, reminderIn) (debtor, error) { return debtor{"Ann", "ann@example.com", 612}, nil }))
	if err != nil {
		log.Fatal(err)
	}
	for _, role := range []string{"admin", "support"} {
		ctx := mcpgov.WithUser(context.Background(), mcpgov.User{ID: "u-" + role, Role: role})
		ours, theirs := mcp.NewInMemoryTransports()
		if _, err := srv.Connect(ctx, theirs); err != nil {
			log.Fatal(err)
		}
		session, err := mcp.NewClient(&mcp.Implementation{Name: "example", Version: "1"}, nil).Connect(ctx, ours, nil)
		if err != nil {
			log.Fatal(err)
		}
		got, err := session.GetPrompt(ctx, &mcp.GetPromptParams{Name: "reminder", Arguments: map[string]string{"customer": "cust_1"}})
		if err != nil {
			log.Fatal(err)
		}
		if text, ok := got.Messages[0].Content.(*mcp.TextContent); ok {
			fmt.Printf("%s reads: %s\n", role, text.Text)
		}
		_ = session.Close() // the example is over
	}
	// Output:
	// admin reads: Write to Ann <ann@example.com>. Their credit score is 612.
	// support reads: Write to Ann <a***@example.com>. Their credit score is [not available].
}
