package policy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

func withFunctions(condition string, functions ...policy.Function) (policy.Decider, *policy.Target, error) {
	target := order()
	d, err := one(policy.Allow, []policy.Rule{{ID: "r", Condition: condition, Action: policy.ActionDeny}}).Bind(policy.Catalog{
		Targets: []*policy.Target{target}, User: attributes(), Functions: functions,
	})
	return d, target, err
}

func TestGoFunctions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	functions := []policy.Function{
		{Name: "crm.isOpen", Func: func(id string, n int64) bool { return strings.HasPrefix(id, "o") && n == 7 }},
		{Name: "crm.score", Func: func(f float64, n int) float64 { return f * float64(n) }},
		{Name: "crm.tags", Func: func(tags []string) []string { return append(tags, "new") }},
		{Name: "crm.later", Func: func(at time.Time, d time.Duration) time.Time { return at.Add(d) }},
		{Name: "crm.must", Func: func(ok bool) (bool, error) {
			if !ok {
				return false, errors.New("it is not")
			}
			return true, nil
		}},
		{Name: "crm.boom", Func: func() bool { panic("boom") }},
	}
	for condition, want := range map[string]string{
		"crm.isOpen(id, 7)":                              "deny",
		"crm.isOpen(id, 8)":                              "allow",
		"crm.score(price, 2) == 3.0":                     "deny",
		"crm.tags(tags) == ['a', 'new']":                 "deny",
		"crm.later(now, duration('1h')).getHours() == 4": "deny",
		"crm.must(id == 'o1')":                           "deny",
		"crm.must(id == 'o2')":                           "crm.must: it is not",
		"crm.boom()":                                     "crm.boom panicked: boom",
		"crm.isOpen(text, 7)":                            "crm.isOpen: a text of 70000 bytes is longer than 65536",
	} {
		d, target, err := withFunctions(condition, functions...)
		require.NoError(t, err, condition)
		require.False(t, d.(interface{ SelfBounded() bool }).SelfBounded(), "nobody knows how long a Go function takes")
		decision, err := d.Admit(t.Context(), &policy.Request{
			Target: target, User: &policy.User{ID: "u"}, Now: at, Args: &orderIn{ID: "o1", Price: 1.5, Tags: []string{"a"}, Text: strings.Repeat("o", 70_000)},
		})
		switch want {
		case "deny", "allow":
			require.NoError(t, err, condition)
			require.Equal(t, want, decision.Effect.String(), condition)
		default:
			require.ErrorContains(t, err, want)
			require.Equal(t, policy.Deny, decision.Effect)
		}
	}
}

func TestFaultyGoFunctions(t *testing.T) {
	t.Parallel()
	yes := func() bool { return true }
	for want, f := range map[string][]policy.Function{
		`function "open": write a name of two or more parts joined by dots, such as "crm.isOpen"`:  {{Name: "open", Func: yes}},
		`function "user.open": user means something else in conditions: choose another first part`: {{Name: "user.open", Func: yes}},
		`function "crm.open": it is there twice: rename one`:                                       {{Name: "crm.open", Func: yes}, {Name: "crm.open", Func: yes}},
		`function "crm.open": Func is a string: write a function`:                                  {{Name: "crm.open", Func: "yes"}},
		`function "crm.open": Func is a <nil>: write a function`:                                   {{Name: "crm.open"}},
		`function "crm.open": it takes any number of arguments: write each`:                        {{Name: "crm.open", Func: func(...string) bool { return true }}},
		`function "crm.open": it returns 0 values: return one, or one and an error`:                {{Name: "crm.open", Func: func() {}}},
		`function "crm.open": argument 1: a context: leave it out`:                                 {{Name: "crm.open", Func: func(context.Context) bool { return true }}},
		`function "crm.open": argument 2: conditions have no type for chan int`:                    {{Name: "crm.open", Func: func(string, chan int) bool { return true }}},
		`function "crm.open": the result: conditions have no type for int8`:                        {{Name: "crm.open", Func: func() int8 { return 1 }}},
	} {
		_, _, err := withFunctions("true", f...)
		require.ErrorContains(t, err, want)
	}
	_, _, err := withFunctions("crm.opne()", policy.Function{Name: "crm.open", Func: yes})
	require.ErrorContains(t, err, "crm")
	_, _, err = withFunctions("crm.open(1)", policy.Function{Name: "crm.open", Func: yes})
	require.ErrorContains(t, err, "crm.open")
}

