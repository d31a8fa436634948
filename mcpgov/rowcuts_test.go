package mcpgov_test

import (
	"context"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

type branches struct {
	Regions []branchRegion `json:"regions" jsonschema:"minItems=2"`
	Notes   mcpgov.Content `json:"notes"`
}

type branchRegion struct {
	Name   string   `json:"name"`
	Orders []amount `json:"orders" jsonschema:"minItems=1"`
}

type amount struct {
	Owner string `json:"owner"`
	Card  string `json:"card" gov:"pii,mask=last4"`
	Value int    `json:"value"`
}

const rowRules = `
mcpgov: 1
policies:
  - tools: ["*"]
    input:
      - {id: new-here, condition: "user.role != 'manager'", action: warn}
      - {id: nobody-yet, condition: "user.id == 'u42'", action: deny, mode: shadow}
      - {condition: "true", action: allow}
    output:
      - {id: mine, condition: "user.role != 'manager'", action: filter_rows, path: regions.orders, where: "item.owner == user.id"}
      - {id: few, condition: "user.role != 'manager'", action: limit_rows, path: regions, limit: 2}
      - {id: cards, condition: "user.role != 'manager'", action: mask_sensitive_fields}
`

func branchTool(result func() (branches, error)) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{Name: "list_orders", Description: "Lists orders.", ReadOnly: true},
		func(context.Context, struct{}) (branches, error) { return result() })
}

func someBranches() branches {
	return branches{
		Regions: []branchRegion{
			{"north", []amount{{"u42", "4000123412341234", 10}, {"Other-4711", "5000987698769876", 20}}},
			{"south", []amount{{"Other-4711", "5000987698769876", 30}}},
			{"west", []amount{{"u42", "4000123412341234", 40}}},
		},
		Notes: mcpgov.Content{&mcp.TextContent{Text: "Other-4711 ordered most"}},
	}
}

func rowServer(t *testing.T, log *mcptest.Recorder, feature mcpgov.Feature) *mcpgov.Server {
	t.Helper()
	config := crmConfig(t, log)
	config.Policy = rules(t, rowRules)
	return newServer(t, config, feature)
}

// TestRowsAreCut: of lists within lists the rows of others go, then the number is limited, then fields are masked; the clients of both eras
// accept what is left, although the Go type promises more rows.
func TestRowsAreCut(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := rowServer(t, log, branchTool(func() (branches, error) { return someBranches(), nil }))
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		h.As(owner42()).Call("list_orders", nil).OK().
			JSON(map[string]any{"regions": []any{
				map[string]any{"name": "north", "orders": []any{map[string]any{"owner": "u42", "card": "****1234", "value": 10}}},
				map[string]any{"name": "south", "orders": []any{}},
			}}).NoLeak("Other-4711", "5000987698769876", "4000123412341234")
		record := last(log)
		require.Equal(t, []string{"mine", "few", "cards"}, record.Rules)
		require.Equal(t, []string{"new-here"}, record.Warnings)
		require.Equal(t, []string{"nobody-yet: would deny"}, record.Shadow)
		require.Equal(t, 3, record.Cut, "two orders of others, and the third region with all in it")
		require.Equal(t, []string{"u42-role"}, record.User.Roles)

		h.As(mcpgov.User{ID: "m", Role: "manager"}).Call("list_orders", nil).OK().Has("regions.orders.owner", "Other-4711")
		require.Zero(t, last(log).Cut)
		require.Empty(t, last(log).Rules)
	})
}

func last(log *mcptest.Recorder) audit.Record {
	outcomes := log.Outcomes()
	return outcomes[len(outcomes)-1]
}

func owner42() mcpgov.User {
	return mcpgov.User{ID: "u42", Role: "customer", Roles: []string{"u42-role"}}
}

// TestLimitedListsSaySo: what is missing for its number alone is told, what is missing for what it holds is not.
func TestLimitedListsSaySo(t *testing.T) {
	t.Parallel()
	srv := rowServer(t, &mcptest.Recorder{}, branchTool(func() (branches, error) { return someBranches(), nil }))
	raw, err := mcptest.New(t, srv).As(owner42()).Call("list_orders", nil).OK().Has("regions.name", "north").Raw()
	require.NoError(t, err)
	require.Equal(t, []any{"/regions"}, raw.Meta["mcpgov/truncated"])
}

// TestHalfMadeRows: the error of a handler that had begun its result may quote a row its caller does not get.
func TestHalfMadeRows(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := rowServer(t, log, branchTool(func() (branches, error) {
		return someBranches(), mcpgov.Userf("stopped at Other-4711")
	}))
	mcptest.New(t, srv).As(owner42()).Call("list_orders", nil).NoLeak("Other-4711")
	log.NoLeak(t, "Other-4711")
}

// unannounced asks for a cut its Scope does not name.
type unannounced struct{ policy.Decider }

func (unannounced) Shape(context.Context, *policy.Request, any) (policy.Obligations, error) {
	return policy.Obligations{Rows: []policy.RowCut{{List: "/regions/0/orders", Keep: []int{0}}}}, nil
}

type unannouncedPolicy struct{ policy.Policy }

func (p unannouncedPolicy) Bind(c policy.Catalog) (policy.Decider, error) {
	d, err := p.Policy.Bind(c)
	return unannounced{d}, err
}

func TestUnannouncedCutsAreRefused(t *testing.T) {
	t.Parallel()
	config := crmConfig(t, &mcptest.Recorder{})
	config.Policy = unannouncedPolicy{policy.AllowAll()}
	srv := newServer(t, config, branchTool(func() (branches, error) { return someBranches(), nil }))
	mcptest.New(t, srv).As(owner42()).Call("list_orders", nil).Ended(mcpgov.MaskFailed)
}
