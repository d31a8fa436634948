package freesql_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(nil)
		r := x.query("SELECT region, count(*) AS n FROM sales.orders GROUP BY region ORDER BY region DESC").OK()
		require.JSONEq(t, `{"columns":[{"name":"region","type":"VARCHAR"},{"name":"n","type":"BIGINT"}],
			"rows":[["emea",8334],["apac",8333],["amer",8333]],"row_count":3,"truncated":false}`, r.Text())
		t.Log(x.query("SELECT token FROM private.secrets").Text())
		t.Log(x.query("SELECT nothing FROM sales.orders").Text())
		t.Log(x.query("SELECT * FROM reporting.leak").Text())
		t.Log(x.query("SELECT * FROM reporting.\"odd, name\"").Text())
		t.Log(x.query("SELECT * FROM reporting.by_region").Text())
		t.Log(x.Call("list_tables", nil).Text())
		t.Log(x.Call("describe_table", map[string]any{"table": "sales.Orders"}).Text())
	})
}
