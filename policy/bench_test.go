package policy_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// Three typical conditions: owner or admin; a permission in a list of eight; three functions on a text.
var typical = []string{
	"user.role != 'admin' && args.customer_id != user.customer_id",
	"!('customer.read' in user.permissions)",
	"args.email.startsWith('x') || args.email.endsWith('@evil.test') || args.email.contains('..')",
}

type typicalIn struct {
	CustomerID string `json:"customer_id"`
	Email      string `json:"email"`
}

func typicalRequest(target *policy.Target) *policy.Request {
	return &policy.Request{Target: target, Args: &typicalIn{CustomerID: "cust_42", Email: "ann@example.com"}, Now: time.Unix(1, 0), User: &policy.User{
		ID: "u1", Role: "customer", Attributes: map[string]any{"customer_id": "cust_42"},
		Permissions: []string{"a.read", "b.read", "c.read", "d.read", "e.read", "f.read", "g.read", "customer.read"},
	}}
}

func typicalDecider(tb testing.TB) (policy.Decider, *policy.Target) {
	tb.Helper()
	target := tool("get_customer", typicalIn{}, nil)
	var rules []policy.Rule
	for _, c := range typical {
		rules = append(rules, policy.Rule{Condition: c, Action: policy.ActionDeny})
	}
	return mustBind(tb, one(policy.Allow, rules), map[string]policy.Attribute{"customer_id": {Type: "string"}}, target), target
}

// mapPrograms is the same in the plainest use of CEL: dynamic variables and maps built per call, with the same members
// of user for rules to read.
func mapPrograms(tb testing.TB) func(*policy.Request) bool {
	tb.Helper()
	env, err := cel.NewEnv(cel.Variable("user", cel.DynType), cel.Variable("args", cel.DynType))
	require.NoError(tb, err)
	var programs []cel.Program
	for _, c := range typical {
		checked, issues := env.Compile(c)
		require.NoError(tb, issues.Err())
		program, err := env.Program(checked)
		require.NoError(tb, err)
		programs = append(programs, program)
	}
	return func(r *policy.Request) bool {
		in := r.Args.(*typicalIn)
		u := r.User
		activation := map[string]any{
			"user": map[string]any{
				"id": u.ID, "name": u.Name, "email": u.Email, "role": u.Role, "tenant": u.Tenant, "provider": u.Provider,
				"roles": u.Roles, "groups": u.Groups, "permissions": u.Permissions, "scopes": u.Scopes, "anonymous": u.Anonymous,
				"customer_id": u.Attributes["customer_id"],
			},
			"args": map[string]any{"customer_id": in.CustomerID, "email": in.Email},
		}
		for _, p := range programs {
			v, _, err := p.Eval(activation)
			if err != nil || v.Value() != false {
				return false
			}
		}
		return true
	}
}

// BenchmarkDecision measures a decision of three conditions and, interleaved, the same on a map; goal: ratio <= 0.5.
func BenchmarkDecision(b *testing.B) {
	d, target := typicalDecider(b)
	onMap := mapPrograms(b)
	r := typicalRequest(target)
	ctx := b.Context()
	var ours, theirs time.Duration
	const batch = 1000
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		for range batch {
			if decision, err := d.Admit(ctx, r); err != nil || decision.Effect != policy.Allow {
				b.Fatal(decision, err)
			}
		}
		middle := time.Now()
		for range batch {
			if !onMap(r) {
				b.Fatal("the map disagrees")
			}
		}
		ours, theirs = ours+middle.Sub(start), theirs+time.Since(middle)
	}
	n := float64(b.N) * batch
	b.ReportMetric(float64(ours)/float64(theirs), "ratio")
	b.ReportMetric(float64(ours)/n, "ns/decision")
	b.ReportMetric(float64(theirs)/n, "ns/map")
	b.ReportMetric(testing.AllocsPerRun(100, func() { _, _ = d.Admit(ctx, r) }), "allocs/decision")
}

func TestDecisionAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("allocations cannot be counted under the race detector")
	}
	d, target := typicalDecider(t)
	r := typicalRequest(target)
	ctx := t.Context()
	decision, err := d.Admit(ctx, r)
	require.NoError(t, err)
	require.Equal(t, policy.Allow, decision.Effect)
	require.LessOrEqual(t, testing.AllocsPerRun(500, func() { _, _ = d.Admit(ctx, r) }), 4.0)
}

// BenchmarkBind binds 100 rules to 100 tools with types of their own, a third of the rules reading arguments or
// results; goal: under a second.
func BenchmarkBind(b *testing.B) {
	var targets []*policy.Target
	for i := range 100 {
		t := tool(fmt.Sprintf("tool_%d", i), nil, nil)
		own := reflect.StructField{Name: fmt.Sprintf("Own%d", i), Type: reflect.TypeFor[string]()}
		t.In = reflect.StructOf(append(reflect.VisibleFields(reflect.TypeFor[orderIn]()), own))
		t.Out = reflect.StructOf(append(reflect.VisibleFields(reflect.TypeFor[orderOut]()), own))
		targets = append(targets, t)
	}
	var in, out []policy.Rule
	for i := range 100 {
		switch i % 6 {
		case 0:
			in = append(in, policy.Rule{Condition: fmt.Sprintf("id == user.id && count == %d", i), Action: policy.ActionAllow})
		case 1:
			out = append(out, policy.Rule{Condition: fmt.Sprintf("response.total > %d", i), Action: policy.ActionMaskFields, Fields: []string{"email"}})
		default:
			in = append(in, policy.Rule{Condition: fmt.Sprintf("user.role == 'r%d' && 'p' in user.permissions", i), Action: policy.ActionAllow})
		}
	}
	set := one(policy.Deny, in, out...)
	for b.Loop() {
		if _, err := set.Bind(policy.Catalog{Targets: targets}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVisible(b *testing.B) {
	d, target := typicalDecider(b)
	r := typicalRequest(target)
	b.ReportAllocs()
	for b.Loop() {
		if visible, err := d.Visible(b.Context(), r); err != nil || visible.Effect != policy.Allow {
			b.Fatal(err)
		}
	}
}
