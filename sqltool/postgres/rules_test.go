package postgres_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
)

const rules = `
mcpgov: 1
policies:
  - tools: ["find"]
    input:
      - {condition: "true", action: allow}
    output:
      - {condition: "true", action: filter_rows, path: rows, where: "item.segment == 'gold'"}
      - {condition: "true", action: mask_sensitive_fields}
  - tools: ["raise"]
    input:
      - {condition: "!tool.read_only", action: allow}
    output:
      - {condition: "response.rows_affected > 1", action: deny, reason: "too many"}
`

type ruled struct {
	ID      string          `json:"customer_id"`
	Name    string          `json:"name" gov:"pii"`
	Email   *string         `json:"email" gov:"pii,mask=email"`
	Segment string          `json:"segment"`
	Spent   sqltool.Decimal `json:"spent" gov:"sensitive"`
}

// TestRules shows that the rules that hold for every tool hold for rows: some are cut, fields of others masked, and provenance tells nothing of those
// that were cut; and that a rule on the result of a change comes too late to undo it, which is recorded.
func TestRules(t *testing.T) {
	t.Parallel()
	s := newServer(t, customers)
	db := s.db(t, sqltool.Options{})
	set, err := policy.Parse([]byte(rules))
	require.NoError(t, err)
	log := &mcptest.Recorder{}
	type by struct {
		By sqltool.Decimal `json:"by"`
	}
	srv, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: set, Audit: log, Identify: mcpgov.Anonymous()},
		sqltool.Query[nothing, ruled](db, spec("find"), sqltool.Statement{SQL: "SELECT customer_id, name, email, segment, spent FROM customers ORDER BY customer_id", Tables: []string{"customers"}}),
		sqltool.Exec[by](db, spec("raise"), sqltool.Statement{SQL: "UPDATE customers SET spent = spent + $by::numeric", Writes: true}))
	require.NoError(t, err)
	c := mcptest.New(t, srv).As(mcpgov.User{Anonymous: true})
	result := c.Call("find", nothing{}).OK()
	var out struct {
		Rows []map[string]any `json:"rows"`
	}
	result.Into(&out)
	require.Len(t, out.Rows, 2)
	for _, hidden := range []string{"Ann", "Bob", "ann@", "1234.50", "silver"} {
		require.NotContains(t, string(result.Wire()), hidden)
	}
	var wire struct {
		Result struct {
			Meta map[string]json.RawMessage `json:"_meta"`
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal(result.Wire(), &wire))
	require.NotContains(t, string(wire.Result.Meta["mcpgov/sources"]), "rows")

	c.Call("raise", by{"1"}).Ended(mcpgov.Denied)
	var spent string
	require.NoError(t, s.admin.QueryRowContext(t.Context(), "SELECT spent::text FROM customers WHERE customer_id = 'cust_2'").Scan(&spent))
	require.Equal(t, "1.10", spent)
	refused := log.Outcomes()[1]
	require.Equal(t, 3, refused.Sources[0].Rows)
	require.Equal(t, "ok", refused.Steps[0].Outcome)
}
