package freesql_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
	"github.com/mcpgov/go-sdk/sqltool/duckdb"
	"github.com/mcpgov/go-sdk/sqltool/freesql"
)

// Each caller asks for what he likes, and sees the rows of his own region without the email addresses.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "shop.duckdb")
	if err := fill(path); err != nil {
		log.Fatal(err)
	}

	db, err := duckdb.Open(ctx, duckdb.Options{Path: path, Schemas: []string{"sales"}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	explorer, err := freesql.Open(ctx, freesql.Options{
		System: "shop", Database: db, AllowedSchemas: []string{"sales"}, MaxRows: 1000,
		Rights: func(_ context.Context, user mcpgov.User) (freesql.Rights, error) {
			return freesql.Rights{Restrict: map[string]freesql.Restriction{"sales.customers": {
				Filter: "region = $region", Values: freesql.Values{"region": user.Tenant},
				Masks: map[string]string{"email": "'***@' || split_part(email, '@', 2)"},
			}}}, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = explorer.Close(ctx) }()
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "shop", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
	}, explorer.Features()...)
	if err != nil {
		log.Fatal(err)
	}

	for _, region := range []string{"north", "south"} {
		ours, theirs := mcp.NewInMemoryTransports()
		if _, err := srv.Connect(mcpgov.WithUser(ctx, mcpgov.User{ID: "clerk", Tenant: region}), ours); err != nil {
			log.Fatal(err)
		}
		client, err := mcp.NewClient(&mcp.Implementation{Name: "example", Version: "1"}, nil).Connect(ctx, theirs, nil)
		if err != nil {
			log.Fatal(err)
		}
		result, err := client.CallTool(ctx, &mcp.CallToolParams{Name: "query", Arguments: map[string]any{
			"sql": "SELECT name, email FROM sales.customers ORDER BY name",
		}})
		if err != nil {
			log.Fatal(err)
		}
		var answer struct{ Rows json.RawMessage }
		if text, ok := result.Content[0].(*mcp.TextContent); !ok || json.Unmarshal([]byte(text.Text), &answer) != nil {
			log.Fatal("no rows")
		}
		fmt.Println(region, string(answer.Rows))
		_ = client.Close()
	}
	// Output:
	// north [["Ann","***@example.com"],["Cid","***@example.org"]]
	// south [["Bob","***@example.com"]]
}

func fill(path string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.Exec(`CREATE SCHEMA sales; CREATE TABLE sales.customers (name VARCHAR, email VARCHAR, region VARCHAR);
		INSERT INTO sales.customers VALUES ('Ann', 'ann@example.com', 'north'), ('Bob', 'bob@example.com', 'south'), ('Cid', 'cid@example.org', 'north')`)
	return err
}
