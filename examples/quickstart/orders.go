package main

import (
	"context"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// order is one row of data/orders.json.
type order struct {
	ID         string `json:"order_id"`
	CustomerID string `json:"customer_id"`
	Placed     string `json:"placed" jsonschema:"format=date"`
	Item       string `json:"item"`
	TotalCents int    `json:"total_cents" gov:"unit=EUR cents"`
	Card       string `json:"card_number" gov:"pii,mask=last4"`
	Status     string `json:"status" jsonschema:"enum=paid,enum=shipped,enum=delivered,enum=refunded"`
}

type listOrdersIn struct {
	CustomerID string `json:"customer_id" jsonschema:"pattern=^cust_[0-9]+$,description=Whose orders to list,example=cust_2"`
	Limit      int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=20,description=How many at most; newest first"`
}

type orderList struct {
	Orders []order `json:"orders"`
	Total  int     `json:"total" jsonschema:"description=How many orders there are"`
}

func listOrders(s *store) mcpgov.Feature {
	return mcpgov.Tool(mcpgov.ToolSpec{
		Name:        "list_orders",
		Description: "Lists the orders of one customer, the newest first.",
		ReadOnly:    true,
		Tags:        []string{"crm"},
		Errors:      []mcpgov.ErrorSpec{notFound()},
	}, func(ctx context.Context, in listOrdersIn) (orderList, error) {
		if _, ok := s.customer(in.CustomerID); !ok {
			return orderList{}, mcpgov.Fail("not_found", "There is no customer %s.", in.CustomerID)
		}
		mcpgov.AddSource(ctx, mcpgov.Source{System: "crm", Ref: "orders"})
		all := s.ordersOf(in.CustomerID)
		return orderList{Orders: all[:min(in.Limit, len(all))], Total: len(all)}, nil
	})
}
