package freesql_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/contract"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(nil)
		r := x.query("SELECT region, count(*) AS n FROM sales.orders GROUP BY region ORDER BY region DESC").OK()
		require.JSONEq(t, `{"columns":[{"name":"region","type":"VARCHAR"},{"name":"n","type":"BIGINT"}],
			"rows":[["emea",8334],["apac",8333],["amer",8333]],"row_count":3,"truncated":false}`, r.Text())
		require.JSONEq(t, `{"columns":[{"name":"a","type":"BIGINT"},{"name":"b c","type":"VARCHAR"}],"rows":[[2,"apac"],[1,"amer"],[0,"emea"]],
			"row_count":3,"truncated":false}`, x.query(`SELECT * FROM reporting."odd, name" ORDER BY a DESC`).OK().Text())
		// Values are exact, and names are those of the plain statement.
		var got freesql.Result
		x.query("SELECT 9223372036854775807 AS n, 170141183460469231731687303715884105727::HUGEINT AS h, 1 AS n, count(*) FROM sales.customers").OK().Into(&got)
		require.Equal(t, []string{"n", "h", "n", "count_star()"},
			[]string{got.Columns[0].Name, got.Columns[1].Name, got.Columns[2].Name, got.Columns[3].Name})
		require.Contains(t, string(got.Rows), "9223372036854775807")
		require.Contains(t, string(got.Rows), "170141183460469231731687303715884105727")
		x.query("SELECT 1 WHERE false").OK().Has("rows", []any{}).Has("row_count", 0)
		x.Call("query", map[string]any{"sql": ""}).Invalid()
		x.Call("query", map[string]any{}).Invalid()
		x.query("SELECT 1; SELECT 2").Ended(freesql.Refused)
		x.query("DELETE FROM sales.orders").Ended(freesql.Refused)
	})
}

// 100 of 100 rows is not cut, 100 of 101 is; bytes are capped as exactly.
func TestCaps(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(func(o *freesql.Options) { o.MaxRows, o.MaxBytes = 100, 2000 })
		for n, truncated := range map[int]bool{99: false, 100: false, 101: true, 20000: true} {
			r := x.query(fmt.Sprintf("SELECT id FROM sales.orders ORDER BY id LIMIT %d", n)).OK()
			r.Has("truncated", truncated).Has("row_count", min(n, 100))
		}
		x.query("SELECT id FROM sales.orders").OK().Has("row_count", 100).Has("truncated", true)
		r := x.query("SELECT rpad('x', 990, 'x') AS long FROM sales.orders ORDER BY id").OK()
		r.Has("row_count", 2).Has("truncated", true)
		require.Less(t, len(r.Text()), 2300)
		x.query("SELECT string_agg(customer) AS long FROM sales.orders").OK().Has("row_count", 0).Has("truncated", true).Has("rows", []any{})
	})
}

func TestTablesAreTold(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(func(o *freesql.Options) {
			o.Descriptions = contract.Descriptions{{Schema: "Sales", Table: "Customers", Text: "Who buys", Columns: map[string]string{"EMAIL": "Lower case"}}}
			o.Query = mcpgov.ToolSpec{Name: "ask", Title: "Ask", Description: "Asks the warehouse."}
			o.ListTables.Name, o.DescribeTable.Name = "tables", "columns"
		})
		require.ElementsMatch(t, []string{"ask", "tables", "columns"}, x.Tools())
		require.JSONEq(t, `{"tables":[{"name":"reporting.by_region","kind":"view"},{"name":"reporting.odd, name","kind":"view"},
			{"name":"sales.customers","kind":"table","description":"Who buys","estimated_rows":7},
			{"name":"sales.orders","kind":"table","description":"One row per order","estimated_rows":25000}]}`, x.Call("tables", nil).OK().Text())
		described := x.Call("columns", map[string]any{"table": "SALES.customers"}).OK().Text()
		require.JSONEq(t, `{"name":"sales.customers","kind":"table","description":"Who buys","estimated_rows":7,"columns":[{"name":"id","type":"VARCHAR","nullable":true},
			{"name":"email","type":"VARCHAR","nullable":true,"description":"Lower case"},{"name":"credit","type":"BIGINT","nullable":true}]}`, described)
		require.Contains(t, x.Call("ask", map[string]any{"sql": "SELECT * FROM private.secrets"}).Ended(freesql.NotFound).Message(), "tables shows")

		read := func(uri string) string {
			t.Helper()
			r, err := x.Session().ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri})
			require.NoError(t, err)
			return r.Contents[0].Text
		}
		require.JSONEq(t, x.Call("tables", nil).Text(), read("database://schema"))
		require.JSONEq(t, described, read("database://schema/sales.customers"))
		_, err := x.Session().ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "database://schema/private.secrets"})
		require.ErrorContains(t, err, "not found, or not yours")
		completed, err := x.Session().Complete(t.Context(), &mcp.CompleteParams{
			Ref:      &mcp.CompleteReference{Type: "ref/resource", URI: "database://schema/{table}"},
			Argument: mcp.CompleteParamsArgument{Name: "table", Value: "sales.c"},
		})
		require.NoError(t, err)
		require.Equal(t, []string{"sales.customers"}, completed.Completion.Values)
	})
}

