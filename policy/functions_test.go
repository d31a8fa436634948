package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestFunctions: each condition holds.
func TestFunctions(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{
		"'ÄbC'.lowerAscii() == 'Äbc'", "'äbC'.upperAscii() == 'äBC'", "' a b\\t'.trim() == 'a b'",
		"'äbäb'.indexOf('b') == 1", "'äbäb'.lastIndexOf('b') == 3", "'a'.indexOf('x') == -1", "'a'.lastIndexOf('x') == -1", "'äb'.indexOf('') == 0", "'äb'.lastIndexOf('') == 2",
		"'äb'.charAt(1) == 'b'", "'äb'.charAt(2) == ''", "'äbc'.substring(1) == 'bc'", "'äbc'.substring(1, 2) == 'b'", "'äbc'.substring(3) == ''",
		"'a-b-c'.replace('-', '') == 'abc'", "'äb'.replace('', '.') == '.ä.b.'", "'a,b,'.split(',') == ['a', 'b', '']", "'äb'.split('') == ['ä', 'b']", "''.split('') == []",
		"['a', 'b'].join() == 'ab'", "['a', 'b'].join(', ') == 'a, b'", "[''].join('x') == ''", "['', ''].join('x') == 'x'", "tags.join('.') == 'x.y.x'",
		"sets.contains(tags, ['y', 'x'])", "!sets.contains(tags, ['z'])", "sets.contains([], [])", "sets.intersects(tags, ['z', 'y'])", "!sets.intersects(tags, [])",
		"sets.equivalent(tags, ['y', 'x'])", "!sets.equivalent(tags, ['x'])", "sets.contains(args.extra.mixed, dyn([1.0, null, 'a', true, 2u]))", "!sets.contains([1], [dyn(1.5)])",
		"tags.distinct() == ['x', 'y']", "dyn([1, 1.0, 1u, '1']).distinct() == [1, '1']", "sets.intersects(user.permissions, ['crm.read', 'crm.write'])",
		"'crm_a/b'.glob('crm_*')", "glob('crm_a', 'crm_?')", "!'xcrm_a'.glob('crm_*')", "'ä'.glob('?')", "!'€xz'.glob('*??x*')", "!''.glob('?')", "''.glob('*')", "'A'.lowerAscii().glob('a')",
		"cidr('10.0.0.0/8').containsIP(request.remote_ip)", "!cidr('11.0.0.0/8').containsIP(request.remote_ip)", "cidr('10.0.0.0/8').containsIP('::ffff:10.1.2.3')",
		"cidr('::ffff:10.0.0.0/104').containsIP('10.1.2.3')", "cidr('2001:db8::/32').containsIP('2001:DB8::1')", "!cidr('::/0').containsIP('10.0.0.1')", "!cidr('0.0.0.0/0').containsIP('::1')",
		"cidr('10.0.0.0/8') == cidr('::ffff:10.0.0.0/104') && cidr('10.0.0.0/8') != cidr('10.0.0.0/9')", "cidr(args.extra.block).containsIP('10.0.0.1')",
	} {
		d, err := call(t, condition, orderIn{Tags: []string{"x", "y", "x"}, Extra: map[string]any{"mixed": []any{1, nil, "a", true, 2.0}, "block": "10.0.0.0/24"}})
		require.NoError(t, err, condition)
		require.Equal(t, policy.Deny, d.Effect, condition)
	}
}

// call decides one rule that denies where it holds, over a set that allows.
func call(t *testing.T, condition string, args orderIn) (policy.Decision, error) {
	t.Helper()
	target := order()
	d := mustBind(t, one(policy.Allow, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}}), attributes(), target)
	return d.Admit(t.Context(), &policy.Request{
		Target: target, User: &policy.User{Permissions: []string{"crm.read"}}, Args: &args, Now: time.Unix(0, 0),
		Origin: policy.Origin{RemoteIP: "::ffff:10.1.2.3"},
	})
}

