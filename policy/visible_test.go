package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

func TestVisible(t *testing.T) {
	type rules = []policy.Rule
	deny := func(c string) policy.Rule { return policy.Rule{Condition: c, Action: policy.ActionDeny} }
	allow := func(c string) policy.Rule { return policy.Rule{Condition: c, Action: policy.ActionAllow} }
	ask := func(c string) policy.Rule { return policy.Rule{Condition: c, Action: policy.ActionRequireApproval} }
	cases := []struct {
		name    string
		rules   rules
		end     policy.Effect
		visible bool
		fails   bool
	}{
		{"unknown admission", rules{allow("id == user.id")}, policy.Deny, true, false},
		{"unknown approval", rules{ask("args.count > 5")}, policy.Deny, true, false},
		{"true admission", rules{allow("user.role == 'clerk'")}, policy.Deny, true, false},
		{"false admission", rules{allow("user.role == 'admin'")}, policy.Deny, false, false},
		{"the caller alone settles an admission with arguments", rules{allow("user.role == 'admin' && id == 'x'")}, policy.Deny, false, false},
		{"unknown denial, then default", rules{deny("id == 'x'")}, policy.Allow, true, false},
		{"unknown denial, then default deny", rules{deny("id == 'x'")}, policy.Deny, false, false},
		{"true denial", rules{deny("user.role == 'clerk' || id == 'x'"), allow("true")}, policy.Allow, false, false},
		{"admission before a true denial", rules{allow("has(args.owner)"), deny("true")}, policy.Deny, true, false},
		{"error", rules{deny("user.email == 'x'"), allow("true")}, policy.Allow, false, true},
		{"error or unknown is unknown", rules{deny("user.email == id")}, policy.Allow, false, true},
		{"error && unknown is unknown", rules{deny("user.email == 'x' && id == 'x'")}, policy.Allow, true, false},
		{"loops over unknown", rules{allow("tags.exists(t, t == user.role)")}, policy.Deny, true, false},
		{"a contradiction is not seen through", rules{allow("count > 5 && count < 3")}, policy.Deny, true, false},
		{"no rules", nil, policy.Deny, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			target := order()
			set := one(c.end, c.rules)
			if c.rules == nil {
				set.Blocks = nil
			}
			d := mustBind(t, set, nil, target)
			visible, err := d.Visible(t.Context(), &policy.Request{Target: target, User: &policy.User{ID: "u", Role: "clerk"}})
			require.Equal(t, c.visible, err == nil && visible.Effect != policy.Deny)
			if err == nil && !c.visible {
				require.NotEmpty(t, visible.Rule, "the rule that hides")
			}
			require.Equal(t, c.fails, err != nil)
		})
	}
}

// What is hidden can never be admitted, whatever the arguments.
func TestHiddenIsNeverAdmitted(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	atoms := []string{
		"user.role == 'admin'", "user.role == 'clerk'", "'p' in user.permissions", "user.email == 'e'", "has(user.email)", "user.nick == null",
		"id == user.id", "count > 3", "price < 1.5", "'a' in tags", "tags.exists(t, t == user.role)", "has(args.owner)", "owner == 'ann'", "tags[0] == 'a'",
		"extra.k == 'v'", "has(extra.k)", "true", "false", "user.groups.all(g, g == id)", "10 / count > 1",
	}
	var condition func(depth int) string
	condition = func(depth int) string {
		if depth == 0 {
			return atoms[random.IntN(len(atoms))]
		}
		a, b := condition(depth-1), condition(random.IntN(depth))
		switch random.IntN(4) {
		case 0:
			return fmt.Sprintf("!(%s)", a)
		case 1:
			return fmt.Sprintf("(%s) && (%s)", a, b)
		case 2:
			return fmt.Sprintf("(%s) || (%s)", b, a)
		}
		return fmt.Sprintf("(%s) ? (%s) : (%s)", a, b, condition(depth-1))
	}
	ann := "ann"
	var samples []orderIn
	for range 60 {
		in := orderIn{ID: []string{"", "u", "v"}[random.IntN(3)], Count: int32(random.IntN(6)), Price: random.Float64() * 3}
		in.Tags = [][]string{nil, {"a"}, {"clerk", "b"}}[random.IntN(3)]
		in.Extra = []map[string]any{nil, {"k": "v"}, {"k": 1}}[random.IntN(3)]
		in.Owner = []*string{nil, &ann}[random.IntN(2)]
		samples = append(samples, in)
	}
	callers := []policy.User{{}, {ID: "u", Role: "admin"}, {ID: "v", Role: "clerk", Email: "e", Groups: []string{"u"}}, {Role: "clerk", Permissions: []string{"p"}}}
	actions := []policy.Action{policy.ActionDeny, policy.ActionAllow, policy.ActionRequireApproval}
	target := order()
	hidden := 0
	for range 150 {
		var rules []policy.Rule
		var text []string
		for range 1 + random.IntN(4) {
			r := policy.Rule{Condition: condition(random.IntN(3)), Action: actions[random.IntN(3)]}
			rules, text = append(rules, r), append(text, string(r.Action)+" if "+r.Condition)
		}
		d, err := one(policy.Effect(random.IntN(3)), rules).Bind(policy.Catalog{Targets: []*policy.Target{target}, User: attributes()})
		if err != nil { // what chance put behind a rule that holds always
			require.ErrorContains(t, err, "never reached")
			continue
		}
		for i := range callers {
			r := &policy.Request{Target: target, User: &callers[i]}
			if visible, err := d.Visible(t.Context(), r); err == nil && visible.Effect != policy.Deny {
				continue
			}
			hidden++
			for j := range samples {
				r.Args = &samples[j]
				decision, err := d.Admit(t.Context(), r)
				if err == nil && decision.Effect != policy.Deny {
					t.Fatalf("hidden but admitted by %s: user %+v, args %+v\n%s", decision.Rule, callers[i], samples[j], strings.Join(text, "\n"))
				}
			}
		}
	}
	require.Greater(t, hidden, 50)
}