// The record of a call says where its rows came from, and what was done for how long.
func TestProvenance(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, open opener) {
		t.Helper()
		x := open(nil)
		x.query("SELECT * FROM reporting.by_region").OK()
		record := x.log.Outcomes()[0]
		require.Len(t, record.Sources, 1)
		require.Equal(t, "warehouse", record.Sources[0].System)
		require.Len(t, record.Steps, 1)
		require.Equal(t, "query", record.Steps[0].Kind)
		require.Equal(t, "ok", record.Steps[0].Outcome)
		require.NotZero(t, record.Steps[0].Duration)
		x.query("SELECT * FROM private.secrets").Ended(freesql.NotFound)
		require.Empty(t, x.log.Outcomes()[1].Sources)
		require.True(t, json.Valid([]byte(x.query("SELECT 1").Text())))
	})
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := freesql.Open(t.Context(), freesql.Options{Mode: "read_write", AllowedTables: []string{"orders"}, MaxRows: -1})
	for _, fault := range []string{
		"System is missing", "Database and Worker are missing", `Mode is "read_write"`, "AllowedSchemas is missing", `"orders" is no table`, "MaxRows, MaxBytes",
	} {
		require.ErrorContains(t, err, fault)
	}
	valid := freesql.Options{System: "w", AllowedSchemas: []string{"sales"}, Worker: &freesql.Worker{Path: warehouse(t)}}
	for want, change := range map[string]func(*freesql.Options){
		"no such schema":            func(o *freesql.Options) { o.AllowedSchemas = []string{"nowhere"} },
		"has the name of a catalog": func(o *freesql.Options) { o.AllowedSchemas = []string{"warehouse"} },
		"can never be read":         func(o *freesql.Options) { o.AllowedSchemas = []string{"Information_Schema"} },
		"no such file":              func(o *freesql.Options) { o.Worker = &freesql.Worker{Path: "/nowhere/w.duckdb"} },
		"does not answer": func(o *freesql.Options) {
			o.Worker = &freesql.Worker{Path: o.Worker.Path, Command: []string{"/bin/true"}}
		},
		"allow it more than":           func(o *freesql.Options) { o.Worker = &freesql.Worker{Path: o.Worker.Path, MemoryBytes: 1 << 20} },
		"Worker.Path is missing":       func(o *freesql.Options) { o.Worker = &freesql.Worker{} },
		"cannot be negative: leave th": func(o *freesql.Options) { o.Timeout = -time.Second },
	} {
		opts := valid
		change(&opts)
		_, err := freesql.Open(t.Context(), opts)
		require.ErrorContains(t, err, want)
	}
}

// A number of the statement keeps its type on its way through the tree.
func TestNumbersKeepTheirTypes(t *testing.T) {
	t.Parallel()
	x := explore(t, false, nil)
	result := x.query("SELECT typeof(1e3) AS a, typeof(5.) AS b, typeof(1e-3) AS c, typeof(1.5) AS d, 2e5 * 1e3 AS e, 1e308 AS f, -1e3 AS g")
	require.Equal(t, mcpgov.OK, result.Code())
	require.Contains(t, result.Text(), `[["DOUBLE","DECIMAL(1,0)","DOUBLE","DECIMAL(2,1)",200000000,1e+308,-1000]]`)
}

// The texts of errors say what to do about it, and name nothing.
func TestErrorsHelp(t *testing.T) {
	t.Parallel()
	x := explore(t, false, nil)
	for statement, want := range map[string]string{
		"SELECT region, id, count(*) FROM sales.orders GROUP BY region":          "GROUP BY ALL",
		"SELECT region FROM sales.orders WHERE count(*) > 1 GROUP BY 1":          "HAVING",
		"SELECT id FROM sales.orders WHERE row_number() OVER () = 1":             "QUALIFY",
		"SELECT max(count(*)) FROM sales.orders":                                 "subquery",
		"SELECT id FROM sales.orders AS a JOIN sales.orders AS b ON a.id = b.id": "its table before it",
		"SELECT sum(region) FROM sales.orders":                                   "cast",
		"SELECT region::INT FROM sales.orders":                                   "TRY_CAST",
		"SELECT 1 UNION SELECT 1, 2":                                             "as many columns",
		"SELECT regio FROM sales.orders":                                         "not found",
		"SELECT to_char(now(), 'YYYY')":                                          "strftime",
		"SELECT * FROM orders":                                                   "write schema.orders",
	} {
		r := x.query(statement)
		require.NotEqual(t, mcpgov.OK, r.Code(), statement)
		require.Contains(t, r.Message(), want, statement)
		require.NotContains(t, r.Message(), "emea", statement)
	}
}
