package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mcpgov/go-sdk/mcpgov"
)

//go:generate go run generate.go

//go:embed data/*.json
var committed embed.FS

// store is the CRM's database: the committed rows, in memory. It knows nothing of who calls and what they may see; that is the point.
// Safe for concurrent use.
type store struct {
	mu        sync.Mutex
	customers []customer
	orders    []order
	notes     []note
}

func openStore() (*store, error) {
	s := &store{}
	for name, rows := range map[string]any{"customers": &s.customers, "orders": &s.orders, "notes": &s.notes} {
		text, err := committed.ReadFile("data/" + name + ".json")
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, rows); err != nil {
			return nil, fmt.Errorf("data/%s.json: %w: run go generate ./examples/quickstart", name, err)
		}
	}
	return s, nil
}

func (s *store) customer(id string) (customer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.customers, func(c customer) bool { return c.ID == id })
	if i < 0 {
		return customer{}, false
	}
	return s.customers[i], true
}

// customerIDs suggests ids that begin with what was typed. Which of them a caller may use the policy says, not the store.
func (s *store) customerIDs(_ context.Context, typed string, _ map[string]string) (ids []string, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.customers {
		if strings.HasPrefix(c.ID, typed) {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// ordersOf returns the orders of a customer, newest first; the slice is the caller's own.
func (s *store) ordersOf(customerID string) []order {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := slices.DeleteFunc(slices.Clone(s.orders), func(o order) bool { return o.CustomerID != customerID })
	slices.Reverse(found)
	return found
}

func (s *store) notesWith(words string) []note {
	s.mu.Lock()
	defer s.mu.Unlock()
	words = strings.ToLower(words)
	return slices.DeleteFunc(slices.Clone(s.notes), func(n note) bool { return !strings.Contains(strings.ToLower(n.Text), words) })
}

// addNote reports false if there is no such customer.
func (s *store) addNote(customerID, author, text string) (note, bool) {
	if _, ok := s.customer(customerID); !ok {
		return note{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	added := note{
		ID: fmt.Sprintf("note_%d", len(s.notes)+1), CustomerID: customerID, Author: author,
		Written: time.Now().UTC().Format(time.RFC3339), Text: text,
	}
	s.notes = append(s.notes, added)
	return added, true
}

// refund pays an order back once. Its errors are those refund_order declares.
func (s *store) refund(orderID string, cents int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.orders, func(o order) bool { return o.ID == orderID })
	switch {
	case i < 0:
		return mcpgov.Fail("not_found", "There is no order %s.", orderID)
	case s.orders[i].Status == "refunded":
		return mcpgov.Fail("already_refunded", "Order %s was refunded before.", orderID)
	case cents > s.orders[i].TotalCents:
		return mcpgov.Fail("amount_too_high", "Order %s cost %s.", orderID, euros(s.orders[i].TotalCents))
	}
	s.orders[i].Status = "refunded"
	return nil
}

func euros(cents int) string { return fmt.Sprintf("%d.%02d EUR", cents/100, cents%100) }
