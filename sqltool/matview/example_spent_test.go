package matview_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/matview"
)

// A tool that answers from a materialisation up to an hour old, and from the source when its caller wants to know better.
func Example() {
	if err := customerSpent(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// cached: [{"total":"30.00"}]
	// live: [{"total":"42.00"}]
	// cached: [{"total":"42.00"}]
}

type customerIn struct {
	Customer string `json:"customer_id"`
	matview.Freshness
}

type customerRow struct {
	Total sqltool.Decimal `json:"total"`
}

func customerSpent(ctx context.Context) (err error) {
	// The source stands for any database: a DuckDB here, mostly a Postgres.
	source, err := duckdb.Open(ctx, duckdb.Options{})
	if err != nil {
		return err
	}
	kept, err := duckdb.Open(ctx, duckdb.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close(), kept.Close()) }()
	orders := source.SQL()
	if _, err := orders.ExecContext(ctx, "CREATE TABLE orders AS SELECT 'cust_1' AS customer_id, CAST(unnest([10, 20]) AS DECIMAL(18,2)) AS total"); err != nil {
		return err
	}
	store, err := matview.Open(ctx, kept, matview.Options{Definitions: []matview.Definition{{
		Name:    "spent",
		SQL:     "SELECT customer_id, CAST(sum(total) AS DECIMAL(18,2)) AS total FROM orders GROUP BY customer_id",
		Source:  &matview.Source{System: "erp", DB: orders},
		Indexes: []matview.Index{{Columns: []string{"customer_id"}, Unique: true}},
		Every:   time.Hour, // go store.Run(ctx) would see to it
	}}})
	if err != nil {
		return err
	}
	defer store.Close()
	live, err := sqltool.New("erp", orders, sqltool.Options{Engine: duckdb.Engine()})
	if err != nil {
		return err
	}
	tool := matview.Query[customerIn, customerRow](store.View("spent"), mcpgov.ToolSpec{Name: "customer_spent", Description: "What a customer has spent so far."},
		matview.Reading{
			Cached: sqltool.Statement{SQL: "SELECT total FROM spent WHERE customer_id = $customer_id"},
			Live:   &matview.Live{DB: live, Statement: sqltool.Statement{SQL: "SELECT CAST(sum(total) AS DECIMAL(18,2)) AS total FROM orders WHERE customer_id = $customer_id"}},
			MaxAge: time.Hour,
		})
	srv, err := mcpgov.New(mcpgov.Config{Name: "crm", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous()}, tool)
	if err != nil {
		return err
	}
	if _, err := orders.ExecContext(ctx, "INSERT INTO orders VALUES ('cust_1', 12)"); err != nil {
		return err
	}
	if err := show(ctx, srv, map[string]any{"customer_id": "cust_1"}); err != nil {
		return err
	}
	if err := show(ctx, srv, map[string]any{"customer_id": "cust_1", "max_age_seconds": 0}); err != nil {
		return err
	}
	if err := store.Refresh(ctx); err != nil {
		return err
	}
	return show(ctx, srv, map[string]any{"customer_id": "cust_1"})
}

// show calls the tool as a client does, and prints who answered what.
func show(ctx context.Context, srv *mcpgov.Server, arguments map[string]any) error {
	serverEnd, clientEnd := mcp.NewInMemoryTransports()
	if _, err := srv.Connect(ctx, serverEnd); err != nil {
		return err
	}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "example", Version: "1"}, nil).Connect(ctx, clientEnd, nil)
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "customer_spent", Arguments: arguments})
	if err != nil {
		return err
	}
	answer, ok := result.StructuredContent.(map[string]any)
	if !ok {
		return fmt.Errorf("no result: %v", result.Content)
	}
	rows, err := json.Marshal(answer["rows"])
	fmt.Printf("%v: %s\n", answer["answered_from"], rows)
	return err
}

// A new version that its check refuses is never seen: readers keep the old one, and the status says why.
func ExampleDefinition_check() {
	ctx := context.Background()
	db, err := duckdb.Open(ctx, duckdb.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	if _, err := db.SQL().ExecContext(ctx, "CREATE TABLE rates AS SELECT 'EUR' AS currency, 1.0 AS rate"); err != nil {
		fmt.Println(err)
		return
	}
	store, err := matview.Open(ctx, db, matview.Options{Definitions: []matview.Definition{{
		Name: "current_rates", SQL: "SELECT * FROM rates",
		Check: func(ctx context.Context, db *sql.DB, table string) error {
			var wrong int
			if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+table+" WHERE rate IS NULL OR rate <= 0").Scan(&wrong); err != nil {
				return err
			}
			if wrong > 0 {
				return fmt.Errorf("%d rates are not positive", wrong)
			}
			return nil
		},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	if _, err := db.SQL().ExecContext(ctx, "UPDATE rates SET rate = 0"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(store.Refresh(ctx))
	status := store.View("current_rates").Status()
	fmt.Println("version", status.Version, "with", status.Rows, "row, fault:", status.Fault != "")
	// Output:
	// matview: refresh current_rates: check refused the new version: 1 rates are not positive
	// version 1 with 1 row, fault: true
}
