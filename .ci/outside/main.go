// Program outside stands for a user's own program: another module, which knows this one only through its public packages. The gate
// builds and runs it without cgo: a governed server, one call by a real client, one record.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

// greetIn is the argument of the tool greet.
type greetIn struct {
	Name string `json:"name" jsonschema:"minLength=1,description=Whom to greet"`
}

// greetOut is the result of the tool greet.
type greetOut struct {
	Text string `json:"text"`
}

// counter is an audit sink that counts; it shows that a sink can be written outside the module.
type counter struct{ records atomic.Int64 }

// Append counts the record.
func (c *counter) Append(context.Context, audit.Record) error {
	c.records.Add(1)
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "outside:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	greet := mcpgov.Tool(mcpgov.ToolSpec{Name: "greet", Description: "Greets somebody by name.", ReadOnly: true},
		func(_ context.Context, in greetIn) (greetOut, error) {
			return greetOut{Text: "Hello, " + in.Name}, nil
		})
	log := &counter{}
	server, err := mcpgov.New(mcpgov.Config{
		Name: "outside", Version: "1.0.0",
		Policy: policy.AllowAll(), Audit: log, Identify: mcpgov.Anonymous(),
	}, greet)
	if err != nil {
		return err
	}

	serverSide, clientSide := mcp.NewInMemoryTransports()
	serving, err := server.Connect(ctx, serverSide)
	if err != nil {
		return err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "outside-client", Version: "1.0.0"}, nil)
	session, err := client.Connect(ctx, clientSide, nil)
	if err != nil {
		return err
	}
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "greet", Arguments: map[string]any{"name": "Ada"}})
	if err != nil {
		return err
	}
	if err := errors.Join(session.Close(), serving.Wait()); err != nil {
		return err
	}
	if result.IsError || log.records.Load() == 0 {
		return fmt.Errorf("the call ended with isError=%v and left %d records; want false and at least one", result.IsError, log.records.Load())
	}
	fmt.Printf("outside: built without cgo, called greet, %d records\n", log.records.Load())
	return nil
}
