package mcpgov_test

import (
	"context"
	"fmt"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type refundIn struct {
	Order  string  `json:"order"`
	Amount float64 `json:"amount" jsonschema:"minimum=0,description=In euros"`
}

type refundOut struct {
	Refunded float64 `json:"refunded"`
}

// Rules judge the very arguments the handler receives. What only the caller settles hides the tool altogether; what
// the arguments settle is refused with the reason of the rule.
func Example_deny() {
	rules := &policy.Set{Blocks: []policy.Block{{
		Tools: []string{"refund"},
		Input: []policy.Rule{
			{Condition: "user.role != 'clerk' && user.role != 'manager'", Action: policy.ActionDeny},
			{Condition: "user.role == 'clerk' && amount > 100.0", Action: policy.ActionDeny, Reason: "clerks refund up to 100 euros: ask a manager"},
			{Condition: "true", Action: policy.ActionAllow},
		},
	}}}
	refund := mcpgov.Tool(mcpgov.ToolSpec{Name: "refund", Description: "Refunds an order."},
		func(_ context.Context, in refundIn) (refundOut, error) { return refundOut{in.Amount}, nil })
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "shop", Version: "1.0.0", Policy: rules, Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
	}, refund)
	if err != nil {
		fmt.Println(err)
		return
	}
	arguments := map[string]any{"order": "o-1", "amount": 250}
	for _, role := range []string{"manager", "clerk", "guest"} {
		call(srv, mcpgov.User{ID: "u1", Role: role}, "refund", arguments)
	}
	// Output:
	// {"refunded":250}
	// denied: clerks refund up to 100 euros: ask a manager
	// calling "tools/call": unknown tool "refund"
}
