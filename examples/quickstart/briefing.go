package main

import (
	"context"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// customerFile is the same record as get_customer's, for clients that read by address. Its variable is the argument the rules of policy.yaml
// compare with the caller, so one rule holds for both.
func customerFile(s *store) mcpgov.Feature {
	return mcpgov.Template(mcpgov.ResourceSpec{
		URI:         "crm://customers/{customer_id}",
		Name:        "customer",
		Description: "The file of one customer: name, contact, tier.",
		Tags:        []string{"crm"},
		Errors:      []mcpgov.ErrorSpec{notFound()},
		Complete:    map[string]mcpgov.Completer{"customer_id": s.customerIDs},
	}, func(_ context.Context, in getCustomerIn) (customer, error) {
		found, ok := s.customer(in.CustomerID)
		if !ok {
			return customer{}, mcpgov.Fail("not_found", "There is no customer %s.", in.CustomerID)
		}
		return found, nil
	})
}

// briefing is what prepare_call speaks of.
type briefing struct {
	customer

	Orders []order `json:"orders"`
}

// prepareCall loads what is known of a customer. The policy masks it for the caller before the message is filled in: a prompt tells nobody more
// than the tools would.
func prepareCall(s *store) mcpgov.Feature {
	return mcpgov.Prompt(mcpgov.PromptSpec{
		Name:        "prepare_call",
		Description: "Briefs you before a call with a customer.",
		Messages: []mcpgov.PromptMessage{{Text: `Prepare me for a call with {{.name}} ({{.tier}}, {{.city}}), phone {{.phone}}, email {{.email}}.
{{if .credit_score}}Their credit score is {{.credit_score}}. Notes: {{.internal_notes}}
{{end}}Orders:{{range .orders}}
- {{.placed}} {{.item}}, {{.status}}, card {{.card_number}}{{else}} none{{end}}
Give me three sentences.`}},
		Tags:     []string{"crm"},
		Errors:   []mcpgov.ErrorSpec{notFound()},
		Complete: map[string]mcpgov.Completer{"customer_id": s.customerIDs},
	}, func(_ context.Context, in getCustomerIn) (briefing, error) {
		found, ok := s.customer(in.CustomerID)
		if !ok {
			return briefing{}, mcpgov.Fail("not_found", "There is no customer %s.", in.CustomerID)
		}
		return briefing{found, s.ordersOf(in.CustomerID)}, nil
	})
}
