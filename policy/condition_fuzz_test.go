package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/mcpgov/go-sdk/policy"
)

// Whatever a condition says, it is refused or decides within its bound, and nothing panics.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		"true", "user.role == 'x' && count > 3", "tags.all(a, tags.exists(b, a == b))", "timestamp.now().getHours() < 8",
		"text.matches('(a+)+$')", "args.`content-type` in ['a']", "{'a': 1}.map(k, k + 'x') == ['ax']", "has(user.nick) ? owner == null : extra.x.y[0]", "type(user) == type(args)",
		"sets.contains(tags, [id]) && text.glob('a*?b')", "text.replace('a', text).split('').join('x').lastIndexOf('ab') > 3", "cidr(text).containsIP(id) || [count, 1.5].distinct() == []",
		"text.substring(1, 3).lowerAscii().trim().charAt(0) == 'a'",
		"history.within(duration('1h')).calls > 3 || history.within(duration(text)).rows == count", "crm.sum(tags, now) > crm.sum([id], timestamp.now()) && crm.fails(price)",
	} {
		f.Add(seed)
	}
	target := order()
	owner := "a"
	args := &orderIn{ID: "x", Count: 4, Owner: &owner, Tags: []string{"a", "b"}, Extra: map[string]any{"x": []any{1, nil}}, Text: "aaaaaaaaaaaaaaaaaaaaab"}
	functions := []policy.Function{
		{Name: "crm.sum", Func: func(texts []string, at time.Time) int { return len(texts) + at.Second() }},
		{Name: "crm.fails", Func: func(n float64) (bool, error) { return n > 1, errors.New("it fails") }},
	}
	user := &policy.User{Role: "x", Attributes: map[string]any{"department": "d", "limits": map[string]any{"a": 1}}}
	f.Fuzz(func(t *testing.T, condition string) {
		d, err := one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionAllow}}).
			Bind(policy.Catalog{Targets: []*policy.Target{target}, User: attributes(), Functions: functions})
		if err != nil {
			return
		}
		start := time.Now()
		r := &policy.Request{Target: target, User: user, Args: args, Now: time.Unix(1, 0), History: diary{}}
		decision, err := d.Admit(t.Context(), r)
		if err != nil && decision.Effect != policy.Deny {
			t.Fatal("an error with a decision")
		}
		visible, visibleErr := d.Visible(t.Context(), r)
		if (visibleErr != nil || visible.Effect == policy.Deny) && err == nil && decision.Effect == policy.Allow {
			t.Fatal("hidden but admitted")
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("took %s", took)
		}
	})
}
