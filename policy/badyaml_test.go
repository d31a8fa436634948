package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// TestBadYAML: what people write who do not know YAML, with where it is and what to write instead. The rule of a case stands on line 5.
func TestBadYAML(t *testing.T) {
	t.Parallel()
	const head = "mcpgov: 1\npolicies:\n  - tools: [a]\n    input:\n"
	inQuotes := "YAML takes what begins with ! for a tag: put the whole text in double quotes, the ! with it"
	for _, c := range []struct{ name, text, want string }{
		{
			"left of its block", "mcpgov: 1\npolicies:\n  - tools: [a]\n input: []\n",
			`line 4:2: "input" stands left of its block: it is indented by 1, the lines it may belong to by 0 or 4: align it with them`,
		},
		{
			"right of its block", "mcpgov: 1\npolicies:\n  - tools: [a]\n      input: []\n",
			`line 4:7: "input" stands right of its block: it is indented by 6, the lines it may belong to by 0 or 4: align it with them`,
		},
		{"between", head + "     - condition: \"true\"\n      action: deny\n", `line 6:7: "action" stands left of its block: it is indented by 6, the lines it may belong to by 0, 4 or 7: align it with them`},
		{"a dash astray", "mcpgov: 1\npolicies:\n - tools: [a]\n  - tools: [b]\n", `line 4:3: "- tools: [b]" stands right of its block: it is indented by 2, the lines it may belong to by 1: align it with them`},
		{
			"behind a text of several lines", head + "      - condition: >\n          a: b\n           : c\n          d\n        action: deny\n       reason: x\n",
			`line 10:8: "reason" stands left of its block: it is indented by 7, the lines it may belong to by 0, 4 or 8: align it with them`,
		},
		{"tab", "mcpgov: 1\npolicies:\n  - tools: [a]\n\tinput: []\n", "line 4:1: YAML takes no tabs: indent with spaces"},
		{"tab behind spaces", "mcpgov: 1\r\npolicies:\r\n  - tools: [a]\r\n  \tinput: x\r\n", "line 4:3: YAML takes no tabs: indent with spaces"},
		{"quoted word first", head + "      - {condition: 'a' in user.permissions, action: deny}\n", "line 5:21: put the condition in double quotes: YAML ends it at the second '"},
		{"in a block", head + "      - condition: 'a' in user.permissions\n        action: deny\n", "line 5:20: put the condition in double quotes: YAML ends it at the second '"},
		{"double quotes inside", head + "      - {condition: \"a\" in user.permissions, action: deny}\n", `line 5:21: put the condition in double quotes, and use ' inside: YAML ends it at the second "`},
		{"list in braces", head + "      - {condition: user.role in ['a', 'b'], action: deny}\n", "line 5:21: put the condition in double quotes: within {...} YAML takes a [ for its own"},
		{"braces of two lines", head + "      - {action: deny,\n         condition: user.role in ['a']}\n", "line 6:21: put the condition in double quotes: within {...} YAML takes a [ for its own"},
		{"colon", head + "      - condition: user.role == 'a' ? true : false\n        action: deny\n", "line 5:20: put the condition in double quotes: YAML takes what stands before a colon for a key"},
		{"colon in a reason", head + "      - condition: user.role == 'a' # b: c\n        reason: no: never\n        action: deny\n", "line 6:17: put the reason in double quotes: YAML takes what stands before a colon for a key"},
		{"at sign", head + "      - {condition: @user, action: deny}\n", "line 5:21: put the condition in double quotes: YAML takes a @ at its beginning for its own"},
		{"no end", head + "      - {condition: \"true, action: deny}\n", `line 5:21: the quote " that opens here is not closed on this line`},
		{"negation in braces", head + "      - {condition: !user.anonymous, action: deny}\n", "line 5:21: " + inQuotes},
		{"negation of a group", head + "      - condition: !('a' in user.permissions)\n        action: deny\n", "line 5:20: " + inQuotes},
		{"negation of two", head + "      - condition: !user.anonymous && true\n        action: deny\n", "line 5:20: " + inQuotes},
		{"negation with a space", head + "      - {condition: ! user.anonymous, action: deny}\n", "line 5:21: " + inQuotes},
		{"negation of a quote", head + "      - {condition: !'a' , action: deny}\n", "line 5:21: " + inQuotes},
		{"negation in a default", "mcpgov: 1\nuser: {a: {type: string, default: ! b}}\npolicies: []\n", "line 2:35: " + inQuotes},
		{"colon without a space", "mcpgov:1\npolicies: []\n", "line 1:1: a space must follow the colon: write mcpgov: 1"},
		{"star", "mcpgov: 1\npolicies:\n  - tools: [a, *]\n", `line 3:16: write "*" in quotes: YAML takes what begins with * for an alias`},
		{"star alone", "mcpgov: 1\npolicies:\n  - tools:\n    - *_b\n", `line 4:7: write "*_b" in quotes: YAML takes what begins with * for an alias`},
		{"brace", head + "      - {condition: \"true\", action: deny\n", "at or near line 4: this is no YAML: did not find expected ',' or '}': look for a quote, bracket or brace that is not closed"},
		{"no text", "mcpgov: 1\nname: \xff\n", "this is no YAML: invalid leading UTF-8 octet"},
		{"second document", "mcpgov: 1\npolicies: []\n---\n\tname: x\n", "line 4:1: YAML takes no tabs: indent with spaces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := policy.Parse([]byte(c.text))
			require.EqualError(t, err, c.want)
		})
	}

	_, err := policy.Parse([]byte(head + "      - {condition: f(a, b), action: deny}\n"))
	require.ErrorContains(t, err, `a rule has no key "b)"; if it is the rest of the text before the comma, put that text in double quotes`)
}

// TestGoodYAMLIsNotSuspected: what is said to be at fault must not be what is in order.
func TestGoodYAMLIsNotSuspected(t *testing.T) {
	t.Parallel()
	good := strings.ReplaceAll(fullSet, "mcpgov: 1", "# a comment: with 'one quote\nmcpgov: 1") + `
  -   tools:
      - a
      - "*"
      input:
      - condition: |
          user.role == "a: b" &&
            user.anonymous
        action: deny
        reason: It's not
          yours
      - {id: x, condition: 'user.role == ''a''',
         action: deny}   # so: it is
      - condition: user.role == 'a, b' && user.id in ['c'] # here
        action: allow
`
	_, err := policy.Parse([]byte(good))
	require.NoError(t, err)
	_, err = policy.Parse([]byte(good + "last: [\n"))
	require.ErrorContains(t, err, "at or near line")
}
