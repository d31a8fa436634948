package sqltool_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
)

type profileIn struct {
	ID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$,description=Customer to look up"`
}

type profile struct {
	ID      string          `json:"customer_id"`
	Name    string          `json:"name"`
	Email   *string         `json:"email" gov:"pii,mask=email"`
	Segment string          `json:"segment"`
	Orders  int64           `json:"total_orders"`
	Spent   sqltool.Decimal `json:"total_spent" gov:"unit=EUR"`
}

const getProfile = `
	SELECT c.customer_id, c.name, c.email, c.segment, COUNT(o.order_id) AS total_orders, SUM(o.amount) AS total_spent
	FROM customers c LEFT JOIN orders o ON c.customer_id = o.customer_id
	WHERE c.customer_id = $customer_id
	GROUP BY c.customer_id, c.name, c.email, c.segment`

// A statement becomes a tool: its parameter is a field of the input, its columns are the fields of the row, and the rules that hold for
// every tool hold for it.
func Example() {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	pool.SetMaxOpenConns(1) // each connection has a memory of its own
	if _, err = pool.ExecContext(context.Background(), `
		CREATE TABLE customers (customer_id TEXT, name TEXT, email TEXT, segment TEXT);
		CREATE TABLE orders (order_id INTEGER, customer_id TEXT, amount DECIMAL(10,2));
		INSERT INTO customers VALUES ('cust_1', 'Ann', 'ann@example.com', 'gold'), ('cust_2', 'Bob', NULL, 'silver');
		INSERT INTO orders VALUES (1, 'cust_1', 19.50), (2, 'cust_1', 100.25)`); err != nil {
		log.Fatal(err)
	}
	db, err := sqltool.New("crm", pool, sqltool.Options{})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "crm", Version: "1.0.0", Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
		Policy: &policy.Set{Blocks: []policy.Block{{
			Tools:  []string{"get_profile"},
			Input:  []policy.Rule{{Condition: "true", Action: policy.ActionAllow}},
			Output: []policy.Rule{{Condition: "user.anonymous", Action: policy.ActionMaskSensitive}},
		}}},
	}, sqltool.QueryRow[profileIn, profile](db, mcpgov.ToolSpec{
		Name: "get_profile", Description: "A customer, and what he bought.",
		Errors: []mcpgov.ErrorSpec{{Code: "no_customer", Meaning: "There is no such customer."}},
	}, sqltool.Statement{SQL: getProfile, NotFound: "no_customer", Tables: []string{"customers", "orders"}}))
	if err != nil {
		log.Fatal(err) // every fault at once
	}
	ctx := context.Background()
	here, there := mcp.NewInMemoryTransports()
	if _, err = srv.Connect(ctx, there); err != nil {
		log.Fatal(err)
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "example", Version: "1"}, nil).Connect(ctx, here, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	for _, id := range []string{"cust_1", "cust_7", "x' OR 1 = 1"} {
		result, err := client.CallTool(ctx, &mcp.CallToolParams{Name: "get_profile", Arguments: profileIn{id}})
		if err != nil {
			log.Fatal(err)
		}
		text := result.Content[0].(*mcp.TextContent).Text
		if !result.IsError {
			fmt.Println(text)
			continue
		}
		var refused struct{ Code, Message string }
		if err := json.Unmarshal([]byte(text), &refused); err != nil {
			log.Fatal(err)
		}
		fmt.Println(refused.Code+":", refused.Message)
	}
	// Output:
	// {"customer_id":"cust_1","name":"Ann","email":"a***@example.com","segment":"gold","total_orders":2,"total_spent":"119.75"}
	// no_customer: There is no such customer.
	// invalid_input: /customer_id: must match the pattern ^cust_[0-9]+$, not "x' OR 1 = 1" (pattern)
}

// A statement that does not fit its types stops the server, and says what to write instead.
func ExampleQuery_faults() {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	db, err := sqltool.New("crm", pool, sqltool.Options{})
	if err != nil {
		log.Fatal(err)
	}
	type total struct {
		Total float64 `json:"total"`
	}
	config := mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()}
	_, err = mcpgov.New(config, sqltool.Query[profileIn, total](db, mcpgov.ToolSpec{Name: "total", Description: "What a customer spent."},
		sqltool.Statement{SQL: "SELECT 1 AS totl WHERE 'a' = $customer"}))
	fmt.Println(err)
	// Output:
	// server "crm" cannot start, 2 faults:
	// tool "total": line 1, column 30: $customer: sqltool_test.profileIn has no field "customer" (did you mean "customer_id"?): its fields are customer_id
	// tool "total": field "customer_id" of the input is no parameter (did you mean "customer"?): write $customer_id in the statement, or tag the field sql:"-"
}
