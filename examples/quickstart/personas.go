package main

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// persona is somebody who uses the demo.
type persona struct {
	user     mcpgov.User
	title    string
	protocol string // what this persona's client speaks; the server serves both eras on one URL
}

// token is what the persona's client sends over HTTP.
func (p persona) token() string { return "demo-token-" + p.user.ID }

// personas returns the three users of the demo, by falling duty.
func personas() []persona {
	return []persona{
		{
			title: "support agent", protocol: "2026-07-28",
			user: mcpgov.User{
				ID: "sam", Name: "Sam Osei", Role: "support",
				Permissions: []string{"crm.read", "notes.read", "notes.write", "orders.refund"},
			},
		},
		{
			title: "account manager", protocol: "2026-07-28",
			user: mcpgov.User{
				ID: "mia", Name: "Mia Hofer", Role: "manager",
				Permissions: []string{"crm.read", "pii.view", "notes.read", "notes.write", "orders.refund"},
			},
		},
		{
			title: "customer cust_2", protocol: "2025-11-25",
			user: mcpgov.User{
				ID: "carla", Name: "Carla Moreau", Role: "customer", Permissions: []string{"crm.read"},
				Attributes: map[string]any{"customer_id": "cust_2"},
			},
		},
	}
}

// personaNamed finds a persona by user id.
func personaNamed(id string) (persona, error) {
	var known []string
	for _, p := range personas() {
		if p.user.ID == id {
			return p, nil
		}
		known = append(known, p.user.ID)
	}
	return persona{}, fmt.Errorf("there is no persona %q: write one of %s", id, strings.Join(known, ", "))
}

// verifyToken knows three fixed tokens, so that the demo needs no identity provider. A real server never does this: it checks the
// signature, issuer, audience and expiry of a token that an identity provider has signed.
func verifyToken(_ context.Context, token string, _ *http.Request) (*auth.TokenInfo, error) {
	for _, p := range personas() {
		if subtle.ConstantTimeCompare([]byte(p.token()), []byte(token)) == 1 {
			return &auth.TokenInfo{
				UserID: p.user.ID, Expiration: time.Now().Add(time.Hour), Extra: map[string]any{"client_id": "quickstart"},
			}, nil
		}
	}
	return nil, fmt.Errorf("%w: the demo knows the tokens demo-token-sam, demo-token-mia and demo-token-carla", auth.ErrInvalidToken)
}

// callerOf turns a verified token into the user policy rules see. A real server reads claims, or asks a directory.
func callerOf(token *auth.TokenInfo) (mcpgov.User, error) {
	p, err := personaNamed(token.UserID)
	return p.user, err
}
