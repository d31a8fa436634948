package policy_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// Each fault says where, why, and what to write instead.
func TestFaultsAtBind(t *testing.T) {
	deny := func(condition string) policy.Policy {
		return one(policy.Deny, []policy.Rule{{ID: "r", Condition: condition, Action: policy.ActionDeny}})
	}
	out := func(r policy.Rule) policy.Policy {
		if r.Condition == "" {
			r.Condition = "true"
		}
		return one(policy.Deny, nil, r)
	}
	set := func(change func(*policy.Set)) policy.Policy {
		s := one(policy.Deny, []policy.Rule{{Condition: "true", Action: policy.ActionAllow}})
		change(s)
		return s
	}
	long := strings.Repeat("a", 20_000)
	cases := []struct {
		name   string
		policy policy.Policy
		says   []string
	}{
		{"unknown user attribute", deny("user.depatment == 'x'"), []string{`set "test", block 0, input[0] (r)`, "undefined field 'depatment'", `did you mean "department"?`, "user: {depatment: string}", "tools get_order, ping"}},
		{"unknown argument field", deny("args.idd == 'x'"), []string{"undefined field 'idd'", "tool get_order"}},
		{"unknown name", deny("orders_id == 'x'"), []string{"undeclared reference to 'orders_id'", "a condition here can name"}},
		{"no argument bare name for user", deny("user == 'mallory'"), []string{"no matching overload"}},
		{"response under input", deny("response.total > 3"), []string{"only output rules"}},
		{"unknown function", deny("user.role.startWith('x')"), []string{"undeclared reference to 'startWith'"}},
		{"int and double", one(policy.Deny, nil, policy.Rule{Condition: "args.price == 0", Action: policy.ActionDeny}), []string{"write 0.0 instead of 0"}},
		{"type mismatch", deny("user.role == 5"), []string{"no matching overload"}},
		{"not boolean", deny("user.role"), []string{"it is a string, not a bool"}},
		{"nullable boolean", deny("user.flag"), []string{"not a bool"}},
		{"syntax", deny("user.role =="), []string{"condition 1:", "Syntax error"}},
		{"empty", deny("  "), []string{`write condition: "true"`}},
		{"too long", deny("'" + long + "' == 'a'"), []string{"the limit is 16384"}},
		{"bad pattern", deny("user.role.matches('(')"), []string{"invalid matches argument: '(' is no RE2", "missing closing )"}},
		{"bad time", deny("now < timestamp('2026-13-01')"), []string{"invalid timestamp argument"}},
		{"bad zone in a condition", deny("now.getHours('Mars/Phobos') > 3"), []string{"unknown time zone", "Europe/Zurich"}},
		{"bad zone of the set", set(func(s *policy.Set) { s.TimeZone = "Mars/Phobos" }), []string{"unknown time zone", "Europe/Zurich"}},
		{"local zone", set(func(s *policy.Set) { s.TimeZone = "Local" }), []string{"depends on the machine"}},
		{"selector", set(func(s *policy.Set) { s.Blocks[0].Tools = []string{"get_ordr"} }), []string{"selects nothing", `did you mean "get_order"?`}},
		{"tag", set(func(s *policy.Set) { s.Blocks[0].Tools = []string{"tag:cmr"} }), []string{"no tool has the tag", `did you mean "crm"?`}},
		{"no selector", set(func(s *policy.Set) { s.Blocks[0].Tools = nil }), []string{"selects nothing: write tools: [name, ...], resources: [...] or prompts: [...]"}},
		{"no rules", set(func(s *policy.Set) { s.Blocks[0].Input = nil }), []string{"holds no rules"}},
		{"bad default", set(func(s *policy.Set) { s.Default = 9 }), []string{"unknown default"}},
		{"no action", one(policy.Deny, []policy.Rule{{Condition: "true"}}), []string{"the action is missing"}},
		{"unknown action", out(policy.Rule{Action: "mask_field"}), []string{`did you mean "mask_fields"?`, "filter_sensitive_fields"}},
		{"field action under input", one(policy.Deny, []policy.Rule{{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"email"}}}), []string{"move the rule under output"}},
		{"allow under output", out(policy.Rule{Action: policy.ActionAllow}), []string{"move the rule under input"}},
		{"no fields", out(policy.Rule{Action: policy.ActionMaskFields}), []string{"names no fields", "mask_sensitive_fields"}},
		{"fields on deny", out(policy.Rule{Action: policy.ActionDeny, Fields: []string{"email"}}), []string{"takes no fields"}},
		{"fields by label", out(policy.Rule{Action: policy.ActionFilterSensitive, Fields: []string{"email"}}), []string{"takes labels, not fields"}},
		{"labels on fields", out(policy.Rule{Action: policy.ActionFilterFields, Fields: []string{"email"}, Labels: []string{"pii"}}), []string{"takes no labels"}},
		{"unknown label", out(policy.Rule{Action: policy.ActionMaskSensitive, Labels: []string{"pi"}}), []string{`no field of the selected tools has the label "pi"`, `did you mean "pii"?`}},
		{"unknown path", out(policy.Rule{Action: policy.ActionFilterFields, Fields: []string{"emial"}}), []string{`"emial" is found in none`, "it has: id, email", `did you mean "email"?`}},
		{"bad path", out(policy.Rule{Action: policy.ActionFilterFields, Fields: []string{"a..b"}}), []string{"a name is missing"}},
		{"unknown mask", out(policy.Rule{Action: policy.ActionMaskFields, Fields: []string{"email"}, Mask: "blur"}), []string{`mask "blur" is not known`}},
		{"mask on a removal", out(policy.Rule{Action: policy.ActionFilterFields, Fields: []string{"email"}, Mask: "null"}), []string{"takes no mask"}},
		{"mask that does not fit", out(policy.Rule{Action: policy.ActionMaskFields, Fields: []string{"total"}, Mask: "last4"}), []string{"does not fit a field of type integer", "redact, null or zero"}},
		{"same id twice", one(policy.Deny, []policy.Rule{{ID: "x", Condition: "true", Action: policy.ActionDeny}, {ID: "x", Condition: "true", Action: policy.ActionDeny}}), []string{`the id "x" is used by another rule`}},
		{"own rules of no tool", (&policy.Own{Input: []policy.Rule{{Condition: "true", Action: policy.ActionDeny}}}).For("tool", "nope"), []string{"no such target"}},
		{"unknown attribute type", set(func(s *policy.Set) { s.User = map[string]policy.Attribute{"x": {Type: "strng"}} }), []string{`user attribute "x"`, `did you mean "string"?`}},
		{"built-in attribute", set(func(s *policy.Set) { s.User = map[string]policy.Attribute{"role": {Type: "string"}} }), []string{"every user has it already"}},
		{"default of another type", set(func(s *policy.Set) { s.User = map[string]policy.Attribute{"x": {Type: "int", Default: "a"}} }), []string{`user attribute "x": the default is a text: write an int, such as 0`}},
		{"nullable list", set(func(s *policy.Set) { s.User = map[string]policy.Attribute{"x": {Type: "list(string)?"}} }), []string{"never absent"}},
		{"declarations that disagree", set(func(s *policy.Set) { s.User = map[string]policy.Attribute{"department": {Type: "int"}} }), []string{"declared twice", "make the declarations agree"}},
		{"two sets of one name", policy.All(one(policy.Allow, []policy.Rule{{Condition: "true", Action: policy.ActionDeny}}), one(policy.Allow, []policy.Rule{{Condition: "true", Action: policy.ActionDeny}})), []string{`two sets are called "test"`}},
		{"nothing joined", policy.All(), []string{"joins no policies"}},
		{"nil joined", policy.All(nil, policy.AllowAll()), []string{"policy 0 is nil"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.policy.Bind(policy.Catalog{Targets: []*policy.Target{order(), tool("ping", nil, nil)}, User: attributes()})
			require.Error(t, err)
			for _, part := range c.says {
				require.ErrorContains(t, err, part)
			}
		})
	}
}

