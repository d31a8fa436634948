package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

const fullSet = `mcpgov: 1
name: crm
default: allow
timezone: Europe/Zurich
user: {department: string, customer_id: "string?", account_id: {type: string, default: ""}, score: {type: double, nullable: true}}
policies:
  - tools: ["get_*", "tag:crm"]
    input:
      - {id: own, condition: "user.role != 'admin'", action: deny, reason: "Not yours"}
      - {condition: "true", action: require_approval}
    output:
      - {condition: "true", action: mask_fields, fields: [email], mask: "first=2"}
      - {condition: "true", action: filter_sensitive_fields, labels: [secret]}
`

func TestParse(t *testing.T) {
	s, err := policy.Parse([]byte(fullSet))
	require.NoError(t, err)
	require.Equal(t, "crm", s.Name)
	require.Equal(t, policy.Allow, s.Default)
	require.Equal(t, "Europe/Zurich", s.TimeZone)
	require.Equal(t, map[string]policy.Attribute{
		"department": {Type: "string"}, "customer_id": {Type: "string?"},
		"account_id": {Type: "string", Default: ""}, "score": {Type: "double", Nullable: true},
	}, s.User)
	require.Len(t, s.Blocks, 1)
	require.Equal(t, []string{"get_*", "tag:crm"}, s.Blocks[0].Tools)
	first := s.Blocks[0].Input[0]
	require.Equal(t, []string{"own", "user.role != 'admin'", "deny", "Not yours"}, []string{first.ID, first.Condition, string(first.Action), first.Reason})
	require.Equal(t, "first=2", s.Blocks[0].Output[0].Mask)
	require.Equal(t, []string{"secret"}, s.Blocks[0].Output[1].Labels)
	mustBind(t, s, nil, order())
}

const kindsSet = `mcpgov: 1
default: deny
mode: enforce
policies:
  - tools: ["*"]
    resources: ["report://*", "tag:crm"]
    prompts: [letter]
    read_only: true
    input:
      - {id: big, condition: "true", action: warn, reason: "For the log"}
      - {condition: "user.role == 'clerk'", action: allow, mode: shadow}
    output:
      - {condition: "true", action: filter_rows, path: orders, where: "item.region == user.tenant"}
      - {condition: "true", action: limit_rows, path: orders, limit: 0, mode: enforce}
`

// TestParseKinds: kinds, narrowing, rows and modes, in YAML and in JSON.
func TestParseKinds(t *testing.T) {
	s, err := policy.Parse([]byte(kindsSet))
	require.NoError(t, err)
	require.Equal(t, policy.ModeEnforce, s.Mode)
	block := s.Blocks[0]
	require.Equal(t, [][]string{{"*"}, {"report://*", "tag:crm"}, {"letter"}}, [][]string{block.Tools, block.Resources, block.Prompts})
	require.Equal(t, new(true), block.ReadOnly)
	require.Equal(t, policy.ActionWarn, block.Input[0].Action)
	require.Equal(t, policy.ModeShadow, block.Input[1].Mode)
	require.Equal(t, []string{"orders", "item.region == user.tenant"}, []string{block.Output[0].Path, block.Output[0].Where})
	require.Equal(t, policy.Rule{}.Limit, block.Output[1].Limit)

	s, err = policy.Parse([]byte(`{"mcpgov": 1, "mode": "shadow", "policies": [{"resources": ["*"], "read_only": false,
		"output": [{"condition": "true", "action": "limit_rows", "path": "a.b", "limit": 100}]}]}`))
	require.NoError(t, err)
	require.Equal(t, policy.ModeShadow, s.Mode)
	require.False(t, *s.Blocks[0].ReadOnly)
	require.Equal(t, 100, s.Blocks[0].Output[0].Limit)

	o, err := policy.ParseOwn([]byte("mode: shadow\ninput: [{condition: \"true\", action: deny}]"))
	require.NoError(t, err)
	require.Equal(t, policy.ModeShadow, o.Mode)
}

