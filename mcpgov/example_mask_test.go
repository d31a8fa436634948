package mcpgov_test

import (
	"context"
	"fmt"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type patientIn struct {
	ID string `json:"id"`
}

type patient struct {
	Name      string `json:"name"`
	Born      string `json:"born" gov:"phi,mask=year"`
	Insurance string `json:"insurance" gov:"phi,mask=last4"`
	Email     string `json:"email" gov:"pii,mask=email"`
	Diagnosis string `json:"diagnosis,omitempty" gov:"phi"`
}

// A gov tag says what is sensitive and how it is masked; a rule says for whom. A field that is sensitive and that no
// rule covers is an error at start.
func Example_mask() {
	rules := &policy.Set{Blocks: []policy.Block{{
		Tools: []string{"get_patient"},
		Input: []policy.Rule{{Condition: "true", Action: policy.ActionAllow}},
		Output: []policy.Rule{
			{Condition: "user.role != 'doctor'", Action: policy.ActionFilterFields, Fields: []string{"diagnosis"}},
			{Condition: "user.role != 'doctor'", Action: policy.ActionMaskSensitive},
		},
	}}}
	get := mcpgov.Tool(mcpgov.ToolSpec{Name: "get_patient", Description: "Reads a patient's file.", ReadOnly: true},
		func(context.Context, patientIn) (patient, error) {
			return patient{"Ann", "1980-05-17", "A123456789", "ann@example.com", "gout"}, nil
		})
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "clinic", Version: "1.0.0", Policy: rules, Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
	}, get)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, role := range []string{"doctor", "desk"} {
		call(srv, mcpgov.User{ID: "u1", Role: role}, "get_patient", map[string]any{"id": "p-1"})
	}
	// Output:
	// {"name":"Ann","born":"1980-05-17","insurance":"A123456789","email":"ann@example.com","diagnosis":"gout"}
	// {"name":"Ann","born":"1980","insurance":"****6789","email":"a***@example.com"}
}
