package report_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/audit/report"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type visit struct {
	Diagnosis string `json:"diagnosis" gov:"phi"`
}

type patientIn struct {
	ID string `json:"id" gov:"pii"`
}

type patientOut struct {
	Name   string           `json:"name"`
	Email  string           `json:"email" gov:"pii,mask=email"`
	Visits []visit          `json:"visits"`
	Homes  map[string]visit `json:"homes"`
	Note   *string          `json:"note,omitempty" gov:"sensitive"`
}

func clinicRules() *policy.Set {
	return &policy.Set{Name: "clinic", Blocks: []policy.Block{{
		Tools:  []string{"*"},
		Input:  []policy.Rule{{ID: "staff", Condition: "user.role == 'doctor'", Action: policy.ActionAllow}, {Condition: "true", Action: policy.ActionDeny}},
		Output: []policy.Rule{{ID: "hide", Condition: "user.role != 'doctor'", Action: policy.ActionMaskSensitive}},
	}}}
}

// What a real server says of itself is read, from the value and from its JSON alike.
func TestContractOfServer(t *testing.T) {
	t.Parallel()
	rules := clinicRules()
	get := func(context.Context, patientIn) (patientOut, error) { return patientOut{}, nil }
	srv, err := mcpgov.New(
		mcpgov.Config{Name: "clinic", Version: "1.0.0", Policy: rules, Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		mcpgov.Tool(mcpgov.ToolSpec{Name: "get_patient", Description: "d", ReadOnly: true, Purpose: mcpgov.PurposeRequired}, get),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "drop_patient", Description: "d", Destructive: true}, get),
	)
	require.NoError(t, err)
	c, err := report.ContractOf(srv.Manifest(), rules)
	require.NoError(t, err)
	require.Equal(t, "clinic", c.Name)
	require.Equal(t, srv.Manifest().Contract, c.Hash)
	require.Equal(t, srv.Manifest().PolicyRevision, c.Revision)
	require.Len(t, c.Targets, 2)
	require.Equal(t, report.Target{
		Kind: "tool", Name: "get_patient", ReadOnly: true, Purpose: true,
		Arguments: []report.Field{{Path: "id", Labels: []string{"pii"}}},
		Result: []report.Field{
			{Path: "email", Labels: []string{"pii"}},
			{Path: "homes.*.diagnosis", Labels: []string{"phi"}},
			{Path: "note", Labels: []string{"sensitive"}},
			{Path: "visits.diagnosis", Labels: []string{"phi"}},
		},
	}, c.Targets[0])
	require.True(t, c.Targets[1].Destructive)
	require.False(t, c.Targets[1].Purpose)
	require.Equal(t, []report.Set{{Name: "clinic", Default: "deny", Rules: []report.Rule{
		{ID: "staff", Action: "allow", Tools: []string{"*"}},
		{ID: "clinic#0.input[1]", Action: "deny", Tools: []string{"*"}},
		{ID: "hide", Output: true, Action: "mask_sensitive_fields", Tools: []string{"*"}},
	}}}, c.Sets)

	manifest, err := json.Marshal(srv.Manifest())
	require.NoError(t, err)
	set, err := json.Marshal(rules)
	require.NoError(t, err)
	again, err := report.ContractOf(manifest, json.RawMessage(set))
	require.NoError(t, err)
	require.Equal(t, c, again)

	r, err := report.Make(t.Context(), sequence(nil, nil), &report.Options{Profile: report.GDPR, Contract: c, Now: noon})
	require.NoError(t, err)
	require.Equal(t, 8, r.Rules.Labelled)
	require.Zero(t, r.Rules.UncoveredAll)
	require.Equal(t, map[string]int{"allow": 1, "deny": 1, "mask_sensitive_fields": 1}, r.Rules.Count)
}

func TestContractOfOwnRules(t *testing.T) {
	t.Parallel()
	own := &policy.Own{Name: "notes", Mode: policy.ModeShadow, Input: []policy.Rule{{Condition: "true", Action: policy.ActionAllow}}}
	c, err := report.ContractOf([]byte(`{}`), own, &policy.Set{Default: policy.Allow})
	require.NoError(t, err)
	require.True(t, c.Sets[0].Own)
	require.True(t, c.Sets[0].Shadow)
	require.Equal(t, "notes#input[0]", c.Sets[0].Rules[0].ID)
	require.Equal(t, report.Set{Name: "policy", Default: "allow"}, c.Sets[1])
}

func TestContractOfFaults(t *testing.T) {
	t.Parallel()
	for name, give := range map[string]func() (*report.Contract, error){
		"the manifest": func() (*report.Contract, error) { return report.ContractOf([]byte(`[`)) },
		"policy 0":     func() (*report.Contract, error) { return report.ContractOf([]byte(`{}`), []byte(`{"Blocks":1}`)) },
		"effect 9":     func() (*report.Contract, error) { return report.ContractOf([]byte(`{}`), []byte(`{"Default":9}`)) },
		"json":         func() (*report.Contract, error) { return report.ContractOf(func() {}) },
		"policy 1":     func() (*report.Contract, error) { return report.ContractOf(`{}`, []byte(`{}`), make(chan int)) },
	} {
		c, err := give()
		require.Error(t, err, name)
		require.Nil(t, c)
	}
}

// FuzzContractOf: a manifest from anywhere is read or refused.
func FuzzContractOf(f *testing.F) {
	f.Add([]byte(`{"Name":"a","Tools":[{"name":"t","outputSchema":{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"b":{"$ref":"#/$defs/a","x-sensitive":{"labels":["pii"]}}}}}}}]}`), []byte(`{"Blocks":[{"Tools":["*"],"Output":[{"Action":"mask_fields","Fields":["b"]}]}]}`))
	f.Add([]byte(`{"Tools":[{"outputSchema":true},{"outputSchema":{"items":{"anyOf":[{},{}]}}}]}`), []byte(`{"Default":"allow"}`))
	f.Fuzz(func(t *testing.T, manifest, set []byte) {
		c, err := report.ContractOf(manifest, set)
		if err != nil {
			return
		}
		r, err := report.Make(context.Background(), sequence(nil, nil), &report.Options{Profile: report.SOC2, Contract: c})
		require.NoError(t, err)
		markdown(t, r)
	})
}
