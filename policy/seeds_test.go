package policy_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/policy"
)

// The types below have the fields the printed policies name.
type (
	customerIn struct {
		CustomerID string `json:"customer_id"`
	}
	customerOut struct {
		ID            string  `json:"id"`
		Name          string  `json:"name"`
		Email         string  `json:"email" gov:"pii,mask=email"`
		LTV           float64 `json:"lifetime_value"`
		InternalNotes string  `json:"internal_notes,omitempty"`
		CreditScore   int     `json:"credit_score,omitempty"`
	}
	analysisIn struct {
		CustomerID string `json:"customer_id"`
		IncludePII bool   `json:"include_pii"`
	}
	personal struct {
		Email string `json:"email"`
		Phone string `json:"phone"`
	}
	analysisOut struct {
		CustomerID   string   `json:"customer_id"`
		RiskScore    float64  `json:"risk_score"`
		PersonalData personal `json:"personal_data" gov:"sensitive"`
	}
	employeeIn struct {
		EmployeeID string `json:"employee_id"`
	}
	employeeOut struct {
		EmployeeID string   `json:"employee_id"`
		Salary     float64  `json:"salary"`
		Rating     string   `json:"performance_rating"`
		Actions    []string `json:"disciplinary_actions"`
	}
	portfolioIn struct {
		AccountID string `json:"account_id"`
	}
	holding struct {
		Symbol   string  `json:"symbol"`
		Quantity float64 `json:"quantity"`
	}
	portfolioOut struct {
		AccountID string    `json:"account_id"`
		Balance   float64   `json:"balance"`
		Holdings  []holding `json:"holdings"`
	}
	patientIn struct {
		PatientID  string `json:"patient_id"`
		RecordType string `json:"record_type"`
	}
	patientOut struct {
		PatientID      string   `json:"patient_id"`
		DiagnosisCodes []string `json:"diagnosis_codes"`
		ProviderNotes  string   `json:"provider_notes"`
		Medications    []string `json:"medications"`
	}
	supplyIn struct {
		FacilityID       string `json:"facility_id"`
		AnalysisPeriod   string `json:"analysis_period"`
		IncludeSuppliers bool   `json:"include_suppliers"`
	}
	supplyOut struct {
		OnTimeRate     float64            `json:"on_time_rate"`
		SupplierCosts  map[string]float64 `json:"supplier_costs"`
		MarginAnalysis struct {
			Margin float64 `json:"margin"`
		} `json:"margin_analysis"`
	}
)

// seed is one printed block, bound to the tool it was written for.
type seed struct {
	target  *policy.Target
	decider policy.Decider
}

func bindSeed(t *testing.T, file, tool string, in, out any, user map[string]policy.Attribute) seed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "seeds", file))
	require.NoError(t, err)
	own, err := policy.ParseOwn(text)
	require.NoError(t, err)
	target := &policy.Target{Kind: "tool", Name: tool, In: reflect.TypeOf(in), Out: reflect.TypeOf(out)}
	d, err := own.For("tool", tool).Bind(policy.Catalog{Targets: []*policy.Target{target}, User: user})
	require.NoError(t, err)
	return seed{target, d}
}

