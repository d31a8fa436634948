package freesql_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// staff gives each role its rights.
func staff(_ context.Context, user mcpgov.User) (freesql.Rights, error) {
	switch user.Role {
	case "admin":
		return freesql.Rights{}, nil
	case "analyst":
		return freesql.Rights{Restrict: map[string]freesql.Restriction{
			"sales.orders":    {Filter: "region = $region AND id < $most", Values: freesql.Values{"region": user.Tenant, "most": 9007199254740993}},
			"sales.customers": {Hidden: []string{"credit"}, Masks: map[string]string{"email": "'***@' || split_part(email, '@', 2)"}},
		}}, nil
	case "reporter":
		return freesql.Rights{Schemas: []string{"reporting"}}, nil
	case "teller":
		return freesql.Rights{Tables: []string{"sales.customers"}}, nil
	case "slip":
		return freesql.Rights{Restrict: map[string]freesql.Restriction{"sales.order": {Filter: "false"}}}, nil
	case "unbound":
		return freesql.Rights{Restrict: map[string]freesql.Restriction{"sales.orders": {Filter: "region = $region"}}}, nil
	}
	return freesql.Rights{}, errors.New("nobody knows " + canary)
}

func TestRights(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(func(o *freesql.Options) { o.Rights = staff })
		as := func(role, tenant string) *explored {
			other := *x
			other.Client = x.harness.As(mcpgov.User{ID: role, Role: role, Tenant: tenant})
			return &other
		}
		admin, analyst := as("admin", ""), as("analyst", "emea")
		admin.query("SELECT count(*) FROM sales.orders").OK().Has("rows", []any{[]any{25000}})
		for _, statement := range []string{
			"SELECT count(*) FROM sales.orders", "SELECT count(*) FROM sales.orders AS o", "WITH q AS (FROM sales.orders) SELECT count(*) FROM q",
			"SELECT count(o.id) FROM sales.customers AS c JOIN sales.orders AS o ON o.customer = c.id", "SELECT sum(orders)::BIGINT FROM reporting.by_region",
			"SELECT (SELECT count(*) FROM sales.orders)", "SELECT count(*) FROM warehouse.sales.orders",
		} {
			analyst.query(statement).OK().Has("rows", []any{[]any{8334}})
		}
		analyst.query("SELECT min(email), max(email) FROM sales.customers").OK().Has("rows", []any{[]any{"***@example.com", "***@example.com"}}).NoLeak("user0")
		analyst.query("SELECT credit FROM sales.customers").Ended(freesql.NotFound)
		analyst.query("SELECT * FROM sales.customers WHERE email = 'user1@example.com'").OK().Has("row_count", 0)
		described := analyst.Call("describe_table", map[string]any{"table": "sales.customers"}).OK()
		require.NotContains(t, described.Text(), "credit")
		require.Contains(t, described.Text(), `"masked":true`)
		require.NotContains(t, analyst.Call("describe_table", map[string]any{"table": "sales.orders"}).OK().Text(), "25000")

		listed := func(x *explored) (names []string) {
			var list freesql.TableList
			x.Call("list_tables", nil).OK().Into(&list)
			for _, entry := range list.Tables {
				names = append(names, entry.Name)
			}
			return names
		}
		require.Equal(t, []string{"reporting.by_region", "reporting.odd, name", "sales.customers", "sales.orders"}, listed(admin))
		require.Equal(t, listed(admin), listed(analyst))
		require.Empty(t, listed(as("reporter", "")), "a view is as readable as the tables beneath")
		require.Equal(t, []string{"sales.customers"}, listed(as("teller", "")))
		as("reporter", "").query("SELECT * FROM reporting.by_region").Ended(freesql.NotFound)
		as("teller", "").query("SELECT * FROM sales.orders").Ended(freesql.NotFound)
		as("teller", "").Call("describe_table", map[string]any{"table": "sales.orders"}).Ended(freesql.NotFound)
		for _, role := range []string{"slip", "unbound"} {
			as(role, "").query("SELECT 1").Ended(freesql.Unavailable)
		}
		as("nobody", "").query("SELECT 1").Ended(mcpgov.Failed).NoLeak(canary)
	})
}

func TestDefinerViews(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(func(o *freesql.Options) {
			o.DefinerViews = []string{"reporting.leak"}
			o.AllowedTables = []string{"reporting.leak"}
		})
		x.query("SELECT token FROM reporting.leak").OK().Has("rows", []any{[]any{canary}})
		x.query("SELECT token FROM private.secrets").Ended(freesql.NotFound)
		x.query("SELECT * FROM sales.orders").Ended(freesql.NotFound)
	})
}

// What is there and what is not cannot be told apart.
func TestAnswersAlike(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(nil)
		message := x.query("SELECT * FROM private.secrets").Ended(freesql.NotFound).Message()
		for _, statement := range []string{
			"SELECT * FROM private.nothing", "SELECT * FROM nowhere.secrets", "SELECT * FROM sales.nothing", "SELECT nothing FROM sales.orders",
			"SELECT * FROM main.internal_notes", "SELECT * FROM reporting.leak", "SELECT token FROM reporting.nothing", "SELECT * FROM warehouse.private.secrets",
		} {
			r := x.query(statement).Ended(freesql.NotFound).NoLeak(canary)
			require.Equal(t, message, r.Message(), statement)
		}
		for _, statement := range []string{"SELECT region::INT FROM sales.orders", "SELECT 'x'::DATE", "SELECT CAST(customer AS BOOLEAN) FROM sales.orders"} {
			r := x.query(statement).Ended(freesql.QueryFailed)
			require.False(t, strings.Contains(r.Text(), "emea") || strings.Contains(r.Text(), "Could not"), r.Text())
		}
	})
}