func TestAllFaultsComeTogether(t *testing.T) {
	set := one(policy.Deny, []policy.Rule{{Condition: "user.q == 1", Action: policy.ActionDeny}, {Condition: "true", Action: "nope"}},
		policy.Rule{Condition: "true", Action: policy.ActionFilterFields, Fields: []string{"x", "y"}})
	set.Blocks = append(set.Blocks, policy.Block{Tools: []string{"none"}, Input: []policy.Rule{{Condition: "true", Action: policy.ActionDeny}}})
	_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{order()}})
	for _, part := range []string{"undefined field 'q'", `unknown action "nope"`, `"x" is found in none`, `"y" is found in none`, `"none" selects nothing`} {
		require.ErrorContains(t, err, part)
	}
}

func TestFaultyTypesOfArgumentsAndResultComeTogether(t *testing.T) {
	type in struct {
		ID string `json:"id" gov:"pii,maks=hash"`
	}
	type out struct {
		Email string `json:"email" gov:"pii,mask=emial"`
		Phone string `json:"phone" gov:"pii,mask=last3"`
	}
	_, err := policy.AllowAll().Bind(policy.Catalog{Targets: []*policy.Target{tool("get_customer", in{}, out{})}})
	for _, part := range []string{
		`tool "get_customer": arguments: policy_test.in.ID: gov tag: unknown key "maks" (did you mean "mask"?)`,
		`tool "get_customer": result: policy_test.out.Email: gov tag: mask "emial" is not known (did you mean "email"?); write one of redact, `,
		`policy_test.out.Phone: gov tag: mask "last3" is not known (did you mean "last4"?)`,
	} {
		require.ErrorContains(t, err, part)
	}
}

