package mcpgov_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// TestTypeFaultsStandOnce: a tag at fault is met by the schema and by the policy, and hides neither the other faults of
// its type nor those of the rules. One error lists each once and counts what it lists.
func TestTypeFaultsStandOnce(t *testing.T) {
	t.Parallel()
	type arguments struct {
		ID    string `json:"id" gov:"pii,maks=hash"`
		Limit int    `json:"limit" jsonschema:"minimun=1"`
	}
	type result struct {
		Email string `json:"email" gov:"pii,mask=emial"`
		Phone string `json:"phone" gov:"pii,mask=last3"`
		Size  int    `json:"size" jsonschema:"maximun=9"`
	}
	type half struct {
		Code string `json:"code" jsonschema:"patern=^x"`
		Name string `json:"name" jsonschema:"formta=email"`
	}
	set := &policy.Set{Default: policy.Allow, Blocks: []policy.Block{{
		Tools:  []string{"*"},
		Input:  []policy.Rule{{ID: "typo", Condition: "custmer_id == 'cust_1'", Action: policy.ActionDeny}},
		Output: []policy.Rule{{ID: "lost", Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"orders.cvc"}}},
	}}}
	config := mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: set, Audit: audit.Discard(), Identify: mcpgov.Anonymous()}
	lost := policy.Own{Output: []policy.Rule{{Condition: "true", Action: policy.ActionMaskFields, Fields: []string{"orders.cvc"}}}}
	spec := func(name string) mcpgov.ToolSpec {
		return mcpgov.ToolSpec{Name: name, Description: "Does " + name + "."}
	}
	owned := spec("lost_mask")
	owned.Policy = &lost
	_, err := mcpgov.New(config,
		mcpgov.Tool(spec("misspelt_tags"), nothing[arguments, result]),
		mcpgov.Tool(spec("half"), nothing[lookupIn, half]),
		mcpgov.Tool(spec("twin"), nothing[lookupIn, customer]),
		mcpgov.Tool(spec("twin"), nothing[lookupIn, customer]),
		mcpgov.Tool(owned, nothing[lookupIn, customer]),
	)
	require.Error(t, err)
	text := err.Error()
	for _, says := range []string{
		`tool "misspelt_tags": mcpgov_test.arguments.ID: gov tag: unknown key "maks"`,
		`tool "misspelt_tags": mcpgov_test.result.Email: gov tag: mask "emial"`,
		`tool "misspelt_tags": mcpgov_test.result.Phone: gov tag: mask "last3"`,
		`tool "misspelt_tags": mcpgov_test.arguments.Limit: jsonschema tag: unknown keyword "minimun"`,
		`tool "misspelt_tags": mcpgov_test.result.Size: jsonschema tag: unknown keyword "maximun"`,
		`tool "half": mcpgov_test.half.Code: jsonschema tag: unknown keyword "patern"`,
		`tool "half": mcpgov_test.half.Name: jsonschema tag: unknown keyword "formta"`,
		`tool "twin": there is another tool or alias of this name`,
		`(typo): condition 1:1: undeclared reference to 'custmer_id' (did you mean "customer_id"?): a condition here`,
		`own rules "lost_mask", output[0]: fields: "orders.cvc" is found in none of the selected tools`,
	} {
		require.Equal(t, 1, strings.Count(text, says), "%q in:\n%s", says, text)
	}
	for _, slip := range []string{"maks", "emial", "last3", "patern", "formta"} {
		require.Equal(t, 1, strings.Count(text, slip), "%q in:\n%s", slip, text)
	}
	first, rest, _ := strings.Cut(text, "\n")
	require.Equal(t, fmt.Sprintf("server \"crm\" cannot start, %d faults:", len(strings.Split(rest, "\n"))), first, text)
}
