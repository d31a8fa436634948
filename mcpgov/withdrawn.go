package mcpgov

import (
	"context"
	"errors"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"

	"github.com/mcpgov/go-sdk/audit"
)

// A request that is cancelled while it waits behind another is answered by the SDK without any code of ours having seen it. What the guard
// has seen, and recorded, is told from it by its mark.

// seen marks the error of a cancelled request that came as far as the guard.
type seen struct{ error }

func (s *seen) Unwrap() error { return s.error }

// markSeen marks an error of the guard's that could be taken for that of a request it never saw.
func markSeen(err error) error {
	if errors.Is(err, context.Canceled) {
		return &seen{err}
	}
	return err
}

// recordWithdrawn records a request that was cancelled before anybody saw it. Nothing was done, and nothing is left to be withheld.
func (d *doorConnection) recordWithdrawn(method string, response *jsonrpc.Response) {
	if _, known := errors.AsType[*seen](response.Error); known || method == "ping" || !errors.Is(response.Error, context.Canceled) {
		return
	}
	s := d.doorway.server
	_ = s.write(context.Background(), &audit.Record{ // a sink that fails is logged and counted there
		Kind: audit.KindOutcome, CallID: newCallID(), Time: time.Now(), Server: s.current.Load().identity, Client: audit.Client{Transport: d.doorway.name},
		Target: audit.Target{Kind: "server", Name: clip(method), ReadOnly: true}, Level: audit.LevelBasic,
		Decision: "deny", Outcome: string(Cancelled), Category: string(Cancelled.Category()), Cause: "cancelled while it waited behind other requests",
	})
}
