package policy_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// fifty is 50 conditions of which each reads the caller or the arguments, and none holds.
func fifty() []policy.Rule {
	var rules []policy.Rule
	for i := range 50 {
		condition := typical[i%len(typical)]
		if i >= len(typical) {
			condition += fmt.Sprintf(" && args.customer_id != 'cust_%d'", i)
		}
		rules = append(rules, policy.Rule{Condition: condition, Action: policy.ActionDeny})
	}
	return rules
}

// bindTypical binds rules for one tool beside others that concern tools which are not called.
func bindTypical(tb testing.TB, rules []policy.Rule, others int) (policy.Decider, *policy.Target) {
	tb.Helper()
	target := tool("get_customer", typicalIn{}, nil)
	set := &policy.Set{Name: "test", Default: policy.Allow, Blocks: []policy.Block{{Tools: []string{"get_customer"}, Input: rules}}}
	targets := []*policy.Target{target}
	for i := range others {
		name := fmt.Sprintf("other_%d", i)
		targets = append(targets, tool(name, typicalIn{}, nil))
		set.Blocks = append(set.Blocks, policy.Block{Tools: []string{name}, Input: fifty()[:1]})
	}
	return mustBind(tb, set, map[string]policy.Attribute{"customer_id": {Type: "string"}}, targets...), target
}

// BenchmarkDecisionOfFiftyRules measures a decision for which 50 conditions are evaluated; goal: p99 below 200 us.
func BenchmarkDecisionOfFiftyRules(b *testing.B) {
	d, target := bindTypical(b, fifty(), 0)
	r := typicalRequest(target)
	ctx := b.Context()
	var times []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		decision, err := d.Admit(ctx, r)
		times = append(times, time.Since(start))
		if err != nil || decision.Effect != policy.Allow {
			b.Fatal(decision, err)
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "p99-ns")
	b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), "p50-ns")
}

// BenchmarkDecisionBesideOthers measures, interleaved, the same decision alone and beside 1,000 rules that select other tools; goal: no
// difference.
func BenchmarkDecisionBesideOthers(b *testing.B) {
	alone, first := bindTypical(b, fifty()[:3], 0)
	beside, second := bindTypical(b, fifty()[:3], 1000)
	one, other := typicalRequest(first), typicalRequest(second)
	ctx := b.Context()
	var lone, among time.Duration
	const batch = 1000
	for b.Loop() {
		start := time.Now()
		for range batch {
			_, _ = alone.Admit(ctx, one)
		}
		middle := time.Now()
		for range batch {
			_, _ = beside.Admit(ctx, other)
		}
		lone, among = lone+middle.Sub(start), among+time.Since(middle)
	}
	b.ReportMetric(float64(among)/float64(lone), "ratio")
}

// BenchmarkRows measures the cutting of a list of 1,000 rows.
func BenchmarkRows(b *testing.B) {
	target := tool("report", orderIn{}, report{})
	d := mustBind(b, one(policy.Allow, nil, filter("", "orders", "item.region == user.tenant"), limit("", "orders", 100)), nil, target)
	out := &report{Orders: make([]line, 1000)}
	for i := range out.Orders {
		out.Orders[i].Region = []string{"eu", "us"}[i%2]
	}
	r := &policy.Request{Target: target, User: &policy.User{Tenant: "eu"}, Args: &orderIn{}}
	b.ReportAllocs()
	for b.Loop() {
		if o, err := d.Shape(b.Context(), r, out); err != nil || len(o.Rows[0].Keep) != 100 {
			b.Fatal(o, err)
		}
	}
}

// TestOthersCostNothing: rules that select other tools are not even looked at, and neither is shadow mode where nothing is in it.
func TestOthersCostNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("allocations cannot be counted under the race detector")
	}
	for _, others := range []int{0, 100} {
		d, target := bindTypical(t, fifty()[:3], others)
		r := typicalRequest(target)
		ctx := t.Context()
		require.LessOrEqual(t, testing.AllocsPerRun(200, func() { _, _ = d.Admit(ctx, r) }), 4.0)
	}
}

// TestBenchRules holds many rules to their goals and prints them as make bench does.
func TestBenchRules(t *testing.T) {
	if os.Getenv("MCPGOV_BENCH") == "" {
		t.Skip("measures only when MCPGOV_BENCH is set: run make bench")
	}
	p99 := func() float64 { return testing.Benchmark(BenchmarkDecisionOfFiftyRules).Extra["p99-ns"] / 1000 }
	besides := func() float64 { return testing.Benchmark(BenchmarkDecisionBesideOthers).Extra["ratio"] }
	bind := func() float64 { return float64(testing.Benchmark(BenchmarkBind).NsPerOp()) / 1e6 }
	for _, line := range []struct {
		name    string
		measure func() float64
		goal    float64
		unit    string
	}{
		{"a decision of 50 conditions, p99", p99, 200, "us"},
		{"a decision beside 1,000 rules of other tools", besides, 1.25, ""},
		{"100 rules bound to 100 tools", bind, 1000, "ms"},
	} {
		value, verdict := line.measure(), "ok"
		if value > line.goal || value == 0 {
			verdict = "MISS"
			t.Errorf("%s: %.2f %s, the goal is %.2f", line.name, value, line.unit, line.goal)
		}
		fmt.Printf("%-44s value %.2f  goal <=%.2f  %-4s  %s\n", line.name, value, line.goal, verdict, line.unit)
	}
}
