package mcptest_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
)

// A result in which everything is that a path can lead through.

type price struct {
	Amount int64 `json:"amount" gov:"sensitive"`
	Unit   string
}

type catalog struct {
	Name   string                      `json:"name"`
	Prices map[string]price            `json:"prices"`
	Grid   map[string]map[string]price `json:"grid"`
	Stock  map[string]int64            `json:"stock"`
	Extra  map[string]any              `json:"extra"`
	Free   any                         `json:"free"`
	Owner  *string                     `json:"owner"`
	Dotted int64                       `json:"a.b"`
	Parts  []*catalog                  `json:"parts,omitempty"`
}

func catalogues(t *testing.T) (*fakeTB, *mcptest.Harness) {
	t.Helper()
	show := func(context.Context, struct{}) (catalog, error) {
		return catalog{
			Name: "C", Prices: map[string]price{"eur": {7, "t"}, "chf": {8, "t"}}, Grid: map[string]map[string]price{"x": {"y": {9, "kg"}}},
			Stock: map[string]int64{"lamp": 3}, Extra: map[string]any{"deep": map[string]any{"pin": 4711}}, Free: map[string]any{"k": []any{1, 2}},
			Dotted: 5, Parts: []*catalog{{Name: "D"}},
		}, nil
	}
	report := func(context.Context, struct{}) (mcpgov.Content, error) {
		return mcpgov.Content{&mcp.TextContent{Text: "done"}}, nil
	}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "shop", Version: "1", Audit: &mcptest.Recorder{}, Identify: mcpgov.Anonymous(), Logger: slog.New(slog.DiscardHandler),
		Policy: &policy.Set{Blocks: []policy.Block{{
			Tools:  []string{"*"},
			Input:  []policy.Rule{{Condition: "true", Action: policy.ActionAllow}},
			Output: []policy.Rule{{Condition: "user.role == 'clerk'", Action: policy.ActionMaskSensitive}},
		}}},
	},
		mcpgov.Tool(mcpgov.ToolSpec{Name: "show", Description: "Shows a catalogue.", ReadOnly: true, Aliases: []string{"display"}}, show),
		mcpgov.Tool(mcpgov.ToolSpec{Name: "report", Description: "Reports.", ReadOnly: true}, report))
	require.NoError(t, err)
	fake := &fakeTB{TB: t}
	return fake, mcptest.New(fake, srv)
}

// TestPaths: a path means what it means in a rule, and one that can lead nowhere fails whatever is asked of it.
func TestPaths(t *testing.T) {
	t.Parallel()
	fake, h := catalogues(t)
	open, masked := h.As(chief).Call("show", nil), h.As(clerk).Call("display", nil) // by its old name it is the same tool
	for _, test := range []struct {
		check func()
		fails string // part of the failure; "" passes
	}{
		// Maps: a member of every value, a key, or both.
		{func() { open.Has("prices.amount", 7).Has("prices.amount", 8) }, ""},
		{func() { open.Has("prices.*.amount", 8).Has("grid.amount", 9).Has("grid.x.amount", 9) }, ""},
		{func() { masked.Masked("prices.amount", "grid.amount", "**.amount") }, ""},
		{func() { open.Masked("prices.amount") }, "want a masked value at prices.amount, found"},
		{func() { open.Lacks("prices.amount") }, "want nothing at prices.amount, found [8 7]"},
		{func() { open.Lacks("prices.amuont") }, `no field "amuont" in prices.* (did you mean "amount"?)`},
		{func() { open.Has("stock.lamp", 3).Lacks("stock.lmap") }, ""}, // keys are data: any could be there
		{func() { open.Lacks("stock.lamp.x") }, `no field "x" in stock.lamp, which has no members`},

		// Where only run time knows, anything could be there, at any depth below a map.
		{func() { open.Has("extra.pin", 4711).Has("free.k", []int{1, 2}).Lacks("extra.pni", "free.l") }, ""},

		// Names, lists, "*" and "**".
		{func() { open.Has(`"a.b"`, 5).Has("parts.name", "D").Has("*.name", "D").Has("**.name", "C") }, ""},
		{func() { open.Lacks("parts.parts.parts.name") }, ""},
		{func() { open.Lacks("*.emial") }, ""}, // it may be a key of extra
		{func() { open.Lacks("grid.**.amuont") }, `no field "amuont" at any depth in grid (did you mean "amount"?)`},
		{func() { open.Lacks("parts.prices.*.sum") }, `no field "sum" in parts.prices.*; there are: Unit, amount`},
		{func() { open.Lacks("prices.*.*.x") }, `no member in prices.* leads on to "x"`},
		{func() { open.Lacks("prices.**") }, `"**" must be followed by a field name`},
		{func() { open.Lacks("NAME") }, `no field "NAME" (did you mean "name"?)`},

		// Nil pointers look masked, and are let pass where a mask could be; other fields are not.
		{func() { open.Masked("owner") }, ""},
		{func() { masked.Masked("stock.lamp") }, "no rule masks it"},
		{func() { masked.Masked("*.name") }, "found D"}, // what is below free may be masked
	} {
		failure := fake.verdict(test.check)
		if test.fails == "" {
			require.Empty(t, failure)
			continue
		}
		require.Contains(t, failure, test.fails)
	}
}

// TestContentHasNoPaths: what is looked for in content without structure is never found, which proves nothing.
func TestContentHasNoPaths(t *testing.T) {
	t.Parallel()
	fake, h := catalogues(t)
	result := h.As(clerk).Call("report", nil).OK().NoLeak("Secret-0815")
	for _, check := range []func(){
		func() { result.Lacks("email") },
		func() { result.Masked("email") },
		func() { result.Has("email", nil) },
		func() { result.JSON(nil) },
		func() { result.Into(&map[string]any{}) },
	} {
		require.Contains(t, fake.verdict(check), "there is no structured result")
	}
}
