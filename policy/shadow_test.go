package policy_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

func onTrial(r policy.Rule) policy.Rule {
	r.Mode = policy.ModeShadow
	return r
}

func ruled(id, condition string, action policy.Action) policy.Rule {
	return policy.Rule{ID: id, Condition: condition, Action: action}
}

// inShadow shows divergences as the record does.
func inShadow(all []policy.Divergence) []string {
	var words []string
	for _, d := range all {
		words = append(words, d.Rule+": "+d.Would)
	}
	return words
}

// TestShadowRules: what is followed is decided as if rules on trial were not there, and what they would have changed is noted.
func TestShadowRules(t *testing.T) {
	const clerk, fails = "user.role == 'clerk'", "user.email == 'x'"
	deny, allow, ask := policy.ActionDeny, policy.ActionAllow, policy.ActionRequireApproval
	for _, c := range []struct {
		name  string
		end   policy.Effect
		rules []policy.Rule
		rule  string // that decides
		want  []string
	}{
		{"a deny before an allow", policy.Deny, []policy.Rule{onTrial(ruled("s", clerk, deny)), ruled("a", clerk, allow)}, "a", []string{"s: deny"}},
		{"an allow over a default", policy.Deny, []policy.Rule{onTrial(ruled("s", clerk, allow))}, "test#default", []string{"s: allow"}},
		{"an approval", policy.Allow, []policy.Rule{onTrial(ruled("s", clerk, ask))}, "test#default", []string{"s: require_approval"}},
		{"behind what decides", policy.Deny, []policy.Rule{ruled("a", clerk, allow), onTrial(ruled("s", clerk, deny))}, "a", nil},
		{"one that does not hold", policy.Deny, []policy.Rule{onTrial(ruled("s", "user.role == 'x'", deny)), ruled("a", clerk, allow)}, "a", nil},
		{"the same effect", policy.Deny, []policy.Rule{onTrial(ruled("s", clerk, allow)), ruled("a", clerk, allow)}, "a", nil},
		{"denied either way, but by another rule", policy.Deny, []policy.Rule{onTrial(ruled("s", clerk, deny)), ruled("d", clerk, deny)}, "d", []string{"s: deny"}},
		{"the first of two", policy.Allow, []policy.Rule{onTrial(ruled("s", clerk, deny)), onTrial(ruled("u", "true", ask))}, "test#default", []string{"s: deny"}},
		{"an error", policy.Allow, []policy.Rule{onTrial(ruled("s", fails, deny)), ruled("a", clerk, allow)}, "a", []string{"s: fail"}},
		{"an error ends the trial", policy.Allow, []policy.Rule{onTrial(ruled("s", fails, deny)), onTrial(ruled("u", "true", deny))}, "test#default", []string{"s: fail"}},
		{"an error where it is denied", policy.Deny, []policy.Rule{onTrial(ruled("s", fails, allow))}, "test#default", []string{"s: fail"}},
		{"a warn", policy.Allow, []policy.Rule{onTrial(warn("w", clerk)), ruled("a", clerk, allow)}, "a", []string{"w: warn"}},
		{"a warn that fails", policy.Allow, []policy.Rule{onTrial(warn("w", fails)), ruled("a", clerk, allow)}, "a", []string{"w: fail"}},
		{"a loop that takes too long", policy.Allow, []policy.Rule{onTrial(ruled("s", "tags.all(a, tags.all(b, a == b))", deny))}, "test#default", []string{"s: fail"}},
		{"a rule that always holds hides none", policy.Deny, []policy.Rule{onTrial(ruled("s", "true", deny)), ruled("a", clerk, allow)}, "a", []string{"s: deny"}},
		{"a rule on trial behind one that always holds", policy.Deny, []policy.Rule{ruled("a", "true", allow), onTrial(ruled("s", "true", deny))}, "a", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := order()
			d := mustBind(t, one(c.end, c.rules), nil, target)
			r := &policy.Request{Target: target, User: &policy.User{Role: "clerk"}, Args: &orderIn{Tags: make([]string, 20_000)}}
			start := time.Now()
			decision, err := d.Admit(t.Context(), r)
			require.NoError(t, err)
			require.Less(t, time.Since(start), 2*time.Second)
			require.Equal(t, c.rule, decision.Rule)
			require.Equal(t, c.want, inShadow(decision.Shadow))
			require.Empty(t, decision.Warnings)

			visible, err := d.Visible(t.Context(), r)
			require.NoError(t, err)
			require.Empty(t, visible.Shadow)
			require.Equal(t, decision.Effect == policy.Deny, visible.Effect == policy.Deny, "the caller alone settles all of these")
		})
	}
}

