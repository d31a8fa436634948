package policy_test

import (
	"context"
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/policy"
)

// A server's set and a tool's own list, both in YAML, joined: every one must allow.
func Example_yaml() {
	set, err := policy.Parse([]byte(`
mcpgov: 1
name: crm
policies:
  - tools: ["*"]
    input:
      - {condition: "'note.read' in user.permissions", action: allow}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	own, err := policy.ParseOwn([]byte(`
policies:
  input:
    - {condition: "customer_id == 'cust_0'", action: deny, reason: "This customer is under legal hold."}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	target := &policy.Target{Kind: "tool", Name: "get_note", In: reflect.TypeFor[noteIn](), Out: reflect.TypeFor[noteOut]()}
	decider, err := policy.All(set, own.For("tool", "get_note")).Bind(policy.Catalog{Targets: []*policy.Target{target}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []string{"cust_1", "cust_0"} {
		user := &policy.User{Permissions: []string{"note.read"}}
		decision, err := decider.Admit(context.Background(), &policy.Request{Target: target, User: user, Args: &noteIn{CustomerID: id}})
		fmt.Println(decision.Effect, decision.Rule, decision.Reason, err)
	}
	listed, err := decider.Visible(context.Background(), &policy.Request{Target: target, User: &policy.User{}})
	fmt.Println("listed for a caller without permission:", listed.Effect, listed.Rule, err)
	// Output:
	// allow crm#0.input[0]  <nil>
	// deny get_note#input[0] This customer is under legal hold. <nil>
	// listed for a caller without permission: deny crm#default <nil>
}

// Faults come back together, each with where it is, why, and what to write instead.
func Example_faults() {
	set := &policy.Set{Name: "crm", Blocks: []policy.Block{{
		Tools: []string{"get_note"},
		Input: []policy.Rule{{Condition: "user.departmnt == 'HR'", Action: policy.ActionAllow}},
		Output: []policy.Rule{
			{ID: "mail", Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"emial"}},
		},
	}}, User: map[string]policy.Attribute{"department": {Type: "string"}}}
	target := &policy.Target{Kind: "tool", Name: "get_note", In: reflect.TypeFor[noteIn](), Out: reflect.TypeFor[noteOut]()}
	_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{target}})
	fmt.Println(err)
	// Output:
	// set "crm", block 0, input[0]: condition 1:5: undefined field 'departmnt' (did you mean "department"?): there are id, name, email, role, tenant, provider, roles, groups, permissions, scopes, anonymous, department; declare further attributes under user: {departmnt: string} (tool get_note)
	// set "crm", block 0, output[0] (mail): fields: "emial" is found in none of the selected tools: the document has no field "emial"; it has: text, email (did you mean "email"?) (tool get_note)
}
