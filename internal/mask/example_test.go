package mask_test

import (
	"fmt"

	"github.com/mcpgov/go-sdk/internal/mask"
)

func Example() {
	plan, err := mask.Compile([]mask.Edit{
		{Path: []string{"email"}, Mask: mask.Mask{Kind: mask.Email}},
		{Path: []string{"orders", "card"}, Mask: mask.Mask{Kind: mask.Last4}},
		{Path: []string{"notes"}, Remove: true},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	document := []byte(`{"id":12345678901234567890,"email":"alice@example.com","notes":"late payer","orders":[{"card":"4111111111111111"},{"card":null}]}`)

	var touched mask.Touched
	masked, err := plan.Apply(nil, document, &touched)
	fmt.Println(string(masked), err)
	for edit, times := range touched.All() {
		fmt.Println(plan.Edits()[edit].Path, times)
	}

	_, err = plan.Apply(nil, []byte(`{"email":"x","Email":"alice@example.com"}`), nil)
	fmt.Println(err)
	// Output:
	// {"id":12345678901234567890,"email":"a***@example.com","orders":[{"card":"****1111"},{"card":null}]} <nil>
	// [email] 1
	// [orders card] 2
	// [notes] 1
	// cannot mask: a member name given twice, or two names that one path fits, at byte 13
}

func ExampleScrubber() {
	plan, err := mask.Compile([]mask.Edit{{Path: []string{"user"}}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	values, err := plan.Collect([]byte(`{"user":{"name":"Ann Jones","pin":4711}}`))
	if err != nil {
		fmt.Println("withheld")
		return
	}
	fmt.Println(mask.NewScrubber(values).Scrub(`GET /find?q=ann+jones: no row for "Ann Jones" (4711)`))
	// Output:
	// GET /find?q=[redacted]: no row for "[redacted]" ([redacted])
}
