package policy_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// house is a catalog with every kind of target; a tool and a resource share a name.
func house() []*policy.Target {
	read := tool("get_order", orderIn{}, orderOut{}, "crm")
	read.ReadOnly = true
	return []*policy.Target{
		read, tool("set_order", orderIn{}, nil, "crm"), tool("shared", nil, nil),
		{Kind: "resource", Name: "customer://{id}/orders", Tags: []string{"crm"}, ReadOnly: true, Out: reflect.TypeFor[orderOut]()},
		{Kind: "resource", Name: "shared", ReadOnly: true},
		{Kind: "prompt", Name: "write_letter", Tags: []string{"office"}, ReadOnly: true},
	}
}

// TestSelectorsByKind: each list of a block selects targets of its own kind, by name, glob and tag, and read_only narrows all three.
func TestSelectorsByKind(t *testing.T) {
	for _, c := range []struct {
		name  string
		block policy.Block
		want  []string
	}{
		{"a tool and not the resource of that name", policy.Block{Tools: []string{"shared"}}, []string{"tool shared"}},
		{"a resource and not the tool", policy.Block{Resources: []string{"shared"}}, []string{"resource shared"}},
		{"a URI template, literally", policy.Block{Resources: []string{"customer://{id}/orders"}}, []string{"resource customer://{id}/orders"}},
		{"a star matches slashes", policy.Block{Resources: []string{"customer://*"}}, []string{"resource customer://{id}/orders"}},
		{"a prompt by tag", policy.Block{Prompts: []string{"tag:off*"}}, []string{"prompt write_letter"}},
		{"a tag within a kind", policy.Block{Tools: []string{"tag:crm"}}, []string{"tool get_order", "tool set_order"}},
		{
			"three lists",
			policy.Block{Tools: []string{"get_*"}, Resources: []string{"shared"}, Prompts: []string{"*"}},
			[]string{"tool get_order", "resource shared", "prompt write_letter"},
		},
		{"all that reads", policy.Block{Tools: []string{"*"}, Resources: []string{"*"}, ReadOnly: new(true)}, []string{"tool get_order", "resource customer://{id}/orders", "resource shared"}},
		{"all that writes", policy.Block{Tools: []string{"*"}, Resources: []string{"*"}, ReadOnly: new(false)}, []string{"tool set_order", "tool shared"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.block.Input = []policy.Rule{{Condition: "true", Action: policy.ActionAllow}}
			targets := house()
			d := mustBind(t, &policy.Set{Blocks: []policy.Block{c.block}}, nil, targets...)
			var allowed []string
			for _, target := range targets {
				r := &policy.Request{Target: target, User: &policy.User{}}
				if target.In != nil {
					r.Args = &orderIn{}
				}
				decision, err := d.Admit(t.Context(), r)
				require.NoError(t, err)
				if decision.Effect == policy.Allow {
					allowed = append(allowed, target.Kind+" "+target.Name)
				}
			}
			require.Equal(t, c.want, allowed)
		})
	}
}

func TestSelectorFaults(t *testing.T) {
	allow := []policy.Rule{{Condition: "true", Action: policy.ActionAllow}}
	reads := func(name string) []policy.Rule {
		return []policy.Rule{{Condition: name + " == 'x'", Action: policy.ActionAllow}}
	}
	for _, c := range []struct {
		name  string
		block policy.Block
		want  string
	}{
		{"no list", policy.Block{Input: allow}, `it selects nothing: write tools: [name, ...], resources: [...] or prompts: [...]`},
		{"a misspelt resource", policy.Block{Resources: []string{"customer://{id}/order"}, Input: allow}, `block 0: resources: "customer://{id}/order" selects nothing (did you mean "customer://{id}/orders"?); resources are: `},
		{"a misspelt prompt", policy.Block{Prompts: []string{"write_leter"}, Input: allow}, `prompts: "write_leter" selects nothing (did you mean "write_letter"?); prompts are: write_letter`},
		{"a tag of another kind", policy.Block{Prompts: []string{"tag:crm"}, Input: allow}, `prompts: "tag:crm" selects no prompt: what it selects is a tool: write it under tools`},
		{"no such tag", policy.Block{Resources: []string{"tag:cmr"}, Input: allow}, `no resource has the tag "cmr" (did you mean "crm"?); tags are: crm`},
		{"a resource among tools", policy.Block{Tools: []string{"customer://*"}, Input: allow}, `"customer://*" selects no tool: what it selects is a resource: write it under resources`},
		{"one of two", policy.Block{Tools: []string{"*"}, Resources: []string{"nope"}, Input: allow}, `resources: "nope" selects nothing`},
		{"narrowed to nothing", policy.Block{Prompts: []string{"*"}, ReadOnly: new(false), Input: allow}, "read_only: false leaves none of what it selects: remove read_only, or the block"},
		{"the kinds in a fault of a condition", policy.Block{Tools: []string{"shared"}, Resources: []string{"shared"}, Input: reads("nope")}, "(tool shared, resource shared)"},
		{"one kind in a fault of a condition", policy.Block{Resources: []string{"*"}, Input: reads("nope")}, "(resources customer://{id}/orders, shared)"},
		{"the kind in a fault of a field", policy.Block{Resources: []string{"cust*"}, Output: []policy.Rule{{Condition: "true", Action: policy.ActionFilterFields, Fields: []string{"emial"}}}}, `found in none of the selected resources`},
		{"the kind in a fault of a mask", policy.Block{Resources: []string{"cust*"}, Output: []policy.Rule{{Condition: "true", Action: policy.ActionMaskFields, Mask: "last4", Fields: []string{"total"}}}}, `resource customer://{id}/orders, field total: the mask last4 does not fit`},
		{"mixed kinds in a fault of a label", policy.Block{Tools: []string{"get_order"}, Resources: []string{"cust*"}, Output: []policy.Rule{{Condition: "true", Action: policy.ActionMaskSensitive, Labels: []string{"pi"}}}}, `no field of the selected targets has the label "pi"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := (&policy.Set{Name: "s", Blocks: []policy.Block{c.block}}).Bind(policy.Catalog{Targets: house()})
			require.ErrorContains(t, err, c.want)
		})
	}

	_, err := policy.AllowAll().Bind(policy.Catalog{Targets: []*policy.Target{{Name: "x"}, {Kind: "widget", Name: "y"}}})
	require.EqualError(t, err, "the target \"x\" is of the kind \"\": write tool, resource or prompt\nthe target \"y\" is of the kind \"widget\": write tool, resource or prompt")
}
