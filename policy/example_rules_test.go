package policy_test

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/mcpgov/go-sdk/policy"
)

type noteIn struct {
	CustomerID string `json:"customer_id"`
}

type noteOut struct {
	Text  string `json:"text"`
	Email string `json:"email" gov:"pii,mask=email"`
}

// Rules as Go literals, bound to one tool and asked about three callers.
func Example_rules() {
	target := &policy.Target{
		Kind: "tool", Name: "get_note", ReadOnly: true,
		In: reflect.TypeFor[noteIn](), Out: reflect.TypeFor[noteOut](),
	}
	rules := &policy.Set{
		Name: "crm",
		User: map[string]policy.Attribute{"customer_id": {Type: "string?"}},
		Blocks: []policy.Block{{
			Tools: []string{"get_*"},
			Input: []policy.Rule{
				{
					ID: "not-yours", Condition: "user.role == 'customer' && customer_id != user.customer_id",
					Action: policy.ActionDeny, Reason: "Customers can only view their own notes.",
				},
				{ID: "known", Condition: "user.role in ['customer', 'clerk']", Action: policy.ActionAllow},
			},
			Output: []policy.Rule{
				{ID: "no-mail", Condition: "user.role != 'customer'", Action: policy.ActionMaskFields, Fields: []string{"email"}},
			},
		}},
	}
	decider, err := rules.Bind(policy.Catalog{Targets: []*policy.Target{target}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, user := range []policy.User{
		{Name: "Ann", Role: "customer", Attributes: map[string]any{"customer_id": "cust_1"}},
		{Name: "Bob", Role: "customer", Attributes: map[string]any{"customer_id": "cust_2"}},
		{Name: "Cleo", Role: "clerk"},
		{Name: "Dan", Role: "visitor"},
	} {
		r := &policy.Request{Target: target, User: &user, Args: &noteIn{CustomerID: "cust_1"}, Now: time.Now()}
		decision, err := decider.Admit(context.Background(), r)
		if err != nil || decision.Effect != policy.Allow {
			fmt.Println(user.Name, decision.Effect, decision.Rule, decision.Reason, err)
			continue
		}
		duty, err := decider.Shape(context.Background(), r, &noteOut{Text: "hi", Email: "ann@example.com"})
		fmt.Println(user.Name, decision.Effect, decision.Rule, duty.Edits, err)
	}
	// Output:
	// Ann allow known [] <nil>
	// Bob deny not-yours Customers can only view their own notes. <nil>
	// Cleo allow known [{email false email}] <nil>
	// Dan deny crm#default This call is not permitted. <nil>
}
