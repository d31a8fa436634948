package mcpgov_test

import (
	"context"
	"fmt"
	"time"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type figure struct {
	Value float64 `json:"value" gov:"unit=EUR,source=finance.revenue.net"`
}

// A handler says where its result came from. Programs read it in _meta under "mcpgov/sources", auditors in the record of the call, and
// models in a text of its own where the tool asks for that.
func Example_provenance() {
	revenue := mcpgov.Tool(mcpgov.ToolSpec{
		Name: "revenue", Description: "The revenue of last month.", ReadOnly: true, Provenance: mcpgov.ProvenanceText,
	}, func(ctx context.Context, _ struct{}) (figure, error) {
		mcpgov.AddSource(ctx, mcpgov.Source{
			System: "warehouse", Ref: "revenue_by_month", Rows: 1, Tables: []string{"finance.revenue"}, Model: "dbt.revenue", Revision: "1a2b3c",
			Executed: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), AsOf: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		})
		return figure{1250000.5}, nil
	})
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "finance", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
	}, revenue)
	if err != nil {
		fmt.Println(err)
		return
	}
	call(srv, mcpgov.User{}, "revenue", map[string]any{})
	// Output:
	// {"value":1250000.5}
	// Source: warehouse, revenue_by_month, executed 2026-03-04T05:06:07Z, data as of 2026-03-01T00:00:00Z, 1 row, from finance.revenue, model dbt.revenue, revision 1a2b3c
}
