package mcptest_test

import (
	"context"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type (
	personal struct {
		Email string `json:"email"`
		Phone string `json:"phone"`
	}
	holding struct {
		Symbol   string  `json:"symbol"`
		Quantity float64 `json:"quantity"`
	}
)

// seedServer has the tools the printed policies are about, each under its own.
func seedServer(t *testing.T) *mcpgov.Server {
	t.Helper()
	set, err := policy.Parse([]byte(`
mcpgov: 1
default: allow
user: {customer_id: string, department: "string?", employee_id: "string?", account_id: "string?", patient_id: string}
policies:
  - tools: ["*"]
    output: [{condition: "'never' in user.groups", action: mask_sensitive_fields}]
`))
	require.NoError(t, err)
	srv, err := mcpgov.New(mcpgov.Config{Name: "seeds", Version: "1", Policy: set, Audit: &mcptest.Recorder{}, Identify: mcpgov.Anonymous()},
		seedTool(t, "get_customer", "customer", func(struct {
			CustomerID string `json:"customer_id"`
		},
		) (out struct {
			ID     string  `json:"id"`
			Name   string  `json:"name"`
			Email  string  `json:"email"`
			LTV    float64 `json:"lifetime_value"`
			Notes  string  `json:"internal_notes,omitempty"`
			Credit int     `json:"credit_score,omitempty"`
		},
		) {
			return out
		}),
		seedTool(t, "analyze_customer_behavior", "customer_analysis", func(struct {
			CustomerID string `json:"customer_id"`
			IncludePII bool   `json:"include_pii"`
		},
		) (out struct {
			CustomerID string   `json:"customer_id"`
			Risk       float64  `json:"risk_score"`
			Personal   personal `json:"personal_data" gov:"sensitive"`
		},
		) {
			return out
		}),
		seedTool(t, "employee_data", "employee_data", employee), seedTool(t, "hr_employee_data", "employee_data", employee),
		seedTool(t, "portfolio_analysis", "portfolio_analysis", func(struct {
			AccountID string `json:"account_id"`
		},
		) (out struct {
			AccountID string    `json:"account_id"`
			Balance   float64   `json:"balance"`
			Holdings  []holding `json:"holdings"`
		},
		) {
			return out
		}),
		seedTool(t, "get_patient_record", "patient_records", func(struct {
			PatientID  string `json:"patient_id"`
			RecordType string `json:"record_type"`
		},
		) (out struct {
			PatientID   string   `json:"patient_id"`
			Codes       []string `json:"diagnosis_codes"`
			Notes       string   `json:"provider_notes"`
			Medications []string `json:"medications"`
		},
		) {
			return out
		}),
		seedTool(t, "supply_chain_analysis", "supply_chain_analysis", func(struct {
			FacilityID string `json:"facility_id"`
		},
		) (out struct {
			OnTime float64            `json:"on_time_rate"`
			Costs  map[string]float64 `json:"supplier_costs"`
			Margin float64            `json:"margin_analysis"`
		},
		) {
			return out
		}),
	)
	require.NoError(t, err)
	return srv
}

type (
	employeeIn struct {
		EmployeeID string `json:"employee_id"`
	}
	employeeOut struct {
		EmployeeID string   `json:"employee_id"`
		Salary     float64  `json:"salary"`
		Rating     string   `json:"performance_rating"`
		Actions    []string `json:"disciplinary_actions"`
	}
)

func employee(employeeIn) employeeOut { return employeeOut{} }

func seedTool[In, Out any](t *testing.T, name, seed string, handler func(In) Out) mcpgov.Feature {
	t.Helper()
	text, err := os.ReadFile("../policy/testdata/seeds/" + seed + ".yaml")
	require.NoError(t, err)
	own, err := policy.ParseOwn(text)
	require.NoError(t, err)
	return mcpgov.Tool(mcpgov.ToolSpec{Name: name, Description: "A printed tool.", ReadOnly: true, Policy: own},
		func(_ context.Context, in In) (Out, error) { return handler(in), nil })
}

// TestSeedsAsCases: the printed policies do what their text says.
func TestSeedsAsCases(t *testing.T) {
	t.Parallel()
	mcptest.PolicyCases(t, seedServer(t), os.DirFS("testdata"), "*.cases.yaml")
}

// TestPolicyCasesFail: what is expected and does not happen fails, whatever it is, and shows how the decision came about.
func TestPolicyCasesFail(t *testing.T) {
	t.Parallel()
	srv := seedServer(t)
	for expect, want := range map[string]string{
		"{decision: deny}":                          "expect.decision: want deny, got allow",
		"{decision: allow}":                         "",
		"{rule: other}":                             "expect.rule: want other, got",
		"{reason: other}":                           "expect.reason: want other, got",
		"{listed: false}":                           "expect.listed: want false, got true",
		"{listed: true}":                            "",
		"{removed: [credit_score]}":                 "expect.removed: want [credit_score], got [credit_score internal_notes]",
		"{removed: [internal_notes, credit_score]}": "",
		"{masked: [name]}":                          "expect.masked: want [name], got []",
		"{rules: []}":                               "expect.rules: want [], got [",
		"{warnings: [w]}":                           "expect.warnings: want [w], got []",
		"{shadow: [s]}":                             "expect.shadow: want [s], got []",
		"{response: {id: x}}":                       `got  {"email":"","id":"i","lifetime_value":0,"name":""}`,
		`{response: {email: "", id: i, lifetime_value: 0, name: ""}}`: "",
	} {
		file := fstest.MapFS{"a.yaml": {Data: []byte("cases:\n- {name: n, user: {id: u, role: customer, attributes: {customer_id: c}}, tool: get_customer, args: {customer_id: c}, response: {id: i}, expect: " + expect + "}")}}
		fake := &fakeTB{TB: t}
		got := fake.verdict(func() { mcptest.PolicyCases(fake, srv, file, "*.yaml") })
		if want == "" {
			require.Empty(t, got, expect)
			continue
		}
		require.Contains(t, got, want, expect)
		require.Contains(t, got, "a.yaml:2:3: n:")
		require.Contains(t, got, "user.role != 'admin'", "the explanation")
	}
	for text, want := range map[string]string{
		"cases:\n- {name: n, tool: get_custmer, expect: {decision: deny}}":                                          `a.yaml:2:3: n:`,
		"cases:\n- {name: n, tool: get_customer, args: {customer: 1}, expect: {decision: deny}}":                    "the arguments of tool",
		"cases:\n- {name: n, tool: get_customer, args: {customer_id: c}, response: {idd: 1}, expect: {masked: []}}": "the response of tool",
		"cases:\n- {name: n, tool: get_customer, expect: {}}":                                                       "the case expects nothing",
	} {
		fake := &fakeTB{TB: t}
		got := fake.verdict(func() { mcptest.PolicyCases(fake, srv, fstest.MapFS{"a.yaml": {Data: []byte(text)}}, "*.yaml") })
		require.Contains(t, got, want)
	}
	fake := &fakeTB{TB: t}
	require.Contains(t, fake.verdict(func() { mcptest.PolicyCases(fake, srv, fstest.MapFS{}, "*.yaml") }), "matches no file")
}
