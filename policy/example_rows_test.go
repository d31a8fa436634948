package policy_test

import (
	"context"
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/policy"
)

type sale struct {
	Region string `json:"region"`
	Amount int    `json:"amount"`
}

type sales struct {
	Orders []sale `json:"orders"`
}

// Clerks see the orders of their region, ten at most; whether one would do is on trial.
func Example_rows() {
	set, err := policy.Parse([]byte(`
mcpgov: 1
default: allow
user: {region: string}
policies:
  - tools: [list_orders]
    output:
      - {id: own-region, condition: "user.role != 'manager'", action: filter_rows, path: orders, where: "item.region == user.region"}
      - {id: page, condition: "true", action: limit_rows, path: orders, limit: 10}
      - {id: one, condition: "true", action: limit_rows, path: orders, limit: 1, mode: shadow}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	target := &policy.Target{Kind: "tool", Name: "list_orders", ReadOnly: true, Out: reflect.TypeFor[sales]()}
	decider, err := set.Bind(policy.Catalog{Targets: []*policy.Target{target}})
	if err != nil {
		fmt.Println(err)
		return
	}
	clerk := &policy.User{Role: "clerk", Attributes: map[string]any{"region": "eu"}}
	result := &sales{Orders: []sale{{"eu", 10}, {"us", 20}, {"eu", 30}}}
	duty, err := decider.Shape(context.Background(), &policy.Request{Target: target, User: clerk}, result)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, cut := range duty.Rows {
		fmt.Println("of", cut.List, "stay", cut.Keep)
	}
	for _, d := range duty.Shadow {
		fmt.Println(d.Rule, "would", d.Would)
	}
	// Output:
	// of /orders stay [0 2]
	// one would cut rows of orders
}
