package main

import (
	"context"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// customer is one row of data/customers.json. The gov tags say what is sensitive and how it is masked; policy.yaml says for whom.
type customer struct {
	ID            string `json:"customer_id"`
	Name          string `json:"name"`
	Email         string `json:"email" gov:"pii,mask=email"`
	Phone         string `json:"phone" gov:"pii,mask=last4"`
	City          string `json:"city"`
	Tier          string `json:"tier" jsonschema:"enum=standard,enum=plus,enum=premium"`
	CreditScore   int    `json:"credit_score" gov:"sensitive"`
	InternalNotes string `json:"internal_notes" gov:"sensitive"`
}

type getCustomerIn struct {
	CustomerID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$,description=Customer to look up,example=cust_2"`
}

// notFound is an answer of the business, not a failure: the tools declare it, so models and documentation know of it.
func notFound() mcpgov.ErrorSpec {
	return mcpgov.ErrorSpec{Code: "not_found", Meaning: "There is no customer or order with this id."}
}

func getCustomer(s *store) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{
		Name:        "get_customer",
		Description: "Looks up one customer: name, contact, tier. Use it before talking about a customer.",
		ReadOnly:    true,
		Tags:        []string{"crm"},
		Errors:      []mcpgov.ErrorSpec{notFound()},
	}, func(ctx context.Context, in getCustomerIn) (customer, error) {
		found, ok := s.customer(in.CustomerID)
		if !ok {
			return customer{}, mcpgov.Fail("not_found", "There is no customer %s.", in.CustomerID)
		}
		mcpgov.AddSource(ctx, mcpgov.Source{System: "crm", Ref: "customers"})
		return found, nil
	})
}
