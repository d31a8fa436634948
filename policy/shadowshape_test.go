package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestShadowOutput: output rules on trial note what they would have changed over what is asked for, and change nothing.
func TestShadowOutput(t *testing.T) {
	mask := func(id string, how string, fields ...string) policy.Rule {
		return policy.Rule{ID: id, Condition: "true", Action: policy.ActionMaskFields, Mask: how, Fields: fields}
	}
	remove := func(id string, fields ...string) policy.Rule {
		return policy.Rule{ID: id, Condition: "true", Action: policy.ActionFilterFields, Fields: fields}
	}
	s := onTrial
	const eu = "item.region == 'eu'"
	for _, c := range []struct {
		name  string
		rules []policy.Rule
		want  []string
	}{
		{"a deny", []policy.Rule{s(ruled("s", "size(response.orders) == 3", policy.ActionDeny))}, []string{"s: deny"}},
		{"a condition that does not hold", []policy.Rule{s(ruled("s", "size(response.orders) == 9", policy.ActionDeny))}, nil},
		{"an error", []policy.Rule{s(ruled("s", "user.email == 'x'", policy.ActionDeny))}, []string{"s: fail"}},
		{"fields", []policy.Rule{s(mask("s", "", "owner", "orders.note")), s(remove("u", "grid"))}, []string{"s: mask owner", "s: mask orders.note", "u: remove grid"}},
		{"a mask that is asked for", []policy.Rule{s(mask("s", "last4", "owner")), mask("m", "last4", "owner")}, nil},
		{"a mask beside another", []policy.Rule{s(mask("s", "last4", "owner")), mask("m", "email", "owner")}, []string{"s: mask owner"}},
		{"a mask over redact", []policy.Rule{s(mask("s", "last4", "owner")), mask("m", "redact", "owner")}, nil},
		{"a removal over a mask", []policy.Rule{s(remove("s", "owner")), mask("m", "redact", "owner")}, []string{"s: remove owner"}},
		{"a mask over a removal", []policy.Rule{s(mask("s", "redact", "owner")), remove("m", "owner")}, nil},
		{"below what is removed", []policy.Rule{s(remove("s", "orders.note")), remove("m", "orders")}, nil},
		{"below what is masked whole", []policy.Rule{s(remove("s", "orders.note")), mask("m", "redact", "orders")}, nil},
		{"above what is masked", []policy.Rule{s(mask("s", "redact", "orders")), mask("m", "redact", "orders.note")}, []string{"s: mask orders"}},
		{"at any depth", []policy.Rule{s(mask("s", "redact", "orders.note")), mask("m", "redact", "**.note")}, nil},
		{"rows", []policy.Rule{s(filter("s", "orders", eu))}, []string{"s: cut rows of orders"}},
		{"rows that are cut already", []policy.Rule{s(filter("s", "orders", eu)), filter("f", "orders", "item.amount != 1")}, nil},
		{"rows beyond a limit", []policy.Rule{s(filter("s", "orders", eu)), limit("f", "orders", 1)}, nil},
		{"rows within a limit", []policy.Rule{s(filter("s", "orders", eu)), limit("f", "orders", 2)}, []string{"s: cut rows of orders"}},
		{"rows that all stay", []policy.Rule{s(filter("s", "orders", "true"))}, nil},
		{"a limit", []policy.Rule{s(limit("s", "orders", 2))}, []string{"s: cut rows of orders"}},
		{"a limit that is no less", []policy.Rule{s(limit("s", "orders", 2)), filter("f", "orders", eu)}, nil},
		{"rows in a row that goes", []policy.Rule{s(filter("s", "regions.orders", "false")), filter("f", "regions", "false")}, nil},
		{"a where that fails", []policy.Rule{s(filter("s", "orders", "1 / item.amount == 1"))}, []string{"s: fail"}},
		{"what is withheld", []policy.Rule{s(mask("s", "", "owner")), ruled("d", "true", policy.ActionDeny)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := &report{Owner: "ann", Orders: lines("eu", "us", "eu"), Regions: []region{{Orders: lines("us")}}}
			o, err := shapeReport(t, out, c.rules...)
			require.NoError(t, err)
			require.Equal(t, c.want, inShadow(o.Shadow))

			var followed []policy.Rule
			for _, r := range c.rules {
				if r.Mode != policy.ModeShadow {
					followed = append(followed, r)
				}
			}
			o.Shadow = nil
			without := policy.Obligations{}
			if len(followed) > 0 {
				without, err = shapeReport(t, out, followed...)
				require.NoError(t, err)
			}
			require.Equal(t, without, o)
		})
	}
}

// TestShadowCoversNothing: what is not followed hides no field, so it counts for nothing that may be asked for.
func TestShadowCoversNothing(t *testing.T) {
	target := tool("report", orderIn{}, report{})
	set := one(policy.Allow, nil, onTrial(filter("a", "orders", "true")), onTrial(policy.Rule{ID: "b", Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"orders.note"}}))
	tried := one(policy.Deny, nil, limit("c", "orders", 1), policy.Rule{ID: "d", Condition: "true", Action: policy.ActionFilterFields, Fields: []string{"owner"}})
	tried.Name, tried.Mode = "tried", policy.ModeShadow
	other := foreign{admit: policy.Decision{Effect: policy.Allow}, shape: policy.Obligations{
		Edits: []policy.Edit{{Path: "owner", Remove: true}}, Rules: []string{"f"}, Shadow: []policy.Divergence{{Rule: "f", Would: "deny"}},
	}}
	d := mustBind(t, policy.All(set, tried), nil, target)
	require.Equal(t, policy.Scope{}, d.Scope(target))

	r := &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}}
	out := &report{Orders: lines("eu", "us")}
	o, err := d.Shape(t.Context(), r, out)
	require.NoError(t, err)
	require.Equal(t, []string{"b: mask orders.note", "c: cut rows of orders", "d: remove owner"}, inShadow(o.Shadow))
	o.Shadow = nil
	require.Equal(t, policy.Obligations{}, o)

	o, err = mustBind(t, policy.All(tried, other), nil, target).Shape(t.Context(), r, out)
	require.NoError(t, err)
	require.Equal(t, []string{"f: deny", "c: cut rows of orders"}, inShadow(o.Shadow), "somebody else removes the owner")
	require.Equal(t, []string{"-owner"}, inWords(o.Edits))
}