func TestParseFaults(t *testing.T) {
	cases := []struct {
		name, text string
		says       []string
	}{
		{"empty", "", []string{"the text is empty"}},
		{"no version", "policies: []", []string{"line 1:1", "write mcpgov: 1"}},
		{"wrong version", "mcpgov: 2\npolicies: []", []string{"line 1:9", "reads version 1"}},
		{"unknown key", "mcpgov: 1\npolicys: []", []string{"line 2:1", `did you mean "policies"?`}},
		{"unknown key of a rule", "mcpgov: 1\npolicies:\n  - tools: [a]\n    input:\n      - {condition: \"true\", action: deny, reson: x}", []string{"line 5:43", `did you mean "reason"?`}},
		{"key twice", "mcpgov: 1\nname: a\nname: b", []string{"line 3:1: name is written twice"}},
		{"own list", "mcpgov: 1\npolicies: {input: []}", []string{"line 2:11", "ParseOwn"}},
		{"own list at the top", "input: []", []string{"ParseOwn"}},
		{"unquoted true", "mcpgov: 1\npolicies:\n  - tools: [a]\n    input: [{condition: true, action: deny}]", []string{"line 4:25", `write "true" in quotes`}},
		{"text for a list", "mcpgov: 1\npolicies:\n  - tools: a\n    input: [{condition: \"true\", action: deny}]", []string{"line 3:12", "a list is wanted here"}},
		{"no tools", "mcpgov: 1\npolicies:\n  - input: [{condition: \"true\", action: deny}]", []string{"line 3:5", "selects nothing: write tools: [name, ...], resources: [...] or prompts: [...]"}},
		{"bad action", "mcpgov: 1\npolicies:\n  - tools: [a]\n    input: [{condition: \"true\", action: denny}]", []string{"line 4:13", `did you mean "deny"?`}},
		{"bad default", "mcpgov: 1\ndefault: alow", []string{"line 2:10", `did you mean "allow"?`}},
		{"alias", "mcpgov: 1\nuser: &a {x: string}\nname: *a", []string{"line 2:7", "line 3:7", "aliases are not read"}},
		{"no limit", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: limit_rows, path: a}]", []string{"line 4:14", "limit_rows does not say how many rows stay: write limit: 100"}},
		{"a limit in quotes", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: limit_rows, path: a, limit: \"5\"}]", []string{"line 4:70: a whole number is wanted here, such as 100, not a text"}},
		{"a limit that is octal to some", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: limit_rows, path: a, limit: 010}]", []string{"line 4:70: a whole number is wanted here"}},
		{"half a row", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: limit_rows, path: a, limit: 1.5}]", []string{"line 4:70", "not the value \"1.5\""}},
		{"a negative limit", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: limit_rows, path: a, limit: -1}]", []string{"line 4:14", "the limit is -1"}},
		{"a limit of zero elsewhere", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: filter_rows, path: a, where: \"true\", limit: 0}]", []string{"line 4:14", "filter_rows takes no limit"}},
		{"an unquoted where", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: filter_rows, path: a, where: true}]", []string{"line 4:71", "write \"true\" in quotes"}},
		{"an unknown mode", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: deny, mode: shadwo}]", []string{"line 4:54", "did you mean \"shadow\"?"}},
		{"a warn under output", "mcpgov: 1\npolicies:\n  - prompts: [a]\n    output: [{condition: \"true\", action: warn}]", []string{"line 4:14", "move the rule under input"}},
		{"an unknown mode of the set", "mcpgov: 1\nmode: of", []string{"line 2:7", `unknown mode "of"`, "write enforce or shadow"}},
		{"a set that enforces nothing to no one", "mcpgov: 1\npolicies: [{read_only: true, input: [{condition: \"true\", action: deny}]}]", []string{"line 2:12: the block selects nothing"}},
		{"read_only in quotes", "mcpgov: 1\npolicies: [{tools: [a], read_only: \"yes\", input: []}]", []string{"line 2:36: true or false is wanted here"}},
		{"two documents", "mcpgov: 1\n---\nmcpgov: 1", []string{"more than one document"}},
		{"no YAML", "mcpgov: [1", []string{"at or near line 1: this is no YAML"}},
		{"scalar", "hello", []string{"a policy must be a mapping"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := policy.Parse([]byte(c.text))
			require.Error(t, err)
			for _, part := range c.says {
				require.ErrorContains(t, err, part)
			}
		})
	}
}

func TestParseOwn(t *testing.T) {
	for _, text := range []string{
		"policies:\n  input:\n    - {condition: \"true\", action: deny}\n",
		"mcpgov: 1\nuser: {a: string}\ninput:\n  - {condition: \"true\", action: deny}\n",
		`{"input": [{"condition": "true", "action": "deny"}]}`,
	} {
		o, err := policy.ParseOwn([]byte(text))
		require.NoError(t, err, text)
		require.Len(t, o.Input, 1)
	}
	_, err := policy.ParseOwn([]byte(fullSet))
	require.ErrorContains(t, err, "read it with Parse")
	require.ErrorContains(t, err, "has no default")
	_, err = policy.ParseOwn([]byte("name: x"))
	require.ErrorContains(t, err, "holds no rules")
}

func TestParseFS(t *testing.T) {
	files := fstest.MapFS{
		"p/a.yaml": {Data: []byte(fullSet)},
		"p/b.json": {Data: []byte(`{"mcpgov": 1, "default": "allow", "user": {"department": "string"}, "policies": [{"tools": ["*"], "input": [{"condition": "user.department == 'x'", "action": "deny"}]}]}`)},
		"bad.yaml": {Data: []byte("mcpgov: 1\nname: 5\nx: y\n")},
	}
	p, err := policy.ParseFS(files, "p/*.yaml", "p/*")
	require.NoError(t, err)
	mustBind(t, p, nil, order())
	_, err = policy.ParseFS(files, "*.yaml", "none/*")
	for _, part := range []string{"bad.yaml: line 2:7", "bad.yaml: line 3:1", `pattern "none/*" matches no file`} {
		require.ErrorContains(t, err, part)
	}
	_, err = policy.ParseFS(files)
	require.ErrorContains(t, err, "no patterns")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(fullSet))
	f.Add([]byte(kindsSet))
	f.Add([]byte(strings.ReplaceAll(kindsSet, "enforce", "shadow")))
	f.Add([]byte("policies:\n  input: [{condition: \"true\", action: deny}]"))
	f.Add([]byte(`{"mcpgov": 1, "policies": [{"tools": ["*"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := policy.Parse(data); err == nil {
			_, _ = policy.All(s, policy.AllowAll()).Bind(policy.Catalog{Targets: append(house(), tool("report", nil, report{}))})
		}
		if o, err := policy.ParseOwn(data); err == nil {
			_, _ = o.For("tool", "get_order").Bind(policy.Catalog{Targets: []*policy.Target{order()}})
		}
	})
}
