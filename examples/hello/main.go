// Command hello is the smallest governed server: one tool, one rule to call it, one rule to mask its result, one audit log.
//
// It speaks MCP on standard input and output, so in a terminal it waits in silence: start it from a client. It writes its log to the folder
// audit-log, in the folder it is started in.
//
// The README and the documentation of package mcpgov show this file; a test holds them to it.
package main

import (
	"context"
	"log"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type lookup struct {
	ID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$"`
}

type customer struct {
	Name  string `json:"name"`
	Email string `json:"email" gov:"pii,mask=email"`
}

func find(context.Context, lookup) (customer, error) { return customer{"Ann", "ann@example.com"}, nil }

func main() {
	trail, err := audit.Open("audit-log", nil)
	if err != nil {
		log.Fatal(err)
	}
	rules := &policy.Set{Blocks: []policy.Block{{
		Tools:  []string{"get_customer"},
		Input:  []policy.Rule{{Condition: "customer_id != 'cust_1'", Action: policy.ActionAllow}},
		Output: []policy.Rule{{Condition: "user.anonymous", Action: policy.ActionMaskSensitive}},
	}}}
	srv, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: rules, Audit: trail, Identify: mcpgov.Anonymous()},
		mcpgov.Tool(mcpgov.ToolSpec{Name: "get_customer", Description: "Looks up a customer.", ReadOnly: true}, find))
	if err != nil {
		log.Fatal(err) // every fault at once, each with where it is and what to write instead
	}
	if err := srv.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
		log.Fatal(err)
	}
}