// TestFunctionNames: what is registered can be called, and means the function wherever it is called.
func TestFunctionNames(t *testing.T) {
	t.Parallel()
	yes, no := func() bool { return true }, func() bool { return false }
	for want, f := range map[string]policy.Function{
		".map with 2 arguments means something else in conditions: choose another last part": {Name: "crm.map", Func: func(a, b string) bool { return a == b }},
		".all with 2 arguments":      {Name: "crm.all", Func: func(a string, b bool) bool { return b }},
		".matches with 1 arguments":  {Name: "crm.matches", Func: func(string) bool { return true }},
		".in with 1 arguments":       {Name: "crm.in", Func: func(float64) bool { return true }},
		".true with 3 arguments":     {Name: "crm.true", Func: func(time.Time, time.Duration, []string) bool { return true }},
		".getHours with 0 arguments": {Name: "crm.getHours", Func: yes},
	} {
		_, _, err := withFunctions("true", policy.Function{Name: "crm.fine", Func: yes}, f)
		require.ErrorContains(t, err, `function "`+f.Name+`": `+want)
	}
	functions := []policy.Function{
		{Name: "crm.a_b", Func: yes},
		{Name: "crm_a.b", Func: no},
		{Name: "crm.a.b", Func: no},
		{Name: "crm.map", Func: func(string) bool { return true }},
		{Name: "crm.has", Func: func(string) bool { return true }},
		{Name: "crm.now", Func: yes},
		{Name: "crm.within", Func: func(d time.Duration) bool { return d == 48*time.Hour }},
		{Name: "id.trim", Func: func() string { return "theirs" }},
		{Name: "crm.none", Func: func() []string { return nil }},
		{Name: "crm.all", Func: func(_ int, _ float64, _ time.Time, texts []string) string { return texts[0] }},
	}
	for _, condition := range []string{
		"crm.a_b() && !crm_a.b() && !crm.a.b()", // three names, three functions
		"crm.map(text) && crm.has(text) && crm.now()",
		"crm.within(duration('48h'))",
		"id.trim() == 'theirs' && args.id.trim() == 'mine'", // after id, the dot is the function's
		"crm.none() == [] && crm.all(2, 1.5, timestamp(5), ['x']) == 'x'",
	} {
		d, target, err := withFunctions(condition, functions...)
		require.NoError(t, err, condition)
		decision, err := d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{ID: "u"}, Args: &orderIn{ID: " mine "}})
		require.NoError(t, err, condition)
		require.Equal(t, policy.Deny, decision.Effect, condition)
	}
	_, _, err := withFunctions("id == 'x'", functions...)
	require.ErrorContains(t, err, "undeclared reference to 'id': write args.id, for id alone means something else")
}

// TestFunctionsOfWhatIsNotKnown: a list asks no function about arguments there are not, and hides nothing for it; what a function told once
// it may tell otherwise later.
func TestFunctionsOfWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	called := 0
	d, target, err := withFunctions("crm.closed(id) || user.id == 'x' && crm.closed(user.id)", policy.Function{Name: "crm.closed", Func: func(string) bool { called++; return true }})
	require.NoError(t, err)
	require.Zero(t, called, "nothing is called before there is a call")
	seen, err := d.Visible(t.Context(), &policy.Request{Target: target, User: &policy.User{ID: "u"}})
	require.NoError(t, err)
	require.Equal(t, policy.Decision{Effect: policy.Allow, Depends: true, Volatile: true}, seen)
	require.Zero(t, called)
	seen, err = d.Visible(t.Context(), &policy.Request{Target: target, User: &policy.User{ID: "x"}})
	require.NoError(t, err)
	require.Equal(t, policy.Deny, seen.Effect, "the caller alone settles it")
	require.True(t, seen.Volatile)
	require.Equal(t, 1, called)
}
