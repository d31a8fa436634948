//go:build ignore

// Generate writes the demo's data. The seed is fixed, so every run writes the same bytes, and a test holds the committed files to them.
//
//	go generate ./examples/quickstart
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type customer struct {
	ID            string `json:"customer_id"`
	Name          string `json:"name"`
	Email         string `json:"email"`
	Phone         string `json:"phone"`
	City          string `json:"city"`
	Tier          string `json:"tier"`
	CreditScore   int    `json:"credit_score"`
	InternalNotes string `json:"internal_notes"`
}

type order struct {
	ID         string `json:"order_id"`
	CustomerID string `json:"customer_id"`
	Placed     string `json:"placed"`
	Item       string `json:"item"`
	TotalCents int    `json:"total_cents"`
	Card       string `json:"card_number"`
	Status     string `json:"status"`
}

type note struct {
	ID         string `json:"note_id"`
	CustomerID string `json:"customer_id"`
	Author     string `json:"author"`
	Written    string `json:"written"`
	Text       string `json:"text"`
}

var (
	names = []string{
		"Anna Keller", "Carla Moreau", "David Okoro", "Elif Demir", "Frank Berger", "Grace Lindqvist", "Hugo Silva", "Ines Novak",
	}
	cities = []string{"Basel", "Lyon", "Lagos", "Izmir", "Graz", "Uppsala", "Porto", "Brno"}
	tiers  = []string{"standard", "plus", "premium"}
	inside = []string{
		"Pays late in winter; remind by phone.", "Considers leaving for a competitor.", "Knows the founder personally.",
		"Disputed two invoices last year.", "Candidate for the premium tier.",
	}
	goods = []struct {
		item  string
		cents int
	}{{"desk lamp", 4990}, {"standing desk", 64900}, {"office chair", 24900}, {"monitor arm", 8900}, {"headset", 12900}, {"keyboard", 7900}}
	statuses = []string{"paid", "shipped", "delivered"}
	staff    = []string{"sam", "mia", "noor"}
	remarks  = []string{
		"Asked when the delivery of the %s arrives.", "Delivery of the %s came damaged; sent photos.",
		"Wants an invoice for the %s with another address.", "Praised the %s.", "Asked whether the %s can be returned.",
	}
)

func main() {
	out := flag.String("out", "data", "folder to write to")
	flag.Parse()
	random := rand.New(rand.NewPCG(2026, 8))
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	day := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

	var customers []customer
	var orders []order
	var notes []note
	for i, name := range names {
		id := fmt.Sprintf("cust_%d", i+1)
		customers = append(customers, customer{
			ID: id, Name: name, Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.com",
			Phone: fmt.Sprintf("+41 44 555 %04d", random.IntN(10000)), City: cities[i], Tier: pick(tiers),
			CreditScore: 580 + random.IntN(240), InternalNotes: pick(inside),
		})
		card := fmt.Sprintf("40000000%08d", random.IntN(100_000_000))
		for range 2 + random.IntN(3) {
			bought := goods[random.IntN(len(goods))]
			day = day.Add(time.Duration(5+random.IntN(60)) * time.Hour)
			orders = append(orders, order{
				ID: fmt.Sprintf("ord_%d", 1001+len(orders)), CustomerID: id, Placed: day.Format(time.DateOnly),
				Item: bought.item, TotalCents: bought.cents, Card: card, Status: pick(statuses),
			})
			if random.IntN(2) == 0 {
				notes = append(notes, note{
					ID: fmt.Sprintf("note_%d", len(notes)+1), CustomerID: id, Author: pick(staff),
					Written: day.Add(26 * time.Hour).Format(time.RFC3339), Text: fmt.Sprintf(pick(remarks), bought.item),
				})
			}
		}
	}
	for name, rows := range map[string]any{"customers.json": customers, "orders.json": orders, "notes.json": notes} {
		text, err := json.MarshalIndent(rows, "", "  ")
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*out, name), append(text, '\n'), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
