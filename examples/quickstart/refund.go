package main

import (
	"context"

	"github.com/mcpgov/go-sdk/mcpgov"
)

type refundOrderIn struct {
	OrderID     string `json:"order_id" jsonschema:"pattern=^ord_[0-9]+$,description=Order to refund,example=ord_1004"`
	AmountCents int    `json:"amount_cents" jsonschema:"minimum=1,description=How much to pay back; at most what was paid" gov:"unit=EUR cents"`
}

type refund struct {
	OrderID     string `json:"order_id"`
	AmountCents int    `json:"amount_cents" gov:"unit=EUR cents"`
	Status      string `json:"status" jsonschema:"enum=refunded"`
}

// refundOrder moves money. What can go wrong in the business is declared, so that a model is told a code it can act on and not the text of
// a Go error.
func refundOrder(s *store) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{
		Name:        "refund_order",
		Description: "Pays an order back, in full or in part. It can be done once for an order and not be undone.",
		Destructive: true,
		Tags:        []string{"crm", "money"},
		Errors: []mcpgov.ErrorSpec{
			notFound(),
			{Code: "already_refunded", Meaning: "The order was refunded before; it stays as it is."},
			{Code: "amount_too_high", Meaning: "The amount is more than was paid."},
		},
	}, func(_ context.Context, in refundOrderIn) (refund, error) {
		if err := s.refund(in.OrderID, in.AmountCents); err != nil {
			return refund{}, err
		}
		return refund{OrderID: in.OrderID, AmountCents: in.AmountCents, Status: "refunded"}, nil
	})
}
