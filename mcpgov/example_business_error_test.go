package mcpgov_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

type bookIn struct {
	Seat int `json:"seat" jsonschema:"minimum=1"`
}

type booking struct {
	Number string `json:"number"`
}

// A tool declares the answers its business may give instead of a result, and returns them with Fail. Any other error
// is the operator's: its text stays in the log, unless Userf says it is for the caller.
func Example_businessError() {
	book := mcpgov.Tool(mcpgov.ToolSpec{
		Name: "book_seat", Description: "Books a seat.",
		Errors: []mcpgov.ErrorSpec{{Code: "seat_taken", Meaning: "Somebody has the seat; try another.", Retryable: false}},
	}, func(_ context.Context, in bookIn) (booking, error) {
		switch in.Seat {
		case 1:
			return booking{}, mcpgov.Fail("seat_taken", "seat %d is taken", in.Seat)
		case 2:
			return booking{}, mcpgov.Userf("the hall has no seat %d", in.Seat)
		case 3:
			return booking{}, errors.New("pq: connection to 10.0.0.7 refused")
		}
		return booking{fmt.Sprintf("B-%d", in.Seat)}, nil
	})
	srv, err := mcpgov.New(mcpgov.Config{
		Name: "theatre", Version: "1.0.0", Policy: policy.AllowAll(), Audit: audit.Discard(), Identify: mcpgov.Anonymous(),
	}, book)
	if err != nil {
		fmt.Println(err)
		return
	}
	for seat := 1; seat <= 4; seat++ {
		call(srv, mcpgov.User{}, "book_seat", map[string]any{"seat": seat})
	}
	// Output:
	// seat_taken: seat 1 is taken
	// failed: the hall has no seat 2
	// failed: the tool failed
	// {"number":"B-4"}
}