func TestSeedsWhoGetsWhat(t *testing.T) {
	optional := policy.Attribute{Type: "string?"}
	customer := bindSeed(t, "customer.yaml", "get_customer", customerIn{}, customerOut{},
		map[string]policy.Attribute{"customer_id": {Type: "string"}})
	analysis := bindSeed(t, "customer_analysis.yaml", "analyze_customer_behavior", analysisIn{}, analysisOut{}, nil)
	employees := map[string]policy.Attribute{"department": optional, "employee_id": optional}
	employee := bindSeed(t, "employee_data.yaml", "employee_data", employeeIn{}, employeeOut{}, employees)
	hr := bindSeed(t, "employee_data.yaml", "hr_employee_data", employeeIn{}, employeeOut{}, employees)
	strictHR := bindSeed(t, "employee_data.yaml", "hr_employee_data", employeeIn{}, employeeOut{},
		map[string]policy.Attribute{"department": {Type: "string"}, "employee_id": optional})
	portfolio := bindSeed(t, "portfolio_analysis.yaml", "portfolio_analysis", portfolioIn{}, portfolioOut{},
		map[string]policy.Attribute{"account_id": optional})
	strictPortfolio := bindSeed(t, "portfolio_analysis.yaml", "portfolio_analysis", portfolioIn{}, portfolioOut{},
		map[string]policy.Attribute{"account_id": {Type: "string"}})
	patient := bindSeed(t, "patient_records.yaml", "get_patient_record", patientIn{}, patientOut{},
		map[string]policy.Attribute{"patient_id": {Type: "string"}})
	supply := bindSeed(t, "supply_chain_analysis.yaml", "supply_chain_analysis", supplyIn{}, supplyOut{},
		map[string]policy.Attribute{"department": {Type: "string", Default: ""}})

	type attrs = map[string]any
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	at := func(h, m int) time.Time { return time.Date(2026, 3, 4, h, m, 0, 0, time.UTC) }
	ofBob := &customerIn{CustomerID: "cust_1"}
	bobsPay := &employeeIn{EmployeeID: "e1"}
	account := &portfolioIn{AccountID: "a1"}
	record := &patientIn{PatientID: "p1"}

	cases := []struct {
		name   string
		seed   seed
		user   policy.User
		args   any
		out    any
		now    time.Time
		effect policy.Effect
		reason string
		fails  string   // the call is refused with an error that says this
		edits  []string // "-path" removed, "path=mask" masked
		shape  string   // shaping fails with an error that says this
	}{
		{name: "customer: admin sees all", seed: customer, user: policy.User{Role: "admin"}, args: ofBob, out: &customerOut{}, effect: policy.Allow},
		{
			name: "customer: own record, filtered", seed: customer, user: policy.User{Role: "customer", Attributes: attrs{"customer_id": "cust_1"}}, args: ofBob,
			out: &customerOut{}, effect: policy.Allow, edits: []string{"-credit_score", "-internal_notes"},
		},
		{
			name: "customer: another's record", seed: customer, user: policy.User{Role: "customer", Attributes: attrs{"customer_id": "cust_2"}}, args: ofBob,
			effect: policy.Deny, reason: "Customers can only view their own data",
		},
		{name: "customer: no customer id", seed: customer, user: policy.User{Role: "customer"}, args: ofBob, fails: "user.customer_id is absent"},
		{
			name: "customer: no role", seed: customer, user: policy.User{Attributes: attrs{"customer_id": "cust_1"}}, args: ofBob,
			effect: policy.Allow, out: &customerOut{}, shape: "user.role is absent",
		}, // error && false is false; error alone is not
		{name: "customer: nobody", seed: customer, user: policy.User{Anonymous: true}, args: ofBob, fails: "absent"},

		{
			name: "analysis: analyst without pii.view", seed: analysis, user: policy.User{Role: "analyst"}, args: &analysisIn{}, out: &analysisOut{},
			effect: policy.Allow, edits: []string{"-personal_data"},
		},
		{
			name: "analysis: analyst with pii.view", seed: analysis, user: policy.User{Role: "analyst", Permissions: []string{"pii.view"}}, args: &analysisIn{},
			out: &analysisOut{}, effect: policy.Allow,
		},
		{
			name: "analysis: someone else", seed: analysis, user: policy.User{Role: "sales"}, args: &analysisIn{},
			effect: policy.Deny, reason: "Only analysts can access customer analysis",
		},
		{
			name: "analysis: someone else asks for pii, as printed", seed: analysis, user: policy.User{Role: "sales"}, args: &analysisIn{IncludePII: true},
			out: &analysisOut{}, effect: policy.Allow, edits: []string{"-personal_data"},
		},
		{name: "analysis: no role", seed: analysis, args: &analysisIn{}, fails: "user.role is absent"},

		{
			name: "employees: reader", seed: employee, user: policy.User{Role: "manager", Permissions: []string{"employee.read"}}, args: bobsPay, now: noon,
			out: &employeeOut{}, effect: policy.Allow,
		},
		{
			name: "employees: own data, masked", seed: employee, user: policy.User{Role: "clerk", Attributes: attrs{"employee_id": "e1"}}, args: bobsPay, now: noon,
			out: &employeeOut{}, effect: policy.Allow, edits: []string{"disciplinary_actions=redact", "performance_rating=redact", "salary=redact"},
		},
		{
			name: "employees: HR sees all", seed: employee, user: policy.User{Role: "clerk", Permissions: []string{"employee.read"}, Attributes: attrs{"department": "HR"}},
			args: bobsPay, now: noon, out: &employeeOut{}, effect: policy.Allow,
		},
		{
			name: "employees: a stranger falls through to deny", seed: employee, user: policy.User{Role: "clerk", Attributes: attrs{"employee_id": "e2"}},
			args: bobsPay, now: noon, effect: policy.Deny, reason: "This call is not permitted.",
		},
		{
			name: "employees: no employee id", seed: employee, user: policy.User{Role: "clerk"}, args: bobsPay, now: noon,
			effect: policy.Deny, reason: "This call is not permitted.",
		},
		{
			name: "employees: before hours", seed: employee, user: policy.User{Role: "clerk", Attributes: attrs{"employee_id": "e1"}}, args: bobsPay, now: at(7, 59),
			effect: policy.Deny, reason: "Access restricted to business hours",
		},
		{
			name: "employees: 18:59 is within hours, as printed", seed: employee, user: policy.User{Role: "manager", Attributes: attrs{"employee_id": "e1"}}, args: bobsPay,
			now: at(18, 59), out: &employeeOut{}, effect: policy.Allow,
		},
		{
			name: "employees: after hours", seed: employee, user: policy.User{Role: "clerk", Attributes: attrs{"employee_id": "e1"}}, args: bobsPay, now: at(19, 0),
			effect: policy.Deny, reason: "Access restricted to business hours",
		},
		{
			name: "employees: admin at night", seed: employee, user: policy.User{Role: "admin", Permissions: []string{"employee.read"}}, args: bobsPay, now: at(3, 0),
			out: &employeeOut{}, effect: policy.Allow, edits: []string{"disciplinary_actions=redact", "performance_rating=redact", "salary=redact"},
		},
		{
			name: "employees: hr tool, wrong department", seed: hr, user: policy.User{Role: "admin", Attributes: attrs{"department": "IT"}}, args: bobsPay, now: noon,
			effect: policy.Deny, reason: "HR tools require HR department membership",
		},
		{
			name: "employees: hr tool, no department", seed: hr, user: policy.User{Role: "admin"}, args: bobsPay, now: noon,
			effect: policy.Deny, reason: "HR tools require HR department membership",
		},
		{
			name: "employees: hr tool, department required and absent", seed: strictHR, user: policy.User{Role: "admin"}, args: bobsPay, now: noon,
			fails: "user.department is absent",
		},

		{
			name: "portfolio: owner", seed: portfolio, user: policy.User{Attributes: attrs{"account_id": "a1"}}, args: account, out: &portfolioOut{AccountID: "a1"},
			effect: policy.Allow,
		},
		{
			name: "portfolio: adviser sees it masked", seed: portfolio, user: policy.User{Roles: []string{"financial_advisor"}}, args: account,
			out: &portfolioOut{AccountID: "a1"}, effect: policy.Allow, edits: []string{"balance=redact", "holdings.quantity=redact"},
		},
		{
			name: "portfolio: adviser, account required and absent", seed: strictPortfolio, user: policy.User{Roles: []string{"financial_advisor"}}, args: account,
			out: &portfolioOut{AccountID: "a1"}, effect: policy.Allow, shape: "user.account_id is absent",
		},
		{
			name: "portfolio: stranger", seed: portfolio, user: policy.User{Attributes: attrs{"account_id": "a2"}}, args: account,
			effect: policy.Deny, reason: "Unauthorized portfolio access",
		},

		{
			name: "patient: own record", seed: patient, user: policy.User{Role: "patient", Permissions: []string{"hipaa.patient_records"}, Attributes: attrs{"patient_id": "p1"}},
			args: record, out: &patientOut{}, effect: policy.Allow, edits: []string{"-diagnosis_codes", "-provider_notes"},
		},
		{
			name: "patient: another's record", seed: patient, user: policy.User{Role: "patient", Permissions: []string{"hipaa.patient_records"}, Attributes: attrs{"patient_id": "p2"}},
			args: record, effect: policy.Deny, reason: "Unauthorized patient record access",
		},
		{
			name: "patient: provider without patient id", seed: patient, user: policy.User{Role: "healthcare_provider", Permissions: []string{"hipaa.patient_records"}},
			args: record, out: &patientOut{}, effect: policy.Allow,
		},
		{
			name: "patient: no permission", seed: patient, user: policy.User{Role: "healthcare_provider"}, args: record,
			effect: policy.Deny, reason: "HIPAA authorization required",
		},
		{
			name: "patient: neither provider nor patient", seed: patient, user: policy.User{Role: "clerk", Permissions: []string{"hipaa.patient_records"}}, args: record,
			fails: "user.patient_id is absent",
		},

		{
			name: "supply: operations", seed: supply, user: policy.User{Permissions: []string{"operations.supply_chain"}, Attributes: attrs{"department": "operations"}},
			args: &supplyIn{}, out: &supplyOut{}, effect: policy.Allow,
		},
		{
			name: "supply: permitted, no department", seed: supply, user: policy.User{Permissions: []string{"operations.supply_chain"}},
			args: &supplyIn{}, out: &supplyOut{}, effect: policy.Allow, edits: []string{"-margin_analysis", "-supplier_costs"},
		},
		{name: "supply: no permission", seed: supply, args: &supplyIn{}, effect: policy.Deny, reason: "Supply chain access requires operations permissions"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := &policy.Request{Target: c.seed.target, User: &c.user, Args: c.args, Now: c.now}
			d, err := c.seed.decider.Admit(t.Context(), r)
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				require.Zero(t, d)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.effect, d.Effect)
			if d.Effect != policy.Allow {
				require.Equal(t, c.reason, d.Reason)
				return
			}
			o, err := c.seed.decider.Shape(t.Context(), r, c.out)
			if c.shape != "" {
				require.ErrorContains(t, err, c.shape)
				require.Zero(t, o)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.edits, inWords(o.Edits))
		})
	}
}

// inWords writes edits shortly: "-path" for a removal, "path=mask" for a mask.
func inWords(edits []policy.Edit) []string {
	var words []string
	for _, e := range edits {
		if e.Remove {
			words = append(words, "-"+e.Path)
			continue
		}
		words = append(words, e.Path+"="+e.Mask)
	}
	return words
}
