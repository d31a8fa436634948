package main

import (
	_ "embed"
	"fmt"
	"log/slog"

	"github.com/mcpgov/go-sdk/audit"
	"github.com/mcpgov/go-sdk/mcpgov"
	"github.com/mcpgov/go-sdk/policy"
)

//go:embed policy.yaml
var rules []byte

// newServer puts five tools, a resource and a prompt under the policy. Everything that governs them is named here once; no tool can be served without it.
func newServer(s *store, trail audit.Sink, key []byte, logger *slog.Logger) (*mcpgov.Server, error) {
	set, err := policy.Parse(rules)
	if err != nil {
		return nil, fmt.Errorf("policy.yaml: %w", err)
	}
	return mcpgov.New(mcpgov.Config{
		Name:         "crm",
		Version:      "1.0.0",
		Instructions: "Customers, their orders and notes of a small shop. Amounts are in EUR cents.",
		Policy:       set,
		Audit:        trail,
		Identify:     mcpgov.Token(callerOf),
		Key:          key,
		Env:          mcpgov.Env{Name: "demo"},
		Logger:       logger,
	}, getCustomer(s), listOrders(s), searchNotes(s), addNote(s), refundOrder(s), customerFile(s), prepareCall(s))
}