// TestFunctionsRefuse: what a function cannot answer refuses, and the reason does not repeat the argument.
func TestFunctionsRefuse(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		"id.charAt(7) == ''":                                   "charAt: from 7 to 7 is not within a text of 6 characters",
		"id.charAt(-1) == ''":                                  "charAt: from -1",
		"id.charAt(9223372036854775807) == ''":                 "charAt: from 9223372036854775807",
		"id.substring(7) == ''":                                "substring: from 7 to 6",
		"id.substring(2, 1) == ''":                             "substring: from 2 to 1",
		"id.substring(0, 7) == ''":                             "substring: from 0 to 7",
		"cidr('10.0.0.0/8').containsIP(id)":                    "containsIP: it is no address: write one such as '10.0.0.1'",
		"cidr('10.0.0.0/8').containsIP(args.extra.zone)":       "without a zone or a port",
		"cidr('10.0.0.0/8').containsIP(args.extra.port)":       "without a zone or a port",
		"cidr(id).containsIP('10.0.0.1')":                      "cidr: it is no block of addresses",
		"cidr(args.extra.bits).containsIP('10.0.0.1')":         "cidr: it has bits behind its length",
		"sets.contains(args.extra.lists, args.extra.lists)":    "sets.contains: an element is of type list: it takes texts, numbers, booleans and null",
		"args.extra.lists.distinct() == []":                    "distinct: an element is of type list",
		"args.extra.lists.join() == ''":                        "no such overload: join",
		"args.extra.mixed.join() == ''":                        "join: an element is of type double: it takes texts",
		"owner.lowerAscii() == 'a'":                            "no such overload",
		"args.extra.none.glob('*')":                            "no such overload",
		"id.glob(args.extra.long)":                             "glob: a pattern of 257 bytes is longer than 256",
		"user.email.lowerAscii() == 'a'":                       "",
		"cidr('10.0.0.0/8').containsIP(request.headers['ip'])": "",
	} {
		d, err := call(t, condition, orderIn{ID: "secret", Extra: map[string]any{
			"zone": "fe80::1%eth0", "port": "10.0.0.1:80", "bits": "10.99.0.1/8",
			"lists": []any{[]any{}}, "mixed": []any{"a", 1.0}, "none": nil, "long": strings.Repeat("*", 257),
		}})
		require.ErrorContains(t, err, want, condition)
		require.NotContains(t, err.Error(), "secret", condition)
		require.NotContains(t, err.Error(), "10.99", condition)
		require.NotEqual(t, policy.Allow, d.Effect, condition)
	}
}

// TestConstantAddresses: what conditions spell out is checked when they are bound.
func TestConstantAddresses(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		"cidr('10.0.0.0').containsIP(id)":        "condition 1:6: cidr of '10.0.0.0': it is no block of addresses: write one such as '10.0.0.0/8' or '2001:db8::/32'",
		"cidr('10.0.0.0/33').containsIP(id)":     "it is no block",
		"cidr('fe80::%eth0/64').containsIP(id)":  "it is no block",
		"cidr('::ffff:0:0/90').containsIP(id)":   "it is no block",
		"cidr('10.1.0.0/8').containsIP(id)":      "cidr of '10.1.0.0/8': it has bits behind its length: write '10.0.0.0/8', or /32 for the one address",
		"cidr('10.0.0.0/8').containsIP('::1%a')": "condition 1:31: containsIP of '::1%a': it is no address: write one such as",
		"cidr(5).containsIP(id)":                 "found no matching overload for 'cidr'",
		"cidr('10.0.0.0/8') == '10.0.0.0/8'":     "'(net.CIDR, string)'",
		"sets.contains(tags, [1])":               "found no matching overload for 'sets.contains'",
		"id.glob(1)":                             "found no matching overload for 'glob'",
	} {
		set := one(policy.Deny, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}})
		_, err := set.Bind(policy.Catalog{Targets: []*policy.Target{order()}, User: attributes()})
		require.ErrorContains(t, err, want, condition)
	}
}

// TestArgumentsNamedLikeFunctions: a function and an argument share a name, but for the name space sets, where CEL would read the function.
func TestArgumentsNamedLikeFunctions(t *testing.T) {
	t.Parallel()
	type in struct {
		Sets  []string `json:"sets"`
		Lists []string `json:"lists"`
		IP    string   `json:"ip"`
		CIDR  string   `json:"cidr"`
		Glob  string   `json:"glob"`
	}
	target := tool("a", in{}, nil)
	bind := func(condition string) (policy.Decider, error) {
		return one(policy.Allow, []policy.Rule{{Condition: condition, Action: policy.ActionDeny}}).Bind(policy.Catalog{Targets: []*policy.Target{target}})
	}
	for _, condition := range []string{
		"cidr(cidr).containsIP(ip) && cidr == '10.0.0.0/8'", "glob.glob('x*') && glob(glob, glob)", "lists.distinct() == ['a']", "ip == '10.0.0.1'",
		"sets.contains(args.sets, lists)", "args.sets.distinct() == ['a']",
	} {
		d, err := bind(condition)
		require.NoError(t, err, condition)
		decision, err := d.Admit(t.Context(), &policy.Request{
			Target: target, User: &policy.User{},
			Args: &in{Sets: []string{"a", "a"}, Lists: []string{"a"}, IP: "10.0.0.1", CIDR: "10.0.0.0/8", Glob: "xy"},
		})
		require.NoError(t, err, condition)
		require.Equal(t, policy.Deny, decision.Effect, condition)
	}
	_, err := bind("'a' in sets")
	require.ErrorContains(t, err, "undeclared reference to 'sets'")
}
