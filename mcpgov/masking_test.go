package mcpgov_test

import (
	"testing"

	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/mcptest"
)

func TestOneRuleForResultAndLog(t *testing.T) {
	t.Parallel()
	log := &mcptest.Recorder{}
	srv := newServer(t, crmConfig(t, log), mcpgov.Tool(lookupSpec(), found))
	mcptest.EachEra(t, srv, func(t *testing.T, h *mcptest.Harness) {
		args := map[string]any{"customer_id": "cust_42", "pin": "Secret-0815"}
		h.As(owner).Call("get_customer", args).OK().
			Has("name", "Ann").Has("email", "a***@example.com").Has("orders.card", "****1234").
			Masked("credit_score").Lacks("internal_notes").
			NoLeak("ann.example", "4000123412341234", "Zebra-4711")
		h.As(admin).Call("get_customer", args).OK().JSON(ann())
		h.As(nobody).Call("get_customer", args).Denied("their own data")
		log.NoLeak(t, "Secret-0815", "ann.example", "4000123412341234")
	})
}
