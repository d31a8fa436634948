package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestTheDialectThatIsDocumented: what the package documentation says of the language.
func TestTheDialectThatIsDocumented(t *testing.T) {
	target := order()
	bind := func(condition string) (policy.Decider, error) {
		return one(policy.Allow, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}}).
			Bind(policy.Catalog{Targets: []*policy.Target{target}, User: attributes()})
	}
	for _, condition := range []string{
		"count < 1.5", "price >= 3", "price == 100.0", "double(count) + 1.5 > price", "timestamp.now() == now", "now.getHours() < 8",
		"args.`content-type` == 'text'", "tags.exists_one(t, t.startsWith('a'))", "text.matches('(?i)abc')", "'k' in args.extra || has(args.extra.k)",
	} {
		_, err := bind(condition)
		require.NoError(t, err, condition)
	}
	for _, condition := range []string{
		"price == 100", "price in [1, 2]", "count + 1.5 > price", "math.greatest(1, 2) == 2", "id.format([1]) == 'a'", "lists.range(3) == [0]", "isCIDR(id)", "sets.contains(tags, [1])",
	} {
		_, err := bind(condition)
		require.Error(t, err, condition)
	}
	d, err := bind("text.matches('^a')")
	require.NoError(t, err)
	for length, refused := range map[int]bool{64 << 10: false, 64<<10 + 1: true} {
		_, err := d.Admit(t.Context(), &policy.Request{Target: target, User: &policy.User{}, Args: &orderIn{Text: strings.Repeat("b", length)}})
		require.Equal(t, refused, err != nil, "%d bytes: %v", length, err)
	}
}

// TestPathsThroughMaps: a name behind a map means the member of every entry and the entry.
func TestPathsThroughMaps(t *testing.T) {
	type account struct {
		IBAN string `json:"iban"`
	}
	type out struct {
		Map map[string]account `json:"map"`
	}
	target := tool("accounts", nil, out{})
	d := mustBind(t, one(policy.Allow, nil, policy.Rule{Condition: "true", Action: policy.ActionFilterFields, Fields: []string{"map.iban"}}), nil, target)
	require.ElementsMatch(t, []string{"-map.*.iban", "-map.iban"}, inWords(d.Scope(target).Edits))
}

// TestIdsAreUniqueInTheServer: a record holds a rule's id and not the set it stands in.
func TestIdsAreUniqueInTheServer(t *testing.T) {
	set := func(name string) policy.Policy {
		s := one(policy.Allow, []policy.Rule{{ID: "same", Condition: "user.anonymous", Action: policy.ActionDeny}})
		s.Name = name
		return s
	}
	_, err := policy.All(set("a"), set("b")).Bind(policy.Catalog{Targets: []*policy.Target{order()}})
	require.ErrorContains(t, err, `set "b", block 0, input[0] (same): the id "same" is used by another rule`)
}
