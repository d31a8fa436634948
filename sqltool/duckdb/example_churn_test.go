package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mcpgov/go-sdk/sqltool/duckdb"
)

// A model in Go scores customers from within SQL.
func Example_churn() {
	ctx := context.Background()
	lastSeen := map[string]float64{"cust_1": 3, "cust_2": 95} // days ago; a real model stands here
	churnRisk := func(_ context.Context, customerID string) (float64, error) {
		days, known := lastSeen[customerID]
		if !known {
			return 0, fmt.Errorf("no features of customer %s", customerID)
		}
		return min(days/100, 1), nil
	}

	dir, err := os.MkdirTemp("", "churn")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.WriteFile(filepath.Join(dir, "customers.csv"), []byte("customer_id,name\ncust_1,Ada\ncust_2,Grace\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	db, err := duckdb.Open(ctx, duckdb.Options{
		Folders:   []duckdb.Folder{{Path: dir}},
		Functions: []duckdb.Function{duckdb.Scalar("calculate_churn_risk", churnRisk)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()

	result, err := db.AppendJSON(ctx, nil, "SELECT name, calculate_churn_risk(customer_id) AS risk FROM customers ORDER BY risk DESC", nil, duckdb.Limit{Objects: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", result.JSON)
	// Output: [{"name":"Grace","risk":0.95},{"name":"Ada","risk":0.03}]
}
