package schema_test

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/mcpgov/go-sdk/internal/schema"
	"github.com/mcpgov/go-sdk/internal/strictjson"
)

func Example() {
	type Lookup struct {
		ID    string `json:"id" jsonschema:"pattern=^cust_[0-9]+$"`
		SSN   string `json:"ssn" jsonschema:"pattern=^[0-9]+$" gov:"pii"`
		Limit int    `json:"limit" jsonschema:"default=10,maximum=100"`
	}
	in, err := schema.NewInput(reflect.TypeFor[Lookup]())
	if err != nil {
		fmt.Println(err)
		return
	}
	value, _ := in.Decode([]byte(`{"id":"cust_1","ssn":"123"}`), strictjson.Limits{})
	fmt.Printf("%+v\n", value)

	_, err = in.Decode([]byte(`{"id":"1","ssn":"secret","limt":5}`), strictjson.Limits{})
	if invalid, ok := errors.AsType[*schema.Invalid](err); ok {
		for _, fault := range invalid.Faults {
			fmt.Println(fault)
		}
	}
	// Output:
	// &{ID:cust_1 SSN:123 Limit:10}
	// /id: must match the pattern ^cust_[0-9]+$, not "1" (pattern)
	// /limt: there is no such member here; did you mean "limit"? (unknown)
	// /ssn: must match the pattern ^[0-9]+$ (pattern)
}
