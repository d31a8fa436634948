package check_test

import (
	"database/sql"
	"fmt"

	_ "github.com/duckdb/duckdb-go/v2" // the engine that parses

	"github.com/mcpgov/go-sdk/sqltool/freesql/check"
)

// A support agent sees customers of one region, without their e-mail addresses.
func Example() {
	db, err := sql.Open("duckdb", "") // holds no data: it only parses
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	parse := func(query string) []byte {
		var tree string
		if err := db.QueryRow("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", query).Scan(&tree); err != nil {
			fmt.Println(err)
		}
		return []byte(tree)
	}

	filter, err := check.Expression(parse("SELECT (region = $region)"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if filter, err = check.Bind(filter, map[string]any{"region": "north"}); err != nil {
		fmt.Println(err)
		return
	}
	rules := check.Rules{
		Catalog: "warehouse", Schemas: []string{"analytics"}, MaxRows: 100,
		Rewrites: map[string]check.TableView{"analytics.customers": {
			Columns: []check.Column{{Name: "id"}, {Name: "email", Mask: check.MaskText("hidden")}},
			Filter:  filter,
		}},
	}
	for _, query := range []string{
		"SELECT email, count(*) FROM analytics.customers GROUP BY ALL",
		"SELECT * FROM customers",
		"SELECT * FROM payroll.salaries",
		"SELECT * FROM read_csv('/etc/passwd')",
	} {
		checked, err := check.Tree(parse(query), rules)
		if err != nil {
			fmt.Println(err)
			continue
		}
		var run string
		if err := db.QueryRow("SELECT json_deserialize_sql(?::JSON)", string(checked.Tree)).Scan(&run); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("reads", checked.Tables, "the same:", checked.Same(parse(run)) == nil)
	}
	// Output:
	// reads [analytics.customers] the same: true
	// the table "customers" is named without its schema, and no WITH before it has that name; write analytics.customers; schemas that can be read: analytics
	// the table "payroll.salaries" is not one that can be read here; schemas that can be read: analytics
	// the table function "read_csv" may not be called here; read tables by name; unnest, range, generate_series, json_each and json_tree are allowed
}
