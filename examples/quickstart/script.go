package main

import (
	"fmt"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// step is one call of the demonstration and how it must end: the demonstration checks itself.
type step struct {
	who   persona
	tool  string
	args  map[string]any
	label string   // the arguments as the table shows them
	shows []string // members of the result the table shows
	want  ending
}

// ending is how a call ended, seen from both sides.
type ending struct {
	code    mcpgov.Code // what the caller was told
	logged  mcpgov.Code // what the log says; "" is the same
	rule    string      // the policy rule that decided, in the log only
	told    string      // stands in what the caller was told
	hidden  []string    // the fields that were masked or removed for this caller
	secrets []string    // must not stand in any byte of the answer
}

// The one order and the two customers the script is about.
const (
	own, foreign = "cust_2", "cust_5"
	dear         = "ord_1004"
)

// script lets each persona call each tool.
func script(s *store) []step {
	customer, _ := s.customer(own)
	other, _ := s.customer(foreign)
	card := s.ordersOf(own)[0].Card
	credit := fmt.Sprint(customer.CreditScore)

	all := personas()
	sam, mia, carla := all[0], all[1], all[2]
	lookup := func(who persona, id string, want ending) step {
		return step{
			who: who, tool: "get_customer", args: map[string]any{"customer_id": id}, label: id,
			shows: []string{"name", "email", "phone", "credit_score"}, want: want,
		}
	}
	orders := func(who persona) step {
		return step{
			who: who, tool: "list_orders", args: map[string]any{"customer_id": own}, label: own, shows: []string{"orders", "orders.card_number"},
			want: ending{code: mcpgov.OK, rule: "readers", hidden: []string{"orders.card_number"}, secrets: []string{card}},
		}
	}
	search := func(who persona, want ending) step {
		return step{
			who: who, tool: "search_notes", args: map[string]any{"query": "delivery"}, label: "delivery", shows: []string{"notes"}, want: want,
		}
	}
	write := func(who persona, want ending) step {
		return step{
			who: who, tool: "add_note", args: map[string]any{"customer_id": own, "text": "Prefers to be called after six."}, label: own, want: want,
		}
	}
	refund := func(who persona, want ending) step {
		return step{
			who: who, tool: "refund_order", args: map[string]any{"order_id": dear, "amount_cents": 64900},
			label: dear + " 649.00", shows: []string{"status"}, want: want,
		}
	}
	unknown := func(rule string) ending { // the rule that settles it, whatever the arguments
		return ending{code: mcpgov.Unknown, logged: mcpgov.Denied, rule: rule, told: "unknown tool"}
	}
	return []step{
		lookup(sam, own, ending{
			code: mcpgov.OK, rule: "readers", hidden: []string{"credit_score", "email", "internal_notes", "phone"},
			secrets: []string{customer.Email, customer.Phone, customer.InternalNotes, credit},
		}),
		lookup(sam, "Carla", ending{code: mcpgov.InvalidInput, told: "/customer_id"}),
		orders(sam),
		search(sam, ending{code: mcpgov.OK, rule: "note-readers"}),
		write(sam, ending{code: mcpgov.OK, rule: "note-writers"}),
		refund(sam, ending{code: mcpgov.Denied, rule: "refund-limit", told: "Refunds above 100.00 EUR need an account manager."}),

		lookup(mia, own, ending{code: mcpgov.OK, rule: "readers"}),
		orders(mia),
		search(mia, ending{code: mcpgov.OK, rule: "note-readers"}),
		write(mia, ending{code: mcpgov.OK, rule: "note-writers"}),
		refund(mia, ending{code: mcpgov.OK, rule: "refunders"}),
		refund(mia, ending{code: "already_refunded", rule: "refunders", told: "was refunded before"}),

		lookup(carla, own, ending{
			code: mcpgov.OK, rule: "readers", hidden: []string{"credit_score", "internal_notes"},
			secrets: []string{customer.InternalNotes, credit},
		}),
		lookup(carla, foreign, ending{
			code: mcpgov.Denied, rule: "own-record", told: "Customers can only view their own data.", secrets: []string{other.Name, other.Email},
		}),
		orders(carla),
		search(carla, unknown("crm#default")),
		write(carla, unknown("crm#default")),
		refund(carla, unknown("crm#default")),
	}
}