// A type at fault hides no fault of a rule, and adds none.
func TestFaultyTypesDoNotHideFaultyRules(t *testing.T) {
	type in struct {
		ID string `json:"id" gov:"pii,maks=hash"`
	}
	type out struct {
		Email string `json:"email" gov:"pii,mask=emial"`
	}
	type holder struct {
		In in `json:"inner"`
	}
	bad := policy.Target{Kind: "tool", Name: "good_args", In: reflect.TypeFor[orderIn](), Out: reflect.TypeFor[out]()}
	targets := []*policy.Target{
		tool("bad", in{}, out{}), tool("holds_bad", holder{}, nil), tool("holds_it_too", holder{}, nil), &bad, nil, order(), order(),
	}
	set := one(policy.Deny, []policy.Rule{{ID: "typo", Condition: "args.idd == 'x'", Action: policy.ActionDeny}})
	set.User = map[string]policy.Attribute{"broken": {Type: "strng"}}
	set.Blocks = append(set.Blocks,
		policy.Block{Tools: []string{"bad", "get_order"}, Output: []policy.Rule{
			{ID: "perhaps", Condition: "response.nope == 1 || user.broken", Action: policy.ActionFilterFields, Fields: []string{"email", "nope"}},
		}},
		policy.Block{Tools: []string{"bad"}, Output: []policy.Rule{
			{ID: "label", Condition: "true", Action: policy.ActionMaskSensitive, Labels: []string{"pii"}},
		}},
		policy.Block{Tools: []string{"holds*"}, Input: []policy.Rule{{ID: "through", Condition: "args.inner.id == 'x' && user.broken == 3", Action: policy.ActionDeny}}},
		policy.Block{Tools: []string{"bda"}, Input: []policy.Rule{{ID: "lost", Condition: "true", Action: policy.ActionDeny}}},
	)
	_, err := set.Bind(policy.Catalog{Targets: targets})
	require.Error(t, err)
	for _, says := range []string{
		`tool "bad": arguments: policy_test.in.ID: gov tag: unknown key "maks"`,
		`tool "bad": result: policy_test.out.Email: gov tag: mask "emial"`,
		`tool "holds_bad": arguments: policy_test.holder.In: policy_test.in.ID: gov tag`,
		`tool "good_args": result: policy_test.out.Email: gov tag`,
		"the catalog holds a nil target",
		`two targets called tool "get_order"`,
		`user attribute "broken": `,
		"(tools good_args, get_order)", // the good half of a tool is checked
		"undefined field 'idd': there are inner (tool holds_it_too)",
		"output[0] (perhaps): condition 1:9: undefined field 'nope'",
		`tools: "bda" selects nothing (did you mean "bad"?)`,
	} {
		require.Equal(t, 1, strings.Count(err.Error(), says), "%q in:\n%s", says, err)
	}
	require.Len(t, strings.Split(err.Error(), "\n"), 11, err.Error())
	require.NotContains(t, err.Error(), "(label)")
	require.NotContains(t, err.Error(), "(through)")
}

// A type at fault that is both argument and result is reported once, and what rules say of its fields is not doubted.
func TestAFaultyTypeOnBothSides(t *testing.T) {
	type inner struct {
		Card string `json:"card" gvo:"pii"`
	}
	type both struct {
		More []inner `json:"more"`
	}
	set := one(policy.Allow, nil, policy.Rule{Condition: "true", Action: policy.ActionMaskSensitive},
		policy.Rule{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"more.card"}})
	_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{tool("a", both{}, both{})}})
	require.EqualError(t, err, `tool "a": arguments: policy_test.both.More: policy_test.inner.Card: struct tag "gvo" (did you mean "gov"?): nothing reads it`)
}

