package contract_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/sqltool/contract"
)

// A contract keeps a tool from serving a table that has lost its meaning: here a customer with a value below nothing.
func Example_customer360() {
	ctx := context.Background()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, `CREATE TABLE customer_360 (customer_id VARCHAR, lifetime_value DECIMAL(10,2), tier VARCHAR);
		INSERT INTO customer_360 VALUES ('cust_1', 12000, 'gold'), ('cust_2', -5, 'bronze')`); err != nil {
		fmt.Println(err)
		return
	}
	set, err := contract.Parse("customer_360.yml", []byte(`
mcpgov: 1
contracts:
  - table: customer_360
    key: [customer_id]
    columns:
      - {name: customer_id, type: varchar, not_null: true, unique: true, pattern: "^cust_[0-9]+$"}
      - {name: lifetime_value, type: "decimal(10,2)", not_null: true, range: {min: 0}}
      - {name: tier, accepted: [bronze, silver, gold]}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	guard, err := contract.NewGuard(db, set, contract.GuardOptions{
		Options: contract.Options{Dialect: contract.DuckDB, Samples: 3}, Audit: audit.Discard(), Interval: contract.Once, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(guard.Start(ctx))
	fmt.Print(guard.Report())
	fmt.Println(mcpgov.CodeOf(guard.Admit(ctx, "customer_360")))

	if _, err := db.ExecContext(ctx, "UPDATE customer_360 SET lifetime_value = 0 WHERE lifetime_value < 0"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(guard.Start(ctx), guard.Admit(ctx, "customer_360"), guard.Stop(ctx))
	// Output:
	// the data is not fit to be served: data contract customer_360: 1 of 9 checks did not pass: range(lifetime_value) failed: 1 rows fail
	// customer_360 is broken (9 checks, 2 rows)
	//   range(lifetime_value) failed: 1 rows fail
	//     cust_2
	// data_contract_broken
	// <nil> <nil> <nil>
}