// TestShadowSets: a set on trial has no say, not even by its default.
func TestShadowSets(t *testing.T) {
	target := order()
	set := func(name string, end policy.Effect, mode policy.Mode, rules ...policy.Rule) *policy.Set {
		s := &policy.Set{Name: name, Default: end, Mode: mode}
		if len(rules) > 0 {
			s.Blocks = []policy.Block{{Tools: []string{"*"}, Input: rules}}
		}
		return s
	}
	admit := func(p policy.Policy) policy.Decision {
		d, err := mustBind(t, p, nil, target).Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{Role: "clerk"}, Args: &orderIn{}})
		require.NoError(t, err)
		return d
	}
	old := set("old", policy.Allow, policy.ModeEnforce)
	const always = "user.role == 'clerk'"

	d := admit(policy.All(old, set("new", policy.Deny, policy.ModeShadow)))
	require.Equal(t, policy.Allow, d.Effect)
	require.Equal(t, []string{"new#default: deny"}, inShadow(d.Shadow))

	d = admit(policy.All(policy.AllowAll(), set("new", policy.Allow, policy.ModeShadow, ruled("r", always, policy.ActionRequireApproval))))
	require.Equal(t, policy.Decision{Effect: policy.Allow, Rule: "allow-all", Shadow: []policy.Divergence{{Rule: "r", Would: "require_approval"}}}, d)

	d = admit(policy.All(set("new", policy.Allow, policy.ModeShadow, ruled("r", always, policy.ActionAllow)), old))
	require.Empty(t, d.Shadow, "what would allow as well changes nothing")

	// A default changes with the rules on trial: a list that admits ends in deny.
	own := &policy.Own{Input: []policy.Rule{ruled("d", "user.role == 'x'", policy.ActionDeny), onTrial(ruled("a", "user.role == 'boss'", policy.ActionAllow))}}
	d = admit(own.For("tool", "get_order"))
	require.Equal(t, policy.Allow, d.Effect)
	require.Equal(t, []string{"get_order#default: deny"}, inShadow(d.Shadow))
	own.Mode = policy.ModeShadow
	d = admit(policy.All(old, own.For("tool", "get_order")))
	require.Equal(t, []string{"get_order#default: deny"}, inShadow(d.Shadow))

	// Where it takes two to lift a denial, both are named: the second list was not even asked.
	d = admit(policy.All(set("p", policy.Deny, "", onTrial(ruled("a", always, policy.ActionAllow))), set("q", policy.Deny, "", onTrial(ruled("b", always, policy.ActionAllow)))))
	require.Equal(t, "p#default", d.Rule)
	require.Equal(t, []string{"a: allow", "b: allow"}, inShadow(d.Shadow))

	// What the others decide is asked about only if it may matter, and nothing they do can refuse on behalf of a trial.
	lifted := set("s", policy.Deny, "", onTrial(ruled("a", always, policy.ActionAllow)))
	for _, c := range []struct {
		other foreign
		want  []string
	}{
		{foreign{admit: policy.Decision{Effect: policy.Allow}}, []string{"a: allow"}},
		{foreign{admit: policy.Decision{Effect: policy.RequireApproval}}, []string{"a: allow"}},
		{foreign{admit: policy.Decision{Effect: policy.Deny}}, nil},
		{foreign{err: fmt.Errorf("down")}, nil},
	} {
		d = admit(policy.All(lifted, c.other))
		require.Equal(t, policy.Deny, d.Effect)
		require.Equal(t, c.want, inShadow(d.Shadow))
	}
	d = admit(policy.All(old, foreign{admit: policy.Decision{Effect: policy.Allow, Warnings: []string{"w"}, Shadow: []policy.Divergence{{Rule: "f", Would: "deny"}}}}))
	require.Equal(t, []string{"w"}, d.Warnings)
	require.Equal(t, []string{"f: deny"}, inShadow(d.Shadow))
}

func TestShadowFaults(t *testing.T) {
	target := order()
	bind := func(p policy.Policy) error {
		_, err := p.Bind(policy.Catalog{Targets: []*policy.Target{target}})
		return err
	}
	allow := ruled("", "true", policy.ActionAllow)
	shadow := one(policy.Deny, []policy.Rule{allow})
	shadow.Mode = policy.ModeShadow
	const nothing = `it is in shadow mode, as is every set: nothing would be enforced: join policy.AllowAll() if that is meant`
	own := &policy.Own{Input: []policy.Rule{allow}}
	tried := &policy.Own{Input: []policy.Rule{allow}, Mode: policy.ModeShadow}

	require.EqualError(t, bind(shadow), `set "test": `+nothing)
	require.ErrorContains(t, bind(policy.All(shadow)), nothing)
	require.ErrorContains(t, bind(policy.All(shadow, own.For("tool", "get_order"))), nothing, "a tool's own list governs that tool alone")
	require.ErrorContains(t, bind(tried.For("tool", "get_order")), nothing)
	require.NoError(t, bind(policy.All(shadow, policy.AllowAll())))
	require.NoError(t, bind(policy.All(shadow, foreign{})))
	require.NoError(t, bind(policy.All(tried.For("tool", "get_order"), policy.AllowAll())))

	bad := one(policy.Deny, []policy.Rule{{Condition: "true", Action: policy.ActionAllow, Mode: "shadwo"}})
	require.ErrorContains(t, bind(bad), `input[0]: unknown mode "shadwo" (did you mean "shadow"?): write enforce or shadow, or nothing`)
	bad = one(policy.Deny, []policy.Rule{allow})
	bad.Mode = "off"
	require.ErrorContains(t, bind(bad), `set "test": unknown mode "off"`)
	require.ErrorContains(t, bind(one(policy.Deny, []policy.Rule{onTrial(ruled("", "user.rol == 'x'", policy.ActionDeny))})), "undefined field 'rol'", "a rule on trial is checked")
	shadow.Blocks[0].Input = append(shadow.Blocks[0].Input, allow)
	require.ErrorContains(t, bind(policy.All(policy.AllowAll(), shadow)), "never reached", "as it would be, were the set followed")
}