// One hint is enough, and what the value is not is said in words.
func TestHintsStandOnce(t *testing.T) {
	for condition, says := range map[string]string{
		"idd == 'x'":                    `undeclared reference to 'idd' (did you mean "id"?): a condition here`,
		"args.idd == 'x'":               `undefined field 'idd' (did you mean "id"?): there are`,
		"user.role.startWith('x')":      "(did you mean 'startsWith'?)",
		"user.depatment == 'x'":         `undefined field 'depatment' (did you mean "department"?): there are`,
		"args.idd == 'x' && countt > 1": `(did you mean "count"?)`,
	} {
		set := one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}})
		_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{order()}, User: attributes()})
		require.ErrorContains(t, err, says, condition)
		for line := range strings.SplitSeq(err.Error(), "\n") {
			require.LessOrEqual(t, strings.Count(line, "did you mean"), 1, line)
		}
	}

	target := order()
	d := mustBind(t, one(policy.Allow, nil, policy.Rule{Condition: "response.total > 1", Action: policy.ActionDeny}), nil, target)
	_, err := d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}}, map[string]any{})
	require.ErrorContains(t, err, "the response is a Go map[string]interface {}, but the rules were bound to policy_test.orderOut")
	_, err = d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: 7}, &orderOut{})
	require.ErrorContains(t, err, "the arguments are a Go int, but the rules were bound to policy_test.orderIn")
}

func TestAFieldFoundInSomeToolsIsFine(t *testing.T) {
	a, b := order(), tool("ping", nil, node{})
	d := mustBind(t, one(policy.Allow, nil, policy.Rule{Condition: "true", Action: policy.ActionFilterFields, Fields: []string{"email", "ssn"}}), nil, a, b)
	require.Equal(t, []string{"-email"}, inWords(d.Scope(a).Edits))
	require.Equal(t, []string{"-ssn"}, inWords(d.Scope(b).Edits))
}

// A name below a map of anything may stand at any depth; one edit says so.
func TestAFieldBelowAnOpenMap(t *testing.T) {
	type out struct {
		Data map[string]any `json:"data"`
	}
	target := tool("open", nil, out{})
	d := mustBind(t, one(policy.Allow, nil, policy.Rule{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"data.email"}}), nil, target)
	require.Equal(t, []policy.Edit{{Path: "data.**.email", Mask: "redact"}}, d.Scope(target).Edits)
}

func TestRevision(t *testing.T) {
	target := order()
	revision := func(p policy.Policy) string { return mustBind(t, p, nil, target).Revision() }
	text := "mcpgov: 1\npolicies:\n  - tools: ['*']\n    input:\n      - condition: \"true\"\n        action: allow\n"
	loose := "{\"mcpgov\": 1,\n\t\"policies\": [{\"tools\": [\"*\"], \"input\": [{\"action\": \"allow\", \"condition\": \"true \"}]}]}"
	a, err := policy.Parse([]byte(text))
	require.NoError(t, err)
	b, err := policy.Parse([]byte(loose))
	require.NoError(t, err)
	require.Equal(t, revision(a), revision(b), "layout does not count")
	require.Len(t, revision(a), 32)
	b.Default = policy.Allow
	require.NotEqual(t, revision(a), revision(b))
	require.NotEqual(t, revision(a), revision(policy.All(a, policy.AllowAll())))

	c, err := policy.Parse([]byte(strings.Replace(text, "mcpgov: 1", "mcpgov: 1\nmode: enforce", 1)))
	require.NoError(t, err)
	require.Equal(t, revision(a), revision(c), "enforce is what is meant where nothing is said")
	open := func(s *policy.Set) policy.Policy { return policy.All(s, policy.AllowAll()) }
	seen := map[string]bool{revision(open(a)): true}
	for _, change := range []func(*policy.Set){
		func(s *policy.Set) { s.Mode = policy.ModeShadow },
		func(s *policy.Set) { s.Blocks[0].Input[0].Mode = policy.ModeShadow },
		func(s *policy.Set) { s.Blocks[0].ReadOnly = new(false) },
		func(s *policy.Set) { s.Blocks[0].Output = []policy.Rule{limit("", "orders", 1)} },
		func(s *policy.Set) { s.Blocks[0].Output = []policy.Rule{limit("", "orders", 2)} },
		func(s *policy.Set) { s.Blocks[0].Output = []policy.Rule{filter("", "orders", "true")} },
		func(s *policy.Set) { s.Blocks[0].Output = []policy.Rule{filter("", "orders", "1 == 1")} },
		func(s *policy.Set) { s.Blocks[0].Tools, s.Blocks[0].Resources = nil, []string{"*"} },
	} {
		changed, err := policy.Parse([]byte(text))
		require.NoError(t, err)
		change(changed)
		d := mustBind(t, open(changed), nil, tool("report", nil, report{}), &policy.Target{Kind: "resource", Name: "r"})
		require.False(t, seen[d.Revision()])
		seen[d.Revision()] = true
	}
}
