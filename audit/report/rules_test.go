package report_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit/report"
)

// A labelled field is covered if some followed rule could remove or mask it.
func TestCoveredFields(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	mask := report.Rule{Output: true, Action: "mask_fields", Fields: []string{"a.b"}, Tools: []string{"get_*"}}
	with := func(change func(*report.Rule)) report.Rule {
		r := mask
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		rule    report.Rule
		covered bool
	}{
		"path":             {mask, true},
		"path above":       {with(func(r *report.Rule) { r.Fields = []string{"a"} }), true},
		"path aside":       {with(func(r *report.Rule) { r.Fields = []string{"a.bc"} }), false},
		"wild path":        {with(func(r *report.Rule) { r.Fields = []string{"**.b"} }), true},
		"removes":          {with(func(r *report.Rule) { r.Action = "filter_fields" }), true},
		"input":            {with(func(r *report.Rule) { r.Output = false }), false},
		"denies":           {with(func(r *report.Rule) { r.Action = "deny" }), false},
		"shadow":           {with(func(r *report.Rule) { r.Shadow = true }), false},
		"other tools":      {with(func(r *report.Rule) { r.Tools = []string{"put_*"} }), false},
		"by tag":           {with(func(r *report.Rule) { r.Tools = []string{"tag:crm"} }), true},
		"prompts":          {with(func(r *report.Rule) { r.Tools, r.Prompts = nil, []string{"*"} }), false},
		"a glob's bracket": {with(func(r *report.Rule) { r.Tools = []string{"get_[x]"} }), false},
		"read only":        {with(func(r *report.Rule) { r.ReadOnly = &yes }), true},
		"not read only":    {with(func(r *report.Rule) { r.ReadOnly = &no }), false},
		"label":            {with(func(r *report.Rule) { r.Action, r.Labels = "mask_sensitive_fields", []string{"x", "pii"} }), true},
		"every label":      {with(func(r *report.Rule) { r.Action = "filter_sensitive_fields" }), true},
		"another label":    {with(func(r *report.Rule) { r.Action, r.Labels = "mask_sensitive_fields", []string{"phi"} }), false},
	} {
		contract := &report.Contract{
			Targets: []report.Target{{Kind: "tool", Name: "get_x", ReadOnly: true, Result: []report.Field{{Path: "a.b", Labels: []string{"pii"}}}}},
			Sets:    []report.Set{{Default: "deny", Rules: []report.Rule{c.rule}}},
		}
		r, err := report.Make(t.Context(), sequence(nil, nil), &report.Options{Profile: report.GDPR, Contract: contract})
		require.NoError(t, err)
		require.Equal(t, c.covered, r.Rules.UncoveredAll == 0, name)
		if !c.covered {
			require.Equal(t, []string{"tool get_x: a.b"}, r.Rules.Uncovered, name)
		}
	}
}