// TestShadowIsTheDifference: for random lists, what is decided is what the lists decide without all that is on trial, and a divergence is
// noted exactly where the lists with all of it followed decide otherwise.
func TestShadowIsTheDifference(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	conditions := []string{
		"user.role == 'a'", "user.role == 'b'", "count > 2", "count > 4", "user.email == 'e'", "has(user.email) && count > 1", "10 / count > 2", "user.role != 'a' || user.email == 'f'",
	}
	actions := []policy.Action{policy.ActionDeny, policy.ActionAllow, policy.ActionRequireApproval, policy.ActionWarn}
	target := order()
	differing, same := 0, 0
	for range 400 {
		var as, without, with []policy.Policy
		tried := map[string]bool{} // what is in shadow mode
		add := func(on policy.Mode, end policy.Effect, rules []policy.Rule) {
			var kept, all []policy.Rule
			tried[fmt.Sprintf("s%d#default", len(as))] = on != ""
			for _, r := range rules {
				tried[r.ID] = r.Mode == policy.ModeShadow || on != ""
				if r.Mode != policy.ModeShadow {
					kept = append(kept, r)
				}
				r.Mode = ""
				all = append(all, r)
			}
			made := func(mode policy.Mode, rules []policy.Rule) policy.Policy {
				return &policy.Set{Name: fmt.Sprintf("s%d", len(as)), Default: end, Mode: mode, Blocks: []policy.Block{{Tools: []string{"*"}, Input: append(rules, ruled("", "false", policy.ActionDeny))}}}
			}
			if on == "" {
				without = append(without, made("", kept))
			}
			with = append(with, made("", all))
			as = append(as, made(on, rules)) // last: its place in as is its name
		}
		for range 1 + random.IntN(3) {
			var rules []policy.Rule
			for range random.IntN(4) {
				r := ruled(fmt.Sprintf("r%d", random.Int64()), conditions[random.IntN(len(conditions))], actions[random.IntN(len(actions))])
				if random.IntN(3) == 0 {
					r.Mode = policy.ModeShadow
				}
				rules = append(rules, r)
			}
			mode := policy.ModeEnforce
			if random.IntN(4) == 0 {
				mode = policy.ModeShadow
			}
			add(map[policy.Mode]policy.Mode{policy.ModeShadow: mode}[mode], policy.Effect(random.IntN(3)), rules)
		}
		trial := mustBind(t, policy.All(append(as, policy.AllowAll())...), nil, target)
		followed := mustBind(t, policy.All(append(without, policy.AllowAll())...), nil, target)
		candidate := mustBind(t, policy.All(append(with, policy.AllowAll())...), nil, target)
		for range 20 {
			r := &policy.Request{Target: target, User: &policy.User{Role: string(rune('a' + random.IntN(3))), Email: []string{"", "e", "f"}[random.IntN(3)]}, Args: &orderIn{Count: int32(random.IntN(6))}}
			got, err := trial.Admit(t.Context(), r)
			want, wantErr := followed.Admit(t.Context(), r)
			require.Equal(t, wantErr == nil, err == nil)
			if err != nil {
				require.Equal(t, wantErr.Error(), err.Error())
				continue
			}
			notes := got.Shadow
			got.Shadow = nil
			for _, n := range notes {
				require.True(t, tried[n.Rule], "%s is followed", n.Rule)
			}
			require.Equal(t, want, got)

			other, err := candidate.Admit(t.Context(), r)
			text := fmt.Sprintf("decided %+v, would be %+v (%v), noted %v", got, other, err, notes)
			notes = decisive(notes)
			switch {
			case err != nil && got.Effect != policy.Deny: // else it may be by a rule that only the trial comes to
				require.Contains(t, inShadow(notes), ruleOf(err)+": fail", text)
			case err != nil:
			case other.Effect != got.Effect:
				differing++
				require.NotEmpty(t, notes, text)
			case len(notes) > 0:
				require.Equal(t, policy.Deny, got.Effect, text)
				require.Equal(t, []string{other.Rule + ": deny"}, inShadow(notes), text)
				require.NotEqual(t, other.Rule, got.Rule, text)
			default:
				same++
			}
		}
	}
	require.Greater(t, differing, 300)
	require.Greater(t, same, 300)
}

// decisive leaves out what a rule that warns would have noted.
func decisive(notes []policy.Divergence) (rest []policy.Divergence) {
	for _, n := range notes {
		if n.Would != "warn" {
			rest = append(rest, n)
		}
	}
	return rest
}

func ruleOf(err error) string {
	rule, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "rule "), ":")
	return rule
}
