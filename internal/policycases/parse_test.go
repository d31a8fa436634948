package policycases_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/internal/policycases"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cases, err := policycases.Parse("a.yaml", []byte(`
cases:
  - name: first
    user: {id: u, attributes: {n: 1}}
    tool: get
    args: {id: 9007199254740993, when: "2026-01-01"}
    now: 2026-01-02T03:04:05Z
    expect: {decision: deny, masked: []}
    response: {}
`))
	require.NoError(t, err)
	require.Len(t, cases, 1)
	require.Equal(t, "a.yaml:3:5", cases[0].Place)
	require.Equal(t, `{"id":9007199254740993,"when":"2026-01-01"}`, string(cases[0].Args))
	require.Equal(t, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), cases[0].Now)
	require.NotNil(t, cases[0].Expect.Masked)
	require.Nil(t, cases[0].Expect.Removed)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     `a.yaml: it is empty`,
		"cases: []":            `a.yaml: it holds no cases`,
		"case: []":             `a.yaml:1:1: unknown key "case" (did you mean "cases"?)`,
		"cases: [{":            "a.yaml: yaml",
		"cases: [1]":           "a.yaml: yaml",
		"cases: []\n---\na: 1": "a.yaml: it holds more than one document",
		"cases:\n- {name: a, tool: t, expect: {decison: deny}}":                      `a.yaml:2:31: unknown key "decison" (did you mean "decision"?)`,
		"cases:\n- {name: a, tool: t, user: {rôle: x}, expect: {decision: deny}}":    `a.yaml:2:29: unknown key "rôle"`,
		"cases:\n- {tool: t, expect: {decision: deny}}":                              `a.yaml:2:3: the case has no name`,
		"cases:\n- {name: a, expect: {decision: deny}}":                              `a.yaml:2:3: write one of tool, prompt and resource`,
		"cases:\n- {name: a, tool: t, prompt: p, expect: {decision: deny}}":          `a.yaml:2:3: write one of tool, prompt and resource`,
		"cases:\n- {name: a, tool: t}":                                               `a.yaml:2:3: the case expects nothing`,
		"cases:\n- {name: a, tool: t, expect: {decision: no}}":                       `a.yaml:2:3: expect.decision is "no": write allow, deny, require_approval or error`,
		"cases:\n- {name: a, tool: t, expect: {masked: [a]}}":                        `a.yaml:2:3: output rules are asked about a response`,
		"cases:\n- {name: a, tool: t, args: {1: 2, 1: 3}, expect: {decision: deny}}": "already defined",
	} {
		_, err := policycases.Parse("a.yaml", []byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

// FuzzParse: no file breaks the reader, and what it accepts says what it is about.
func FuzzParse(f *testing.F) {
	f.Add([]byte("cases:\n- {name: a, tool: t, args: {a: [1, {b: null}]}, expect: {decision: deny}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cases, err := policycases.Parse("a.yaml", data)
		if err != nil {
			return
		}
		require.NotEmpty(t, cases)
		for _, c := range cases {
			require.NotEmpty(t, c.Name)
		}
	})
}
