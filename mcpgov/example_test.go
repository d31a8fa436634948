package mcpgov_test

import (
	"context"
	"fmt"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type greetIn struct {
	Name string `json:"name" jsonschema:"minLength=1,description=Whom to greet"`
}

type greetOut struct {
	Greeting string `json:"greeting"`
}

// A whole server: one tool, and the three things that cannot be left out.
func Example() {
	greet := mcpgov.Tool(mcpgov.ToolSpec{Name: "greet", Description: "Greets somebody.", ReadOnly: true},
		func(_ context.Context, in greetIn) (greetOut, error) {
			return greetOut{"Hello, " + in.Name + "!"}, nil
		})
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "greeter", Version: "1.0.0",
		Policy:   policy.AllowAll(),  // who may do what
		Audit:    audit.Discard(),    // where calls are recorded
		Identify: mcpgov.Anonymous(), // who calls
	}, greet)
	if err != nil {
		fmt.Println(err) // every fault of the program at once
		return
	}
	call(srv, mcpgov.User{}, "greet", map[string]any{"name": "Ann"})
	call(srv, mcpgov.User{}, "greet", map[string]any{"nmae": "Ann"})
	// Output:
	// {"greeting":"Hello, Ann!"}
	// invalid_input: /name: is missing; add it (required); /nmae: there is no such member here; did you mean "name"? (unknown)
}
