package matview_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/matview"
)

type namedIn struct {
	Customer string            `json:"customer"`
	Fresh    matview.Freshness `json:"fresh" sql:"-"`
}

// TestFreshnessInAField: a wish for fresher data that stands in a field of its own would be heard by nobody.
func TestFreshnessInAField(t *testing.T) {
	t.Parallel()
	away := open(t, with{Setup: orders})
	store := open(t, with{Definitions: []matview.Definition{{Name: "spent", SQL: "SELECT customer, CAST(sum(total) AS BIGINT) AS total FROM orders GROUP BY customer", Source: &matview.Source{System: "erp", DB: away.SQL()}}}})
	_, err := mcpgov.New(mcpgov.Config{Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()},
		matview.Query[namedIn, spentRow](store.View("spent"), mcpgov.ToolSpec{Name: "spent", Description: "What a customer has spent."}, matview.Reading{
			Cached: sqltool.Statement{SQL: "SELECT total FROM spent WHERE customer = $customer"}, TooOld: matview.RefreshFirst,
		}))
	require.ErrorContains(t, err, "embed matview.Freshness")
}
