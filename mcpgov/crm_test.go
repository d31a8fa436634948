package mcpgov_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// The small server most tests of this package use: one tool whose handler each test brings along.

type lookupIn struct {
	CustomerID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$,description=Customer to look up,example=cust_42"`
	Pin        string `json:"pin,omitempty" jsonschema:"description=Caller PIN" gov:"secret"`
	WithOrders bool   `json:"with_orders,omitempty" jsonschema:"default=false,description=Add the orders"`
}

// Validate refuses one customer, to be seen as a fault of the input.
func (in lookupIn) Validate(context.Context) error {
	if in.CustomerID == "cust_13" {
		return mcpgov.Userf("customer 13 is not looked up, not even with pin %s", in.Pin)
	}
	return nil
}

type customer struct {
	Name   string  `json:"name" jsonschema:"minLength=1"`
	Email  string  `json:"email" jsonschema:"format=email" gov:"pii,mask=email"`
	Credit int     `json:"credit_score" jsonschema:"minimum=0,maximum=999" gov:"sensitive"`
	Notes  string  `json:"internal_notes,omitempty"`
	Orders []order `json:"orders,omitempty"`
}

type order struct {
	ID   string `json:"id"`
	Card string `json:"card" gov:"pii,mask=last4"`
}

func ann() customer {
	return customer{
		Name: "Ann", Email: "ann.example@example.com", Credit: 612, Notes: "pays late: Zebra-4711",
		Orders: []order{{ID: "o1", Card: "4000123412341234"}, {ID: "o2", Card: "5000987698769876"}},
	}
}

const crmRules = `
mcpgov: 1
user: {customer_id: "string?"}
policies:
  - tools: ["*"]
    input:
      - {id: own, condition: "user.role != 'admin' && customer_id != user.customer_id", action: deny, reason: "Customers can only view their own data"}
      - {id: broken, condition: "user.role == 'broken' && 1/0 == 1", action: deny}
      - {id: sign, condition: "user.role == 'admin' && customer_id == 'cust_99'", action: require_approval, reason: "a supervisor has to agree"}
      - {id: all, condition: "true", action: allow}
    output:
      - {id: hush, condition: "response.name == 'Nobody'", action: deny, reason: "this record is closed"}
      - {id: notes, condition: "user.role != 'admin'", action: filter_fields, fields: [internal_notes]}
      - {id: pii, condition: "user.role != 'admin'", action: mask_sensitive_fields}
`

var (
	admin  = mcpgov.User{ID: "root", Role: "admin"}
	owner  = mcpgov.User{ID: "u42", Role: "customer", Attributes: map[string]any{"customer_id": "cust_42"}}
	nobody = mcpgov.User{ID: "u0", Role: "customer"}
)

func rules(t testing.TB, text string) *policy.Set {
	t.Helper()
	set, err := policy.Parse([]byte(text))
	require.NoError(t, err)
	return set
}

// crmConfig is a Config that works; tests change what they are about.
func crmConfig(t testing.TB, log *mcptest.Recorder) mcpgov.Config {
	t.Helper()
	return mcpgov.Config{
		Name: "crm", Version: "1.0.0", Policy: rules(t, crmRules), Audit: log, Identify: mcpgov.Anonymous(),
		Limits: mcpgov.Limits{Tool: time.Second}, Logger: slog.New(slog.DiscardHandler),
	}
}

type lookup = func(context.Context, lookupIn) (customer, error)

func lookupSpec() mcpgov.ToolSpec {
	return mcpgov.ToolSpec{
		Name: "get_customer", Description: "Looks a customer up.", ReadOnly: true,
		Errors: []mcpgov.ErrorSpec{{Code: "customer_archived", Meaning: "The customer was archived.", Retryable: false}},
	}
}

func found(context.Context, lookupIn) (customer, error) { return ann(), nil }

func newServer(t testing.TB, config mcpgov.Config, features ...mcpgov.Feature) *mcpgov.Server {
	t.Helper()
	srv, err := mcpgov.New(config, features...)
	require.NoError(t, err)
	return srv
}
