package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

type node struct {
	SSN  string          `json:"ssn" gov:"pii,mask=last4"`
	Kids []node          `json:"kids"`
	By   map[string]node `json:"by"`
}

func TestOutputRulesAllApply(t *testing.T) {
	target := order()
	set := one(policy.Allow, nil,
		policy.Rule{ID: "mask", Condition: "user.role == 'a' || user.role == 'b'", Action: policy.ActionMaskFields, Fields: []string{"email", "notes"}},
		policy.Rule{ID: "cut", Condition: "user.role == 'b'", Action: policy.ActionFilterFields, Fields: []string{"email"}},
		policy.Rule{ID: "labels", Condition: "user.role == 'c'", Action: policy.ActionMaskSensitive, Labels: []string{"secret"}},
		policy.Rule{ID: "all", Condition: "user.role == 'd'", Action: policy.ActionFilterSensitive},
		policy.Rule{ID: "first", Condition: "user.role == 'c'", Action: policy.ActionMaskFields, Fields: []string{"card"}, Mask: "first=2"},
		policy.Rule{ID: "no", Condition: "response.total > args.count", Action: policy.ActionDeny, Reason: "too much"},
	)
	d := mustBind(t, set, nil, target)
	shape := func(role string, total int) policy.Obligations {
		o, err := d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{Role: role}, Args: &orderIn{Count: 5}}, &orderOut{Total: total})
		require.NoError(t, err)
		return o
	}
	require.Equal(t, []string{"email=email", "notes=redact"}, inWords(shape("a", 0).Edits))
	require.Equal(t, []string{"-email", "notes=redact"}, inWords(shape("b", 0).Edits))
	require.Equal(t, []string{"mask", "cut"}, shape("b", 0).Rules)
	require.Equal(t, []string{"card=redact", "total=redact"}, inWords(shape("c", 0).Edits), "two masks on one field redact")
	require.Equal(t, []string{"-card", "-email", "-total"}, inWords(shape("d", 0).Edits))
	require.Zero(t, shape("e", 0))
	require.Equal(t, &policy.Decision{Effect: policy.Deny, Rule: "no", Reason: "too much"}, shape("a", 6).Deny)
	require.Empty(t, shape("a", 6).Edits)

	first, second := shape("b", 0), shape("b", 1)
	require.Same(t, &first.Edits[0], &second.Edits[0], "the same combination shares its edits")
	require.Equal(t, []string{"-card", "card=first=2", "card=last4", "card=redact", "-email", "email=email", "notes=redact", "-total", "total=redact"},
		inWords(d.Scope(target).Edits))
	require.False(t, d.Scope(target).CoversAll)
	require.True(t, mustBind(t, policy.All(policy.AllowAll(), set), nil, target).Scope(target).CoversAll)

	_, err := d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{}}, &orderOut{})
	require.ErrorContains(t, err, "user.role is absent", "an error withholds")
	_, err = d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{Role: "a"}, Args: &orderIn{}}, (*orderOut)(nil))
	require.ErrorContains(t, err, "the rules were bound to")
}

func TestEditsReachEveryDepth(t *testing.T) {
	target := tool("tree", nil, node{})
	d := mustBind(t, one(policy.Allow, nil, policy.Rule{Condition: "size(response.kids) > 0 && response.kids[0].by['x'].ssn == '1'", Action: policy.ActionMaskSensitive}), nil, target)
	o, err := d.Shape(t.Context(), &policy.Request{Target: target, User: &policy.User{}}, &node{Kids: []node{{By: map[string]node{"x": {SSN: "1"}}}}})
	require.NoError(t, err)
	require.Equal(t, []string{"**.ssn=last4"}, inWords(o.Edits))
}

func TestShapeDoesNotAllocateForKnownCombinations(t *testing.T) {
	if raceEnabled {
		t.Skip("allocations cannot be counted under the race detector")
	}
	target := order()
	d := mustBind(t, one(policy.Allow, nil, policy.Rule{Condition: "!('pii.view' in user.permissions)", Action: policy.ActionMaskFields, Fields: []string{"email"}}), nil, target)
	r := &policy.Request{Target: target, User: &policy.User{Permissions: []string{"a"}}, Args: &orderIn{}}
	out := &orderOut{}
	ctx := t.Context()
	allocations := testing.AllocsPerRun(200, func() {
		if o, err := d.Shape(ctx, r, out); err != nil || len(o.Edits) != 1 {
			t.Fatal(o, err)
		}
	})
	require.LessOrEqual(t, allocations, 2.0) // the lists of permissions and the response's object
}
